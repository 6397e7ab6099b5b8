// What a goal of speed or memory is, and what is measured for it.

/** One run of one side. */
export interface Sample {
  /** In the unit of the room: milliseconds unless it says otherwise. */
  readonly value: number;
  /** What processors spent on it, children included. Another program on the machine hardly changes it. */
  readonly cpuMs?: number | undefined;
}

/** The samples of each side, round by round. A side that could not run has none. */
export type SideSamples = ReadonlyMap<string, readonly Sample[]>;

/** How the subject is to stand beside its peer, or alone. */
export type Bound =
  /** The peer's time divided by ours is at least so much. */
  | { readonly kind: "as fast"; readonly atLeast: number }
  /** Our time divided by the peer's is at most so much. */
  | { readonly kind: "times"; readonly atMost: number }
  /** Ours alone is at most so much. A peer is then only shown. `divideBy` is the number of images or rows. */
  | { readonly kind: "alone"; readonly atMost: number; readonly unit: string; readonly divideBy?: number }
  /** Ours is at most so much more than the peer. */
  | { readonly kind: "above"; readonly atMost: number; readonly unit: string; readonly divideBy?: number }
  /** Shown beside the peer; nothing is asked of it. */
  | { readonly kind: "beside" };

export interface Goal {
  /** The name by which `bench` chooses it, as in `ingest.none.cp`. */
  readonly id: string;
  /** What is measured, in words. */
  readonly what: string;
  /** The name of the side that is judged. */
  readonly subject: string;
  readonly peer?: string;
  readonly bound: Bound;
  /** What the bound is about. Default: the time that passes. */
  readonly by?: "wall" | "cpu";
  /** A side that no program of this kind can beat: what stands in the way if the goal is not met. */
  readonly limit?: string;
  /** What else is known of what stands in the way, as it was measured once, in sentences. It is shown if the goal is not met. */
  readonly words?: string;
  /** Why it is not measured, if it cannot be yet. */
  readonly notMeasured?: string;
}

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  /** The smallest time or size, the smallest ratio of times, or the greatest ratio of speeds. */
  readonly best: number;
}

export type Verdict = "met" | "not met" | "shown" | "not measured";

export interface JudgedGoal extends Goal {
  readonly verdict: Verdict;
  /** Ours and the peer's, in the unit of the room. */
  readonly ours?: Spread;
  readonly theirs?: Spread;
  /** What the bound is about: a ratio or a difference. */
  readonly figure?: Spread;
  /** The same by the seconds of processors, if both sides count them. */
  readonly figureByCpu?: Spread;
  /** Where the limit would stand in place of ours. */
  readonly limitFigure?: Spread;
  readonly limitFigureByCpu?: Spread;
}
