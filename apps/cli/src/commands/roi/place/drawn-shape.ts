// Reads `--type` and `--points` of `kym roi add` and `kym roi edit`.

import type { NewRoi, RoiPoint } from "@kym/roi";
import { usageError } from "../../../terminal/cli-error.ts";

const PATH_TYPES = ["line", "polyline", "polygon", "point"] as const;
/** The types that `kym roi add` can make. */
export const DRAWN_TYPES = ["rect", "line", "polyline", "polygon", "point"] as const;
const EXAMPLE = '--points "0,4 1200,9 300,15"';

/**
 * The shape of a new ROI from `--type` and `--points`; undefined for a rect, which takes `--lines` and `--px`.
 *
 * @throws {CliError} `usage` if the two do not fit together
 */
export function drawnShape(type: unknown, points: unknown): Extract<NewRoi, { points: unknown }> | undefined {
  const path = PATH_TYPES.find((known) => known === type);
  if (type !== undefined && type !== "rect" && path === undefined) {
    throw usageError(
      `there is no type ${JSON.stringify(type)} to add`,
      `the types are rect, ${PATH_TYPES.join(", ")}`,
    );
  }
  const parsed = parsePoints(points);
  if (path === undefined) {
    if (parsed !== undefined) {
      throw usageError("a rect takes --lines and --px, not --points", `--type polygon ${EXAMPLE}`);
    }
    return undefined;
  }
  if (parsed === undefined) {
    throw usageError(`a ${path} needs --points`, EXAMPLE);
  }
  return { type: path, points: parsed };
}

/** Parses `LINE,PX` pairs, separated by spaces; fractions are allowed. @throws {CliError} `usage` */
export function parsePoints(value: unknown): readonly RoiPoint[] | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  return value
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [, line, px] = /^(-?\d{1,9}(?:\.\d{1,9})?),(-?\d{1,9}(?:\.\d{1,9})?)$/.exec(pair) ?? [];
      if (line === undefined || px === undefined) {
        throw usageError(`--points must be LINE,PX LINE,PX …, not ${JSON.stringify(pair)}`, EXAMPLE);
      }
      return { dim0: Number(line), dim1: Number(px) };
    });
}
