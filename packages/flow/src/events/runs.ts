// Runs of places where something holds.

/** From a place to the one behind the last. */
export interface Run {
  readonly start: number;
  readonly stop: number;
}

/** The runs of places where it holds. */
export function runsWhere(length: number, holds: (place: number) => boolean): readonly Run[] {
  const runs: Run[] = [];
  let start = -1;
  for (let place = 0; place <= length; place += 1) {
    const isIn = place < length && holds(place);
    if (isIn && start < 0) {
      start = place;
    } else if (!isIn && start >= 0) {
      runs.push({ start, stop: place });
      start = -1;
    }
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
