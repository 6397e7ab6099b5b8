// Refuses walls that jump from one profile to the next.

import { type InPieces, inPieces } from "../pieces.ts";
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
export function gateMotion(walls: WallTrace, umPerPixel: number, limits: Limits): InPieces<void> {
  return inPieces(walls.width.length, (start, stop) => {
    for (let index = Math.max(1, start); index < stop; index += 1) {
      gateProfile(walls, index, umPerPixel, limits);
    }
  });
}

function gateProfile(walls: WallTrace, index: number, umPerPixel: number, limits: Limits): void {
  const { left, right, width, flags } = walls;
  const mark = (flag: Parameters<typeof flagBit>[0]): void => {
    flags[index] = (flags[index] ?? 0) | flagBit(flag);
  };
  for (const edge of [left, right]) {
    if (moved(edge[index - 1], edge[index], umPerPixel, limits.maxEdgeShiftUm)) {
      edge[index] = Number.NaN;
      width[index] = Number.NaN;
      mark("edge_violation");
    }
  }
  if (moved(width[index - 1], width[index], umPerPixel, limits.maxDiameterChangeUm)) {
    width[index] = Number.NaN;
    mark("diameter_violation");
  }
  if (moved(centreOf(walls, index - 1), centreOf(walls, index), umPerPixel, limits.maxCenterShiftUm)) {
    width[index] = Number.NaN;
    mark("center_violation");
  }
}

function moved(
  before: number = Number.NaN,
  now: number = Number.NaN,
  umPerPixel: number,
  mostUm: number | null,
): boolean {
  return mostUm !== null && Math.abs(now - before) * umPerPixel > mostUm;
}

function centreOf({ left, right, width }: WallTrace, index: number): number {
  return Number.isNaN(width[index])
    ? Number.NaN
    : ((left[index] ?? Number.NaN) + (right[index] ?? Number.NaN)) / 2;
}
