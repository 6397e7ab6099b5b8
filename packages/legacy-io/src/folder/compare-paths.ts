// The order in which scans and reports list paths.

import { compareCodePoints } from "@kym/zarr-store/runtime";

/** Compares paths part by part: `a/x` sorts before `a b/x`, although a space comes before a slash. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (const [index, part] of left.entries()) {
    const other = right[index];
    const order = other === undefined ? 1 : compareCodePoints(part, other);
    if (order !== 0) {
      return order;
    }
  }
  return left.length - right.length;
}

/** Returns the last part of a path; both `/` and `\` separate parts, whatever the system. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
