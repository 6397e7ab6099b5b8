// What is doubtful about a diameter, as bits, and how much each doubt counts.

export type DiameterFlag =
  | "low_contrast"
  | "missing_left_edge"
  | "missing_right_edge"
  | "gradient_invalid_order"
  | "gradient_low_edge_strength"
  | "saturation"
  | "double_peak"
  | "edge_violation"
  | "diameter_violation"
  | "center_violation";

/** Names of the bits of `qcFlags`, from the lowest. */
export const DIAMETER_FLAGS: readonly DiameterFlag[] = Object.freeze([
  "low_contrast",
  "missing_left_edge",
  "missing_right_edge",
  "gradient_invalid_order",
  "gradient_low_edge_strength",
  "saturation",
  "double_peak",
  "edge_violation",
  "diameter_violation",
  "center_violation",
]);

/** What a flag takes from a quality of 1. */
const PENALTIES: Readonly<Partial<Record<DiameterFlag, number>>> = {
  low_contrast: 0.55,
  missing_left_edge: 0.25,
  missing_right_edge: 0.25,
  gradient_invalid_order: 0.35,
  gradient_low_edge_strength: 0.2,
  saturation: 0.1,
  double_peak: 0.15,
};

/** The bit of a flag. */
export function flagBit(flag: DiameterFlag): number {
  return 1 << DIAMETER_FLAGS.indexOf(flag);
}

/** 1 without a flag, 0 at the least. */
export function qualityOf(flags: number): number {
  const penalty = DIAMETER_FLAGS.reduce(
    (sum, flag) => sum + ((flags & flagBit(flag)) === 0 ? 0 : (PENALTIES[flag] ?? 0)),
    0,
  );
  return Math.max(0, 1 - penalty);
}
