/** Where a calibration stands in the file. */
export type CalibrationSource = "imagej" | "ome" | "mm_header" | "page_name" | "resolution";

/** How far it is from one element to the next along an axis. */
export interface AxisCalibration {
  readonly axis: string;
  readonly step: number;
  /** `um` and `s` for whatever can be expressed so; else the unit as the file spells it. */
  readonly unit: string;
  readonly source: CalibrationSource;
}

/** From most to least believed: what a program wrote for this image, then what an instrument exported. */
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

/** A calibration in `um` or `s` if its unit can be; undefined for pixels, no unit, and steps that are no positive number. */
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

/** Of each axis the calibration that is believed most; `resolution` is none, because exporters fill it with anything. */
export function chooseCalibration(candidates: readonly AxisCalibration[]): readonly AxisCalibration[] {
  const axes = [...new Set(candidates.map(({ axis }) => axis))];
  return axes.flatMap((axis) => {
    const sorted = TRUST.flatMap((source) =>
      candidates.filter((candidate) => candidate.axis === axis && candidate.source === source),
    );
    return sorted.slice(0, 1);
  });
}

/** Sentences about places of the file that contradict what is believed by more than 1 %. */
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
