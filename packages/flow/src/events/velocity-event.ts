// What an event of a velocity trace is.

/** What happened: the speed fell, the speed rose, windows had no number, or windows stood still. */
export type VelocityEventType = "baseline_drop" | "baseline_rise" | "nan_gap" | "zero_gap";

/** What a machine takes it for. */
export type VelocityMachineType = "stall_candidate" | "nan_gap" | "other";

/** An event. Places are windows of the trace; null is what its type does not have. */
export interface VelocityEvent {
  readonly eventType: VelocityEventType;
  readonly iStart: number;
  readonly iPeak: number | null;
  readonly iEnd: number | null;
  readonly tStartS: number;
  readonly tPeakS: number | null;
  readonly tEndS: number | null;
  /** Median speed after minus median speed before, mm/s. */
  readonly scorePeak: number | null;
  /** Median speed before and after the peak, mm/s. */
  readonly baselineBefore: number | null;
  readonly baselineAfter: number | null;
  /** |score| ÷ threshold; of a gap, its fraction × its duration. */
  readonly strength: number;
  readonly nanFractionInEvent: number | null;
  readonly nValidInEvent: number | null;
  readonly durationS: number | null;
  readonly machineType: VelocityMachineType;
  readonly note: string;
}

/** A velocity trace with its times. */
export interface TimedVelocity {
  /** Seconds. */
  readonly timeS: Float64Array;
  /** mm/s; NaN where a window has no velocity. */
  readonly velocityMmPerS: Float64Array;
}
