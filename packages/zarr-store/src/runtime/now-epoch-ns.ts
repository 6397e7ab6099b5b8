// The current time as the nanoseconds that attributes of images hold.

/** Returns the nanoseconds since 1970 by the system's clock, which counts milliseconds. */
export function nowEpochNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
