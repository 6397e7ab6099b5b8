// The units of a kymograph's axes: physical where the step is known, lines and pixels where it is not.

/** The physical size of a pixel; null where it is not known. What `calibrationOf` of `@kym/kym-schema` gives. */
export interface PixelSize {
  readonly secondsPerLine: number | null;
  readonly umPerPx: number | null;
}

/** The unit in which an axis is labelled. */
export interface AxisUnit {
  readonly unit: "s" | "lines" | "µm" | "px";
  /** How much of the unit one line or column is; 1 for lines and pixels. */
  readonly step: number;
  /** Whether the unit has no fractions: lines and pixels. */
  readonly whole: boolean;
  /** What stands beside the axis: `time (s)`. */
  readonly title: string;
}

/** A missing line period gives lines, never seconds; a missing pixel size gives pixels. The two do not depend on each other. */
export function planeUnits({ secondsPerLine, umPerPx }: PixelSize): {
  readonly time: AxisUnit;
  readonly space: AxisUnit;
} {
  return {
    time:
      secondsPerLine === null
        ? { unit: "lines", step: 1, whole: true, title: "line" }
        : { unit: "s", step: secondsPerLine, whole: false, title: "time (s)" },
    space:
      umPerPx === null
        ? { unit: "px", step: 1, whole: true, title: "position (px)" }
        : { unit: "µm", step: umPerPx, whole: false, title: "position (µm)" },
  };
}
