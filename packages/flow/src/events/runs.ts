// Runs of places where something holds.

import { type InPieces, inPieces } from "../pieces.ts";

/** From a place to the one behind the last. */
export interface Run {
  readonly start: number;
  readonly stop: number;
}

/** The runs of places where it holds. */
export function* runsWhere(length: number, holds: (place: number) => boolean): InPieces<readonly Run[]> {
  const runs: Run[] = [];
  let open = -1;
  yield* inPieces(length, (from, to) => {
    let start = open;
    for (let place = from; place < to; place += 1) {
      const isIn = holds(place);
      if (isIn && start < 0) {
        start = place;
      } else if (!isIn && start >= 0) {
        runs.push({ start, stop: place });
        start = -1;
      }
    }
    open = start;
  });
  if (open >= 0) {
    runs.push({ start: open, stop: length });
  }
  return runs;
}

/** Runs with at most `most` places between them made one. */
export function joinRuns(runs: readonly Run[], most: number): readonly Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const before = merged.at(-1);
    if (before !== undefined && run.start - before.stop <= most) {
      merged[merged.length - 1] = { start: before.start, stop: run.stop };
    } else {
      merged.push(run);
    }
  }
  return merged;
}
