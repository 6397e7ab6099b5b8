import type { Region } from "../region.ts";

/** How the place of a chunk in the grid becomes its key. */
export interface ChunkKeyEncoding {
  readonly name: "default" | "v2";
  readonly separator: "." | "/";
}

/** A chunk that a region needs, and the block of elements that both have. */
export interface ChunkOverlap {
  /** The chunk's place in the grid. */
  readonly coords: readonly number[];
  /** Where the block begins in the chunk. */
  readonly chunkStart: readonly number[];
  /** Where the block begins in the region. */
  readonly regionStart: readonly number[];
  readonly extent: readonly number[];
}

/**
 * The key of a chunk, relative to its array: `c.0.1`, `c/0/1`, `0.1` or `0/1`; `c` or `0` for an array without axes.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/chunk-key-encodings/default/index.html
 */
export function chunkKey(encoding: ChunkKeyEncoding, coords: readonly number[]): string {
  if (encoding.name === "default") {
    return ["c", ...coords].join(encoding.separator);
  }
  return coords.length === 0 ? "0" : coords.join(encoding.separator);
}

/** Chunks along each axis. */
export function chunkCounts(shape: readonly number[], chunkShape: readonly number[]): readonly number[] {
  return shape.map((length, axis) => Math.ceil(length / (chunkShape[axis] ?? 1)));
}

/** The chunks that a region touches, in C order; none for an empty region. */
export function* chunksOverlapping(region: Region, chunkShape: readonly number[]): Generator<ChunkOverlap> {
  if (region.some(({ start, stop }) => start === stop)) {
    return;
  }
  const first = region.map(({ start }, axis) => Math.floor(start / (chunkShape[axis] ?? 1)));
  const last = region.map(({ stop }, axis) => Math.floor((stop - 1) / (chunkShape[axis] ?? 1)));
  const coords = [...first];
  for (;;) {
    yield overlapAt([...coords], region, chunkShape);
    let axis = coords.length - 1;
    while (axis >= 0 && coords[axis] === last[axis]) {
      coords[axis] = first[axis] ?? 0;
      axis -= 1;
    }
    if (axis < 0) {
      return;
    }
    coords[axis] = (coords[axis] ?? 0) + 1;
  }
}

function overlapAt(coords: readonly number[], region: Region, chunkShape: readonly number[]): ChunkOverlap {
  const spans = region.map(({ start, stop }, axis) => {
    const length = chunkShape[axis] ?? 1;
    const origin = (coords[axis] ?? 0) * length;
    return {
      origin,
      regionOrigin: start,
      from: Math.max(start, origin),
      to: Math.min(stop, origin + length),
    };
  });
  return {
    coords,
    chunkStart: spans.map(({ from, origin }) => from - origin),
    regionStart: spans.map(({ from, regionOrigin }) => from - regionOrigin),
    extent: spans.map(({ from, to }) => to - from),
  };
}
