const STALL_RAMP_S = 0.03;

/** How blood flows through a capillary: steadily, pulsing with the heart, and perhaps standing still for a while. */
export interface FlowProfile {
  /** In mm/s; positive flow moves cells toward larger columns. */
  readonly meanMmPerS: number;
  /** How far the heart beat moves the velocity from its mean, as a fraction of it. */
  readonly pulseFraction: number;
  readonly heartRateHz: number;
  readonly stall?: Stall | undefined;
}

/** The time in which nothing moves, in s from the first line. */
export interface Stall {
  readonly tStartS: number;
  readonly tStopS: number;
}

/** The true velocity at a time, in mm/s. Flow stops and starts again within 30 ms of a stall. */
export function velocityAt(profile: FlowProfile, tS: number): number {
  const pulse = 1 + profile.pulseFraction * Math.sin(2 * Math.PI * profile.heartRateHz * tS);
  return profile.meanMmPerS * pulse * openness(profile.stall, tS);
}

/** 0 in a stall, 1 away from it. */
function openness(stall: Stall | undefined, tS: number): number {
  if (stall === undefined) {
    return 1;
  }
  const distanceS = Math.max(stall.tStartS - tS, tS - stall.tStopS);
  const share = Math.min(1, Math.max(0, distanceS / STALL_RAMP_S));
  return share * share * (3 - 2 * share);
}
