// Decides from the samples of all sides whether a goal is met.

import { median } from "../rounds/paired-rounds.ts";
import type { Bound, Goal, JudgedGoal, Sample, SideSamples, Spread } from "./goal.ts";

/** Judges by what the bound is about: by the median, never by the best. */
export function judgeGoal(goal: Goal, samples: SideSamples): JudgedGoal {
  const ours = samples.get(goal.subject) ?? [];
  const theirs = goal.peer === undefined ? [] : (samples.get(goal.peer) ?? []);
  const { bound, by = "wall" } = goal;
  const needsPeer = bound.kind !== "alone";
  if (goal.notMeasured !== undefined || ours.length === 0 || (needsPeer && theirs.length === 0)) {
    return { ...goal, verdict: "not measured" };
  }
  const wall = figureOf(bound, valuesOf(ours), valuesOf(theirs));
  const cpu = figureOf(bound, cpuOf(ours), cpuOf(theirs));
  const figure = by === "cpu" ? cpu : wall;
  if (figure === undefined) {
    return { ...goal, verdict: "not measured" };
  }
  const limit = goal.limit === undefined ? [] : (samples.get(goal.limit) ?? []);
  const pick = by === "cpu" ? cpuOf : valuesOf;
  const limitFigure = figureOf(bound, pick(limit), pick(theirs));
  return {
    ...goal,
    verdict: bound.kind === "beside" ? "shown" : isMet(bound, figure.median) ? "met" : "not met",
    ...optional("ours", spreadOf(pick(ours))),
    ...optional("theirs", spreadOf(pick(theirs))),
    figure,
    ...optional("figureByCpu", cpu),
    ...optional("limitFigure", limitFigure),
    ...optional("limitFigureByCpu", figureOf(bound, cpuOf(limit), cpuOf(theirs))),
  };
}

function isMet(bound: Exclude<Bound, { kind: "beside" }>, figure: number): boolean {
  return bound.kind === "as fast" ? figure >= bound.atLeast : figure <= bound.atMost;
}

/** Ratios and differences are those within the rounds, so that a slow minute of the machine counts on both sides. */
function figureOf(
  bound: Bound,
  ours: readonly number[] | undefined,
  theirs: readonly number[] | undefined,
): Spread | undefined {
  if (ours === undefined || ours.length === 0) {
    return undefined;
  }
  if (bound.kind === "alone") {
    return spreadOf(ours.map((value) => value / (bound.divideBy ?? 1)));
  }
  if (theirs === undefined || theirs.length === 0) {
    return undefined;
  }
  const pairs = ours.flatMap((value, round) => {
    const peer = theirs[round];
    return peer === undefined ? [] : [[value, peer] as const];
  });
  switch (bound.kind) {
    case "as fast": {
      const ratios = pairs.map(([value, peer]) => peer / value);
      return { median: median(ratios), best: Math.max(...ratios) };
    }
    case "above":
      return spreadOf(pairs.map(([value, peer]) => (value - peer) / (bound.divideBy ?? 1)));
    default:
      return spreadOf(pairs.map(([value, peer]) => value / peer));
  }
}

function spreadOf(values: readonly number[] | undefined): Spread | undefined {
  return values === undefined || values.length === 0
    ? undefined
    : { median: median(values), best: Math.min(...values) };
}

function valuesOf(samples: readonly Sample[]): readonly number[] {
  return samples.map(({ value }) => value);
}

/** Undefined if one of the samples does not say it. */
function cpuOf(samples: readonly Sample[]): readonly number[] | undefined {
  const times = samples.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
  return times.length === samples.length ? times : undefined;
}

function optional<Name extends string>(
  name: Name,
  value: Spread | undefined,
): { readonly [name in Name]?: Spread } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]: Spread });
}
