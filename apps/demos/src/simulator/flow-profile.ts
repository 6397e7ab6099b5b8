// Models blood flow through a capillary: a mean, a pulse, and perhaps a stall.

const STALL_RAMP_S = 0.03;

/** The flow of blood through a capillary. It pulses with the heart, and may stand still for a while. */
export interface FlowProfile {
  /** In mm/s; positive flow moves cells toward larger columns. */
  readonly meanMmPerS: number;
  /** The amplitude of the pulse, as a fraction of the mean. */
  readonly pulseFraction: number;
  readonly heartRateHz: number;
  readonly stall?: Stall | undefined;
}

/** A time without movement, in s from the first line. */
export interface Stall {
  readonly tStartS: number;
  readonly tStopS: number;
}

/** Returns the true velocity at a time, in mm/s. Flow ramps down and up again within 30 ms of a stall. */
export function velocityAt(profile: FlowProfile, tS: number): number {
  const pulse = 1 + profile.pulseFraction * Math.sin(2 * Math.PI * profile.heartRateHz * tS);
  return profile.meanMmPerS * pulse * openness(profile.stall, tS);
}

/** Returns 0 in a stall, 1 away from it, and a smooth ramp between. */
function openness(stall: Stall | undefined, tS: number): number {
  if (stall === undefined) {
    return 1;
  }
  const distanceS = Math.max(stall.tStartS - tS, tS - stall.tStopS);
  const share = Math.min(1, Math.max(0, distanceS / STALL_RAMP_S));
  return share * share * (3 - 2 * share);
}
