// Tables of how well velocities are read from scans of known truth.

import { lspivVelocity, type RadonVelocityTrace, radonVelocity, stallSummary } from "@kym/flow";
import { type ErrorSummary, errorSummary, isWrong } from "./error-summary.ts";
import { fixed, markdownTable, percent, signed } from "./markdown-table.ts";
import type { ScikitImage } from "./scikit-image.ts";
import { type PhantomOptions, streakPhantom } from "./streak-phantom.ts";

const WINDOW_LINES = 16;
const COLUMNS = 38;
const LINES = 1600;
const PEER_STRIDE = 10;
const SPEEDS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 7, 10];
const SNRS = [0.5, 1, 2, 5, 10, 20];
const UNCALIBRATED = { secondsPerLine: null, umPerPixel: null };
const SIZE = { lines: LINES, columns: COLUMNS };

const phantomOf = (options: Omit<PhantomOptions, "lines" | "columns">) =>
  streakPhantom({ ...SIZE, ...options });

async function summaries(
  options: Omit<PhantomOptions, "lines" | "columns">,
  peer: ScikitImage | undefined,
): Promise<readonly ErrorSummary[]> {
  const phantom = phantomOf(options);
  const radon = await radonVelocity(phantom, UNCALIBRATED);
  const removed = await radonVelocity(phantom, { ...UNCALIBRATED, removeStaticColumns: true });
  const lspiv = await lspivVelocity(phantom, UNCALIBRATED);
  const theirs = await peer?.speeds(phantom, WINDOW_LINES, PEER_STRIDE);
  return [radon.pxPerLine, removed.pxPerLine, lspiv.pxPerLine, theirs]
    .filter((found) => found !== undefined)
    .map((found) => errorSummary(found, options.pxPerLine));
}

function cellsOf({ bias, spread, wrong }: ErrorSummary): string {
  return `${signed(bias, 2)} ± ${fixed(spread, 2)}, ${percent(wrong)}`;
}

export async function speedTable(peer: ScikitImage, umPerPixel: number): Promise<string> {
  const rows: string[][] = [];
  for (const speed of SPEEDS) {
    for (const pxPerLine of [speed, -speed]) {
      const found = await summaries({ pxPerLine, snr: 5, umPerPixel, seed: `speed ${pxPerLine}` }, peer);
      rows.push([fixed(pxPerLine, 2), ...found.map(cellsOf), percent(found[0]?.zero ?? Number.NaN)]);
    }
  }
  return markdownTable(
    ["true px a line", "Radon", "Radon, columns removed", "LSPIV", "scikit-image", "Radon reads 0"],
    rows,
  );
}

export async function noiseTable(peer: ScikitImage): Promise<string> {
  const rows: string[][] = [];
  for (const pxPerLine of [1, -5]) {
    for (const snr of SNRS) {
      const found = await summaries({ pxPerLine, snr, seed: `noise ${pxPerLine} ${snr}` }, peer);
      rows.push([fixed(pxPerLine, 0), fixed(snr, 1), ...found.map(cellsOf)]);
    }
  }
  return markdownTable(
    ["true px a line", "SNR", "Radon", "Radon, columns removed", "LSPIV", "scikit-image"],
    rows,
  );
}

export async function disturbanceTable(): Promise<string> {
  const disturbances = [
    ["none", {}],
    ["columns, SD 0.5 of a streak", { staticColumns: 0.5 }],
    ["columns, SD 1 of a streak", { staticColumns: 1 }],
    ["saturated at 0.7 of the plasma", { saturation: 0.7 }],
    ["saturated at 0.4 of the plasma", { saturation: 0.4 }],
  ] as const;
  const rows: string[][] = [];
  for (const [name, disturbance] of disturbances) {
    for (const pxPerLine of [0, 1, -5]) {
      const options = { pxPerLine, snr: 5, seed: `disturbed ${name} ${pxPerLine}`, ...disturbance };
      rows.push([name, fixed(pxPerLine, 0), ...(await summaries(options, undefined)).map(cellsOf)]);
    }
  }
  return markdownTable(["disturbance", "true px a line", "Radon", "Radon, columns removed", "LSPIV"], rows);
}

export async function zeroTable(): Promise<string> {
  const rows: string[][] = [];
  for (const pxPerLine of [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]) {
    const row = [fixed(pxPerLine, 2)];
    for (const windowLines of [16, 32, 64, 128]) {
      const phantom = phantomOf({ pxPerLine, snr: 5, seed: `zero ${pxPerLine}` });
      const { pxPerLine: found } = await radonVelocity(phantom, { ...UNCALIBRATED, windowLines });
      row.push(percent(errorSummary(found, pxPerLine).zero));
    }
    rows.push(row);
  }
  return markdownTable(["true px a line", "16 lines", "32 lines", "64 lines", "128 lines"], rows);
}

