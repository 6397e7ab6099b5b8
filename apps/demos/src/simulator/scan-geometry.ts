// The geometry of a line scan: its true scale, and the rounded one that the text header states.

const FIELD_OF_VIEW_UM = 509.117;
const REFERENCE_PX = 512;
const FLYBACK_US = 1096;
const SAMPLING_US_PER_PX = 2;

/** The size of a line scan, and the zoom, which decides its scale. */
export interface ScanGeometry {
  /** Rows: sweeps of the laser. */
  readonly lines: number;
  /** Columns: places along the vessel. */
  readonly px: number;
  readonly zoom: number;
}

/** Returns the true size of a pixel in µm. The text header rounds it to three decimals. */
export function umPerPx({ zoom }: ScanGeometry): number {
  return FIELD_OF_VIEW_UM / zoom / REFERENCE_PX;
}

/** Returns the true time from one line to the next, in s: 2 µs per pixel, and 1096 µs for the laser's return. */
export function secondsPerLine({ px }: ScanGeometry): number {
  return (FLYBACK_US + SAMPLING_US_PER_PX * px) / 1e6;
}

/** The scale that the text header states, which every analysis uses. */
export interface StatedCalibration {
  readonly umPerPx: number;
  /** The time at which the last line starts, in s. */
  readonly durationS: number;
  readonly secondsPerLine: number;
}

/**
 * Returns the calibration as an analysis reads it: µm and the last line's time with three decimals, and that time
 * divided by the number of lines. Seven headers of real scans agree with this.
 */
export function statedCalibration(geometry: ScanGeometry): StatedCalibration {
  const durationS = roundTo3(secondsPerLine(geometry) * (geometry.lines - 1));
  return {
    umPerPx: roundTo3(umPerPx(geometry)),
    durationS,
    secondsPerLine: durationS / geometry.lines,
  };
}

function roundTo3(value: number): number {
  return Number(value.toFixed(3));
}
