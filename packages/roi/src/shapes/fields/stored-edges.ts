// Reads the four edges of a rect or a line from stored data, in both spellings.

import { unexpected } from "./read-field.ts";

/** The four stored numbers of a rect or a line; x is dim1, y is dim0. */
export interface StoredEdges {
  readonly y0: number;
  readonly y1: number;
  readonly x0: number;
  readonly x1: number;
}

/** The key that is written, then the one that is read as well. */
const SPELLINGS = [
  ["y0", "dim0_start"],
  ["y1", "dim0_stop"],
  ["x0", "dim1_start"],
  ["x1", "dim1_stop"],
] as const;

/** All keys, in both spellings. */
export const STORED_EDGE_KEYS: readonly string[] = Object.freeze(SPELLINGS.flat());

/**
 * Reads `x0, x1, y0, y1` or `dim0_start …`. Both spellings may be present if they agree. Throws
 * `invalid_argument` with the path of the key.
 */
export function decodeStoredEdges(
  data: Readonly<Record<string, unknown>>,
  path: string,
  readEdge: (value: unknown, path: string) => number,
): StoredEdges {
  const edges = { y0: 0, y1: 0, x0: 0, x1: 0 };
  for (const keys of SPELLINGS) {
    const [written, alternative] = keys;
    const present = keys.filter((key) => data[key] !== undefined);
    const [edge, other = edge] = present.map((key) => readEdge(data[key], `${path}.${key}`));
    if (edge === undefined) {
      throw unexpected(`${path}.${written}`, `a number under this key or ${alternative}`, undefined);
    }
    if (edge !== other) {
      throw unexpected(`${path}.${alternative}`, `${edge} as in ${written}`, other);
    }
    edges[written] = edge;
  }
  return edges;
}
