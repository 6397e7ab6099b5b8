// The regular grid of chunks: their keys, and which of them a region needs.

import type { Region } from "../region.ts";

/** How the coordinates of a chunk in the grid become its key. */
export interface ChunkKeyEncoding {
  readonly name: "default" | "v2";
  readonly separator: "." | "/";
}

/** A chunk that overlaps a region, and the block of elements that they share. */
export interface ChunkOverlap {
  /** The chunk's coordinates in the grid. */
  readonly coords: readonly number[];
  /** The block's first element, counted from the chunk's first. */
  readonly chunkStart: readonly number[];
  /** The block's first element, counted from the region's first. */
  readonly regionStart: readonly number[];
  readonly extent: readonly number[];
}

/**
 * The key of a chunk within its array: `c/0/1`, `c.0.1`, `0.1` or `0/1`. For an array without axes it is `c` or `0`.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/chunk-key-encodings/default/index.html
 */
export function chunkKey(encoding: ChunkKeyEncoding, coords: readonly number[]): string {
  if (encoding.name === "default") {
    return ["c", ...coords].join(encoding.separator);
  }
  return coords.length === 0 ? "0" : coords.join(encoding.separator);
}

/** The number of chunks along each axis. */
export function chunkCounts(shape: readonly number[], chunkShape: readonly number[]): readonly number[] {
  return shape.map((length, axis) => Math.ceil(length / (chunkShape[axis] ?? 1)));
}

/** Lists the chunks that a region overlaps, in C order; none for an empty region. */
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
