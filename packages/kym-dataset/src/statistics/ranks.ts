// Ranks of the values of several groups, all together.

export interface GroupRanks {
  /** The sum of the ranks of each group; equal values share the mean of their ranks. Ranks begin at 1. */
  readonly sums: readonly number[];
  /** The number of all values. */
  readonly n: number;
  /** The sum of t³ - t over the sets of t equal values: 0 without ties. */
  readonly ties: number;
}

/** Ranks finite values. */
export function rankGroups(groups: readonly (readonly number[])[]): GroupRanks {
  const values = groups.flatMap((group, index) => group.map((value) => ({ value, group: index })));
  values.sort((a, b) => a.value - b.value);
  const sums = groups.map(() => 0);
  let ties = 0;
  let start = 0;
  while (start < values.length) {
    let stop = start + 1;
    while (stop < values.length && values[stop]?.value === values[start]?.value) {
      stop += 1;
    }
    const rank = (start + stop + 1) / 2;
    for (const { group } of values.slice(start, stop)) {
      sums[group] = (sums[group] ?? 0) + rank;
    }
    const equal = stop - start;
    ties += equal ** 3 - equal;
    start = stop;
  }
  return { sums, n: values.length, ties };
}