/** How long a stall of 400 lines of 1 ms is found to be. */
export async function stallTable(): Promise<string> {
  const rows: string[][] = [];
  const calibration = { secondsPerLine: 0.001, umPerPixel: 0.284 };
  for (const pxPerLine of [0.5, 2, 5]) {
    for (const snr of [1, 2, 5, 20]) {
      const phantom = phantomOf({
        pxPerLine,
        snr,
        seed: `stall ${pxPerLine} ${snr}`,
        stall: { start: 600, stop: 1000 },
      });
      const { timeS, velocityMmPerS } = await radonVelocity(phantom, calibration);
      if (timeS === null || velocityMmPerS === null) {
        throw new Error("the scan is calibrated");
      }
      const found = stallSummary({ timeS, velocityMmPerS });
      rows.push([
        fixed(pxPerLine, 1),
        fixed(snr, 0),
        String(found.stallCount),
        fixed(found.timeStalledS, 3),
        fixed(found.longestStallS, 3),
      ]);
    }
  }
  return markdownTable(
    ["px a line before and after", "SNR", "stalls found", "seconds stalled", "longest, seconds"],
    rows,
  );
}

interface Judged {
  readonly quality: number;
  readonly isWrong: boolean;
}

export interface Threshold {
  readonly table: string;
  readonly peakRatio: number;
  readonly rejectedWrong: number;
  readonly rejectedGood: number;
}

/** What a threshold of the peak ratio rejects, over all speeds and noises at once. */
export async function qualityThreshold(): Promise<Threshold> {
  const judged: Judged[] = [];
  for (const snr of SNRS) {
    for (const pxPerLine of [0.3, -0.5, 1, -2, 3, -5, 7, -10]) {
      const trace = await radonVelocity(
        phantomOf({ pxPerLine, snr, seed: `quality ${pxPerLine} ${snr}` }),
        UNCALIBRATED,
      );
      judged.push(...judge(trace, pxPerLine));
    }
  }
  const rejected = (threshold: number, wrong: boolean): number => {
    const group = judged.filter((window) => window.isWrong === wrong);
    return group.filter(({ quality }) => !(quality >= threshold)).length / group.length;
  };
  const thresholds = [1.5, 2, 2.5, 3, 4, 5, 6];
  const peakRatio = thresholds.find((threshold) => rejected(threshold, true) >= 0.9) ?? Number.NaN;
  return {
    table: markdownTable(
      ["`peakRatio` at least", "wrong windows rejected", "good windows rejected"],
      thresholds.map((threshold) => [
        fixed(threshold, 1),
        percent(rejected(threshold, true), 1),
        percent(rejected(threshold, false), 1),
      ]),
    ),
    peakRatio,
    rejectedWrong: rejected(peakRatio, true),
    rejectedGood: rejected(peakRatio, false),
  };
}

function judge({ pxPerLine, peakRatio }: RadonVelocityTrace, truth: number): readonly Judged[] {
  return Array.from(pxPerLine, (found, window) => ({
    quality: peakRatio[window] ?? Number.NaN,
    isWrong: isWrong(found, truth),
  }));
}

/** How far the mirrored image is from the opposite angle, at even widths. */
export async function mirrorTable(): Promise<string> {
  const rows: string[][] = [];
  for (const columns of [8, 16, 24, 38, 64]) {
    for (const pxPerLine of [0.5, 2, 5]) {
      const phantom = streakPhantom({ lines: LINES, columns, pxPerLine, snr: 5, seed: `mirror ${columns}` });
      const other = phantom.pixels.map((_, index) => {
        const column = index % columns;
        return phantom.pixels[index - column + columns - 1 - column] ?? 0;
      });
      const trace = await radonVelocity(phantom, UNCALIBRATED);
      const mirrored = await radonVelocity({ ...phantom, pixels: other }, UNCALIBRATED);
      const sums = trace.thetaDeg.map((theta, window) => {
        const sum = (((theta + (mirrored.thetaDeg[window] ?? 0)) % 180) + 180) % 180;
        return sum > 90 ? sum - 180 : sum;
      });
      const sorted = sums.map((sum) => Math.abs(sum)).sort();
      rows.push([
        String(columns),
        fixed(pxPerLine, 1),
        percent(sums.filter((sum) => sum !== 0).length / sums.length),
        fixed(sorted[sorted.length >> 1] ?? Number.NaN, 2),
        signed(sums.reduce((total, sum) => total + sum, 0) / sums.length, 2),
      ]);
    }
  }
  return markdownTable(
    ["columns", "true px a line", "windows that differ", "median, in degrees", "mean, in degrees"],
    rows,
  );
}
