// Refuses walls that jump from one profile to the next.

import { flagBit } from "./diameter-flags.ts";
import type { DiameterParams } from "./diameter-params.ts";

/** Walls by profile, which the gates change. */
export interface WallTrace {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly width: Float64Array;
  readonly flags: Uint16Array;
}

type Limits = Pick<DiameterParams, "maxEdgeShiftUm" | "maxDiameterChangeUm" | "maxCenterShiftUm">;

/**
 * Compares each profile with the one before as the gates left it: first the walls, then the width, then the centre. What
 * moved too far is NaN from then on. A profile without a wall refuses nothing of the next.
 */
export function gateMotion(walls: WallTrace, umPerPixel: number, limits: Limits): void {
  const { left, right, width, flags } = walls;
  for (let index = 1; index < width.length; index += 1) {
    const mark = (flag: Parameters<typeof flagBit>[0]): void => {
      flags[index] = (flags[index] ?? 0) | flagBit(flag);
    };
    for (const edge of [left, right]) {
      if (moved(edge, index, umPerPixel, limits.maxEdgeShiftUm)) {
        edge[index] = Number.NaN;
        width[index] = Number.NaN;
        mark("edge_violation");
      }
    }
    if (moved(width, index, umPerPixel, limits.maxDiameterChangeUm)) {
      width[index] = Number.NaN;
      mark("diameter_violation");
    }
    const centre = Float64Array.of(centreOf(walls, index - 1), centreOf(walls, index));
    if (moved(centre, 1, umPerPixel, limits.maxCenterShiftUm)) {
      width[index] = Number.NaN;
      mark("center_violation");
    }
  }
}

function moved(values: Float64Array, index: number, umPerPixel: number, mostUm: number | null): boolean {
  const pixels = Math.abs((values[index] ?? Number.NaN) - (values[index - 1] ?? Number.NaN));
  return mostUm !== null && pixels * umPerPixel > mostUm;
}

function centreOf({ left, right, width }: WallTrace, index: number): number {
  return Number.isNaN(width[index])
    ? Number.NaN
    : ((left[index] ?? Number.NaN) + (right[index] ?? Number.NaN)) / 2;
}
