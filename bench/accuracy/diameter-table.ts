// A table of how well diameters of vessels of known width are read.

import { diameter } from "@kym/flow";
import { fixed, markdownTable, percent, signed } from "./markdown-table.ts";
import { vesselPhantom } from "./streak-phantom.ts";

const SIZE = { lines: 400, columns: 64 };
const METHODS = [
  ["threshold_width", false],
  ["threshold_width", true],
  ["gradient_edges", false],
  ["gradient_edges", true],
] as const;

export async function diameterTable(): Promise<string> {
  const rows: string[][] = [];
  for (const width of [5, 10, 20, 40]) {
    for (const snr of [2, 5, 20]) {
      const phantom = vesselPhantom({ ...SIZE, width, snr, seed: `vessel ${width} ${snr}` });
      const cells = [String(width), String(snr)];
      for (const [method, subPixel] of METHODS) {
        const { diameterPx } = await diameter(phantom, {
          method,
          subPixel,
          secondsPerLine: null,
          umPerPixel: 0.3,
        });
        cells.push(cellOf(diameterPx, width));
      }
      rows.push(cells);
    }
  }
  return markdownTable(
    [
      "true px",
      "SNR",
      ...METHODS.map(([method, subPixel]) => `\`${method}\`${subPixel ? ", sub-pixel" : ""}`),
    ],
    rows,
  );
}

function cellOf(found: Float64Array, width: number): string {
  const known = found.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  return `${signed(mean - width, 2)} ± ${fixed(Math.sqrt(variance), 2)}, ${percent(1 - known.length / found.length)} without`;
}
