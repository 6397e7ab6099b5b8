// Compares tests of groups with scipy's, and mean ± SEM over units with pandas'.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kruskalWallis, mannWhitney, meanOfUnits, medianOfValues } from "@kym/kym-dataset/statistics";
import { expect, test } from "vitest";
import { chance } from "../../../packages/flow/test/support/made-planes.ts";
import { hasPython, runPython } from "../python-environment.ts";

interface Answer {
  readonly mannWhitney: readonly [statistic: number, p: number] | null;
  readonly kruskal: readonly [statistic: number, p: number];
  readonly median: number;
  readonly mean: number;
  readonly sem: number;
}

/** Groups as studies have them: counts with many ties, velocities without, few images and many, one group far from the others. */
function madeGroups(count: number): readonly (readonly (readonly number[])[])[] {
  const random = chance(32);
  const upTo = (most: number): number => Math.floor(most * random());
  return Array.from({ length: count }, (_, index) => {
    const isCount = random() < 0.5;
    const most = index % 9 === 0 ? 300 : 12;
    return Array.from({ length: index % 2 === 0 ? 2 : 3 + upTo(4) }, (_group, place) =>
      Array.from({ length: 3 + upTo(most) }, () =>
        isCount ? upTo(7) + (place % 2) : 4 * random() - 2 + place * random(),
      ),
    );
  });
}

function apart(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

test.runIf(await hasPython())(
  "U, H, their p, medians and mean ± SEM of 500 made studies are scipy's, numpy's and pandas' to 1e-9",
  async () => {
    const far = [Array.from({ length: 200 }, (_, i) => i), Array.from({ length: 200 }, (_, i) => 1000 + i)];
    const one = [[0.5, 1.5, 2.25], Array.from({ length: 900 }, (_, i) => i * 0.37)];
    const studies = [...madeGroups(500), far, one];
    const folder = await mkdtemp(join(tmpdir(), "kym-statistics-"));
    const path = join(folder, "studies.json");
    await writeFile(path, JSON.stringify(studies));
    const script = new URL("group_tests.py", import.meta.url);
    const answers: readonly Answer[] = JSON.parse(await runPython(script, [path]));
    await rm(folder, { recursive: true });
    expect(answers).toHaveLength(studies.length);
    const methods = new Set<string>();
    for (const [index, groups] of studies.entries()) {
      const [first = [], second = []] = groups;
      const theirs = answers[index]!;
      const kruskal = kruskalWallis(groups);
      const whitney = mannWhitney(first, second);
      const units = meanOfUnits(first.map((value, place) => ({ value, unit: `${place % 3}` })));
      const pairs = [
        [kruskal.kind === "none" ? Number.NaN : kruskal.h, theirs.kruskal[0]],
        [kruskal.kind === "none" ? Number.NaN : kruskal.p, theirs.kruskal[1]],
        [medianOfValues(first), theirs.median],
        [units.mean, theirs.mean],
        [units.sem, theirs.sem],
        ...(theirs.mannWhitney === null || whitney.kind === "none"
          ? []
          : [
              [whitney.u, theirs.mannWhitney[0]],
              [whitney.p, theirs.mannWhitney[1]],
            ]),
      ] as const;
      if (whitney.kind !== "none" && theirs.mannWhitney !== null) {
        methods.add(whitney.method);
      }
      for (const [ours, their] of pairs) {
        const isClose = Math.abs(ours! - their!) < 1e-12 || apart(ours!, their!) < 1e-9;
        expect(isClose, `study ${index}: ${ours} and ${their}`).toBe(true);
      }
    }
    expect([...methods].sort()).toEqual(["asymptotic", "exact"]);
  },
);
