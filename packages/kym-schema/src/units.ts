/** How the units of columns and axes are spelled. */

/** The units that tables and metadata use. `pixel` is the step of an axis that nobody calibrated. */
export const UNITS = {
  second: "s",
  nanosecond: "ns",
  micrometre: "um",
  velocity: "mm/s",
  pixel: "px",
} as const;
