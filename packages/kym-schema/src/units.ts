// How the units of columns and axes are spelled.

/** The units in tables and metadata. `pixel` is the step of an axis without calibration. */
export const UNITS = {
  second: "s",
  millisecond: "ms",
  nanosecond: "ns",
  micrometre: "um",
  velocity: "mm/s",
  micrometrePerSecond: "um/s",
  pixel: "px",
  degree: "deg",
  perMinute: "1/min",
} as const;
