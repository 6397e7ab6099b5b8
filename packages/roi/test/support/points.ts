import type { RoiPoint } from "../../src/index.ts";

/** Makes points of alternating coordinates: dim0, dim1, dim0, … */
export function points(...coordinates: readonly number[]): RoiPoint[] {
  return coordinates.flatMap((dim0, index) =>
    index % 2 === 0 ? [{ dim0, dim1: coordinates[index + 1] ?? 0 }] : [],
  );
}
