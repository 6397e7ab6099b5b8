// Compares our velocities with those that the lab's programs stored, window by window.

import { join } from "node:path";
import { type FlowRegion, type RadonVelocityTrace, radonVelocity } from "../../src/index.ts";
import { pathsOf, readScan, readTrace, type StoredTrace } from "../support/stored-trace.ts";

export interface Agreement {
  readonly windowCount: number;
  /** Equal to 1e-6 relative, or blank in both. */
  readonly equal: number;
  readonly blank: number;
  /** The other windows, with how nearly two angles were tied. */
  readonly differing: readonly { window: number; ours: number; theirs: number; margin: number }[];
}

const TOLERANCE = 1e-6;
/** The lab's velocity at 90°, where its program did not blank it. */
const MOST_MM_PER_S = 1e6;

/** Which of our windows the lab's file leaves blank. */
type Blanks = (trace: RadonVelocityTrace) => (window: number) => boolean;

const atRightAngle: Blanks = (trace) => (window) => trace.thetaDeg[window] === 90;

const atRightAngleOrStill: Blanks = (trace) => (window) =>
  trace.thetaDeg[window] === 90 || trace.pxPerLine[window] === 0;

/** What the import of older files blanked: those, and all beyond mean ± 2 SD of the rest. */
const asImported: Blanks = (trace) => {
  const isOut = atRightAngleOrStill(trace);
  const velocity = trace.velocityMmPerS!;
  const rest = [...velocity].filter((_, window) => !isOut(window));
  const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
  const sd = Math.sqrt(rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length);
  return (window) => isOut(window) || Math.abs(velocity[window]! - mean) > 2 * sd;
};

/** A ROI of this version of the program. */
export async function agreementOfV1(
  folder: string,
  stem: string,
  roiId: number,
  region?: FlowRegion,
): Promise<Agreement> {
  const stored = readTrace(join(folder, pathsOf(stem).trace), roiId);
  return compare(stored, await ours(folder, stem, stored, region), atRightAngle);
}

/** The file of the older program, and what the import made of it as ROI 1. Times of the file are one line later. */
export async function agreementsOfV0(
  folder: string,
  stem: string,
): Promise<{ file: Agreement; imported: Agreement; timesDiffering: number }> {
  const file = readTrace(join(folder, pathsOf(stem).v0));
  const imported = readTrace(join(folder, pathsOf(stem).trace), 1);
  const trace = await ours(folder, stem, file);
  const times = [...file.timeS].filter((time, k) => time !== (1 + 4 * k + 8) * file.secondsPerLine);
  return {
    file: compare(file, trace, atRightAngleOrStill),
    imported: compare(imported, trace, asImported),
    timesDiffering: times.length,
  };
}

async function ours(
  folder: string,
  stem: string,
  { secondsPerLine, umPerPixel }: StoredTrace,
  region?: FlowRegion,
): Promise<RadonVelocityTrace> {
  return radonVelocity(readScan(join(folder, pathsOf(stem).scan)), { region, secondsPerLine, umPerPixel });
}

function compare(stored: StoredTrace, trace: RadonVelocityTrace, blanks: Blanks): Agreement {
  const isBlank = blanks(trace);
  const differing: Agreement["differing"][number][] = [];
  let blank = 0;
  for (const [window, theirs] of stored.velocityMmPerS.entries()) {
    const ours = isBlank(window) ? Number.NaN : trace.velocityMmPerS![window]!;
    const isTheirsBlank = Number.isNaN(theirs) || Math.abs(theirs) > MOST_MM_PER_S;
    if (Number.isNaN(ours) && isTheirsBlank) {
      blank += 1;
    } else if (!(Math.abs(ours - theirs) <= TOLERANCE * Math.abs(theirs))) {
      differing.push({ window, ours, theirs, margin: trace.margin[window]! });
    }
  }
  return {
    windowCount: trace.windowCount,
    equal: stored.velocityMmPerS.length - differing.length,
    blank,
    differing,
  };
}
