// Collects the calibrations of an image's axes, converts their units and chooses the most credible one.

/** Where in the file a calibration was found. */
export type CalibrationSource = "imagej" | "ome" | "mm_header" | "page_name" | "resolution";

/** The distance between neighbouring elements along an axis. */
export interface AxisCalibration {
  readonly axis: string;
  readonly step: number;
  /** `um` or `s` if the unit can be converted, otherwise the file's own spelling. */
  readonly unit: string;
  readonly source: CalibrationSource;
}

/** From most to least credible: first what a program wrote for this image, then what an instrument exported. */
const TRUST: readonly CalibrationSource[] = ["ome", "imagej", "mm_header", "page_name"];
const TOLERANCE = 0.01;

const UNITS: ReadonlyMap<string, readonly [unit: string, factor: number]> = new Map([
  ["um", ["um", 1]],
  ["µm", ["um", 1]],
  ["μm", ["um", 1]],
  ["micron", ["um", 1]],
  ["microns", ["um", 1]],
  ["nm", ["um", 1e-3]],
  ["mm", ["um", 1e3]],
  ["cm", ["um", 1e4]],
  ["m", ["um", 1e6]],
  ["inch", ["um", 25_400]],
  ["in", ["um", 25_400]],
  ["s", ["s", 1]],
  ["sec", ["s", 1]],
  ["second", ["s", 1]],
  ["seconds", ["s", 1]],
  ["ms", ["s", 1e-3]],
  ["msec", ["s", 1e-3]],
  ["us", ["s", 1e-6]],
  ["µs", ["s", 1e-6]],
  ["min", ["s", 60]],
]);

/** Converts a calibration to `um` or `s` if possible. Undefined without a unit, for pixels, and for a step that is not positive. */
export function axisCalibration(
  axis: string,
  step: number,
  unit: string | undefined,
  source: CalibrationSource,
): AxisCalibration | undefined {
  const spelled = unit?.trim() ?? "";
  if (!(step > 0) || !Number.isFinite(step) || spelled === "" || /^(px|pixels?)$/i.test(spelled)) {
    return undefined;
  }
  const [normalized, factor] = UNITS.get(spelled) ?? UNITS.get(spelled.toLowerCase()) ?? [spelled, 1];
  return { axis, step: factor === 1 ? step : step * factor, unit: normalized, source };
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

/** One sentence for each calibration that differs from the chosen one by more than 1 %. */
export function calibrationConflicts(candidates: readonly AxisCalibration[]): readonly string[] {
  return chooseCalibration(candidates).flatMap((chosen) =>
    candidates
      .filter(({ axis, source }) => axis === chosen.axis && TRUST.includes(source))
      .filter(({ step, unit }) => unit !== chosen.unit || Math.abs(step / chosen.step - 1) > TOLERANCE)
      .map(
        ({ source, step, unit }) =>
          `axis ${chosen.axis}: ${source} says ${step} ${unit}, ${chosen.source} says ${chosen.step} ${chosen.unit}`,
      ),
  );
}
