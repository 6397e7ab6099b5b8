// The calibration that a TIFF itself states, for an image without a header.

/** The step of one axis as a TIFF states it, and where in the file. Nothing is calculated from it. */
export interface TiffCalibration {
  readonly axis: string;
  readonly step: number;
  readonly unit: string;
  readonly source: string;
}

/** Reads the attribute `tiff_calibration` that an ingest wrote. Entries of another form are left out. */
export function tiffCalibration(attributes: Readonly<Record<string, unknown>>): readonly TiffCalibration[] {
  const { tiff_calibration: stored } = attributes;
  return Array.isArray(stored) ? stored.filter(isCalibration) : [];
}

/** `x 0.284 µm, t 0.00117 s (mm_header)` */
export function tiffCalibrationText(calibration: readonly TiffCalibration[]): string {
  const sources = [...new Set(calibration.map(({ source }) => source))];
  const steps = calibration.map(
    ({ axis, step, unit }) => `${axis} ${Number(step.toPrecision(6))} ${unit === "um" ? "µm" : unit}`,
  );
  return `${steps.join(", ")} (${sources.join(", ")})`;
}

/** The options of `kym edit` that take these steps over; none for steps in other units. */
export function calibrationOptions(calibration: readonly TiffCalibration[]): readonly string[] {
  return calibration.flatMap(({ axis, step, unit }) => {
    if (axis === "x" && (unit === "um" || unit === "\u00b5m")) {
      return [`--um-per-px ${Number(step.toPrecision(6))}`];
    }
    return axis === "t" && unit === "s" ? [`--ms-per-line ${Number((step * 1000).toPrecision(6))}`] : [];
  });
}

function isCalibration(value: unknown): value is TiffCalibration {
  const has = (key: string, type: string): boolean =>
    typeof value === "object" && value !== null && typeof Reflect.get(value, key) === type;
  return has("axis", "string") && has("step", "number") && has("unit", "string") && has("source", "string");
}
