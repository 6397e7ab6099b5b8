// Tests how goals of speed are judged from the samples of their sides.

import { expect, test } from "vitest";
import type { Goal, Sample, SideSamples } from "../../bench/goals/goal.ts";
import { judgeGoal } from "../../bench/goals/judge-goal.ts";

const GOAL: Goal = {
  id: "room.goal",
  what: "something",
  subject: "ours",
  peer: "theirs",
  bound: { kind: "as fast", atLeast: 2 },
};

const wall = (...values: readonly number[]): readonly Sample[] => values.map((value) => ({ value }));

function samples(sides: Readonly<Record<string, readonly Sample[]>>): SideSamples {
  return new Map(Object.entries(sides));
}

test("a ratio is taken within each round, so a slow minute counts on both sides", () => {
  const judged = judgeGoal(GOAL, samples({ ours: wall(1, 10, 2), theirs: wall(2, 30, 8) }));
  expect(judged).toMatchObject({ verdict: "met", figure: { median: 3, best: 4 } });
  expect(judged.ours).toEqual({ median: 2, best: 1 });
  expect(judged.theirs).toEqual({ median: 8, best: 2 });
});

test("the median decides, and not the best round", () => {
  const judged = judgeGoal(GOAL, samples({ ours: wall(10, 10, 10), theirs: wall(15, 15, 100) }));
  expect(judged).toMatchObject({ verdict: "not met", figure: { median: 1.5, best: 10 } });
});

test.each([
  [{ kind: "times", atMost: 2.5 }, 2.5, "met"],
  [{ kind: "times", atMost: 2.4 }, 2.5, "not met"],
  [{ kind: "above", atMost: 15, unit: "ms" }, 15, "met"],
  [{ kind: "above", atMost: 1, unit: "ms", divideBy: 10 }, 1.5, "not met"],
  [{ kind: "alone", atMost: 25, unit: "ms" }, 25, "met"],
  [{ kind: "alone", atMost: 5, unit: "µs", divideBy: 5 }, 5, "met"],
  [{ kind: "beside" }, 2.5, "shown"],
] as const)("of 25 beside 10, the bound %j sees %d: %s", (bound, figure, verdict) => {
  const judged = judgeGoal({ ...GOAL, bound }, samples({ ours: wall(25), theirs: wall(10) }));
  expect(judged.figure?.median).toBe(figure);
  expect(judged.verdict).toBe(verdict);
});

test("a goal by seconds of processors looks at no time that passed", () => {
  const busy = samples({ ours: [{ value: 900, cpuMs: 10 }], theirs: [{ value: 1, cpuMs: 30 }] });
  expect(judgeGoal({ ...GOAL, by: "cpu" }, busy)).toMatchObject({ verdict: "met", figure: { median: 3 } });
  expect(judgeGoal(GOAL, busy)).toMatchObject({ verdict: "not met", figureByCpu: { median: 3 } });
});

test("a goal by seconds of processors of a side that does not count them is not measured", () => {
  const judged = judgeGoal({ ...GOAL, by: "cpu" }, samples({ ours: wall(1), theirs: wall(9) }));
  expect(judged.verdict).toBe("not measured");
});

test("without a peer that it needs, or with a reason, a goal is not measured", () => {
  expect(judgeGoal(GOAL, samples({ ours: wall(1) })).verdict).toBe("not measured");
  expect(judgeGoal(GOAL, samples({ theirs: wall(1) })).verdict).toBe("not measured");
  const full = samples({ ours: wall(1), theirs: wall(9) });
  expect(judgeGoal({ ...GOAL, notMeasured: "no disk" }, full).verdict).toBe("not measured");
});

test("a limit is held against the same peer, in place of ours", () => {
  const judged = judgeGoal(
    { ...GOAL, limit: "hashing" },
    samples({ ours: wall(10), theirs: wall(10), hashing: wall(4) }),
  );
  expect(judged).toMatchObject({ verdict: "not met", limitFigure: { median: 2.5 } });
});
