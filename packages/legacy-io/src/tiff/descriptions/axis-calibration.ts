// Collects the calibrations of an image's axes, converts their units and chooses the most credible one.

/** Where in the file a calibration was found. */
export type CalibrationSource =
  | "mm_header"
  | "page_name"
  | "lsm_stamps"
  | "lsm"
  | "pylake"
  | "ome"
  | "imagej"
  | "tifffile"
  | "resolution";

/** The distance between neighbouring elements along an axis. */
export interface AxisCalibration {
  readonly axis: string;
  readonly step: number;
  /** `um` or `s` if the unit can be converted, otherwise the file's own spelling. */
  readonly unit: string;
  readonly source: CalibrationSource;
}

/** From most to least credible: first the tags of the microscope, then what programs wrote later. */
const TRUST: readonly CalibrationSource[] = [
  ...(["mm_header", "page_name", "lsm_stamps", "lsm"] as const),
  ...(["pylake", "ome", "imagej", "tifffile"] as const),
];
/** Two places that differ by more contradict each other. */
export const CALIBRATION_TOLERANCE = 0.005;

const UNITS: ReadonlyMap<string, readonly [unit: string, factor: number]> = new Map([
  ["um", ["um", 1]],
  ["µm", ["um", 1]],
  ["μm", ["um", 1]],
  ["micron", ["um", 1]],
  ["microns", ["um", 1]],
  ...spellings("micromet", "um", 1),
  ["\u00c5", ["um", 1e-4]],
  ["angstrom", ["um", 1e-4]],
  ["pm", ["um", 1e-6]],
  ["nm", ["um", 1e-3]],
  ...spellings("nanomet", "um", 1e-3),
  ...spellings("millimet", "um", 1e3),
  ...spellings("centimet", "um", 1e4),
  ...spellings("met", "um", 1e6),
  ["mm", ["um", 1e3]],
  ["cm", ["um", 1e4]],
  ["m", ["um", 1e6]],
  ["inch", ["um", 25_400]],
  ["inches", ["um", 25_400]],
  ["in", ["um", 25_400]],
  ["s", ["s", 1]],
  ["sec", ["s", 1]],
  ["second", ["s", 1]],
  ["seconds", ["s", 1]],
  ["secs", ["s", 1]],
  ["ms", ["s", 1e-3]],
  ["msec", ["s", 1e-3]],
  ["msecs", ["s", 1e-3]],
  ["millisecond", ["s", 1e-3]],
  ["milliseconds", ["s", 1e-3]],
  ["us", ["s", 1e-6]],
  ["usec", ["s", 1e-6]],
  ["\u00b5s", ["s", 1e-6]],
  ["\u03bcs", ["s", 1e-6]],
  ["microsecond", ["s", 1e-6]],
  ["microseconds", ["s", 1e-6]],
  ["ns", ["s", 1e-9]],
  ["nanosecond", ["s", 1e-9]],
  ["nanoseconds", ["s", 1e-9]],
  ["min", ["s", 60]],
  ["mins", ["s", 60]],
  ["minute", ["s", 60]],
  ["minutes", ["s", 60]],
  ["h", ["s", 3600]],
  ["hr", ["s", 3600]],
  ["hour", ["s", 3600]],
  ["hours", ["s", 3600]],
]);

/** A unit of length in full, in English and American, one and several. */
function spellings(
  stem: string,
  unit: string,
  factor: number,
): readonly (readonly [string, readonly [string, number]])[] {
  return ["er", "ers", "re", "res"].map((ending) => [`${stem}${ending}`, [unit, factor]]);
}

/** Units of an axis without a scale. */
const NO_UNIT = /^(px|pixels?|reference ?frame)$/i;

/** Converts a calibration to `um` or `s` if possible. Undefined without a unit, for pixels, and for a step that is not positive. */
export function axisCalibration(
  axis: string,
  step: number,
  unit: string | undefined,
  source: CalibrationSource,
): AxisCalibration | undefined {
  const spelled = unit?.trim() ?? "";
  if (!(step > 0) || !Number.isFinite(step) || spelled === "" || NO_UNIT.test(spelled)) {
    return undefined;
  }
  const [normalized, factor] = UNITS.get(spelled) ?? UNITS.get(spelled.toLowerCase()) ?? [spelled, 1];
  return { axis, step: factor === 1 ? step : step * factor, unit: normalized, source };
}

/** Dots per inch that screens, printers and scanners have: programs write them where they know nothing. */
const USUAL_DPI: readonly number[] = [
  72, 75, 90, 96, 100, 120, 144, 150, 180, 192, 200, 220, 240, 300, 360, 400, 600, 720, 1200,
];
const UM_PER_INCH = 25_400;
/** Olympus and others write 10 000 px/cm into each file. */
const PLACEHOLDER_UM = 1;
/** No screen, printer or scanner has dots as close as this, 12 700 in an inch. */
const FINEST_DOTS_UM = 2;

/**
 * Whether a length in inches or centimetres is one that programs fill in where they know no scale: inches of 2 µm or more, the
 * dots per inch of a screen or printer, and 10 000 px/cm.
 */
export function isPlaceholder(stepUm: number, unit: string): boolean {
  const spelled = unit.trim().toLowerCase();
  const isNear = (a: number, b: number): boolean => Math.abs(a / b - 1) < 1e-3;
  const isInch = /^(in|inch|inches|")$/.test(spelled);
  return (
    (isInch && stepUm >= FINEST_DOTS_UM) ||
    ((isInch || /^cm$|^centimet/.test(spelled)) &&
      (isNear(stepUm, PLACEHOLDER_UM) || USUAL_DPI.some((dpi) => isNear(stepUm * dpi, UM_PER_INCH))))
  );
}

/** Chooses the most credible calibration of each axis, never `resolution`: exporters write placeholders there. */
export function chooseCalibration(candidates: readonly AxisCalibration[]): readonly AxisCalibration[] {
  const axes = [...new Set(candidates.map(({ axis }) => axis))];
  return axes.flatMap((axis) => {
    const sorted = TRUST.flatMap((source) =>
      candidates.filter((candidate) => candidate.axis === axis && candidate.source === source),
    );
    return sorted.slice(0, 1);
  });
}

/** One sentence for each calibration that differs from the chosen one by more than 0.5 %. */
export function calibrationConflicts(candidates: readonly AxisCalibration[]): readonly string[] {
  return chooseCalibration(candidates).flatMap((chosen) =>
    candidates
      .filter(({ axis, source }) => axis === chosen.axis && TRUST.includes(source))
      .filter(
        ({ step, unit }) => unit !== chosen.unit || Math.abs(step / chosen.step - 1) > CALIBRATION_TOLERANCE,
      )
      .map(
        ({ source, step, unit }) =>
          `axis ${chosen.axis}: ${source} says ${step} ${unit}, ${chosen.source} says ${chosen.step} ${chosen.unit}`,
      ),
  );
}
