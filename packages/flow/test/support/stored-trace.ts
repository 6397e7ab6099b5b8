// Reads traces that the lab's program stored, and the scans that they come from.

import { readFileSync } from "node:fs";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { readStripTiff } from "../../../../test/support/read-strip-tiff.ts";
import type { FlowPlane } from "../../src/index.ts";

/** A stored trace; NaN for an empty cell. */
export interface StoredTrace {
  readonly timeS: Float64Array;
  readonly velocityMmPerS: Float64Array;
  readonly cleanMmPerS: Float64Array;
  readonly secondsPerLine: number;
  readonly umPerPixel: number;
}

/** Columns of a CSV without quotes, by name. The first one is the ROI, or has no name. */
export function readTrace(path: string, roiId?: number): StoredTrace {
  const [header = "", ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const names = header.split(",");
  const isMine = (line: string): boolean => roiId === undefined || line.startsWith(`${roiId},`);
  const mine = lines.filter(isMine).map((line) => line.split(","));
  const column = (name: string): Float64Array =>
    Float64Array.from(mine, (row) => {
      const cell = row[names.indexOf(name)] ?? "";
      return cell === "" ? Number.NaN : Number(cell);
    });
  return {
    timeS: column("time"),
    velocityMmPerS: column("velocity"),
    cleanMmPerS: column("cleanVelocity"),
    secondsPerLine: column("delt")[0]!,
    umPerPixel: column("delx")[0]!,
  };
}

export function readScan(path: string): FlowPlane {
  const { data, width, height } = readStripTiff(readFileSync(path));
  return { pixels: data, lines: height, columns: width };
}

/** The folder of the real scans; undefined without them. */
export function findKymographs(): string | undefined {
  return findSharedData("kymographs");
}

const AX = "28d AngII/20250722";

/** Where the scans and traces of a stem are, below the folder of kymographs. */
export function pathsOf(stem: string): { scan: string; trace: string; v0: string } {
  if (stem === "Capillary1_0001") {
    return { scan: `${stem}.tif`, trace: `flow-analysis/${stem}_kymanalysis.csv`, v0: "" };
  }
  return {
    scan: `${AX}/${stem}.tif`,
    trace: `${AX}/flow-analysis/${stem}_kymanalysis.csv`,
    v0: `${AX}/20250722-analysis/${stem}.csv`,
  };
}
