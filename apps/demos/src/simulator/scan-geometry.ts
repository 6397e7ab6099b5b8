const FIELD_OF_VIEW_UM = 509.117;
const REFERENCE_PX = 512;
const FLYBACK_US = 1096;
const SAMPLING_US_PER_PX = 2;

/** How a line was scanned, and what that makes of its pixels and times. */
export interface ScanGeometry {
  /** Rows: sweeps of the laser. */
  readonly lines: number;
  /** Columns: places along the vessel. */
  readonly px: number;
  readonly zoom: number;
}

/** The true size of a pixel. The microscope writes it down with three decimals. */
export function umPerPx({ zoom }: ScanGeometry): number {
  return FIELD_OF_VIEW_UM / zoom / REFERENCE_PX;
}

/** The true time from one line to the next: 2 µs for each pixel, and the way back. */
export function secondsPerLine({ px }: ScanGeometry): number {
  return (FLYBACK_US + SAMPLING_US_PER_PX * px) / 1e6;
}

/** What the text header says, and so what every analysis that reads it reckons with. */
export interface StatedCalibration {
  readonly umPerPx: number;
  /** The time of the last line, from 0, in s. */
  readonly durationS: number;
  readonly secondsPerLine: number;
}

/**
 * The calibration as it arrives in the analysis: µm to 3 decimals, the last line's time to the ms, and that divided by
 * the number of all lines. Source: `kymograph-formats.md` §2.1, where seven headers agree.
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
