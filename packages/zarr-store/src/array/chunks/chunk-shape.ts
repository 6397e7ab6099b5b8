// Chooses the chunk shape of a new array.

import { type DType, itemSizeBytes } from "../dtype.ts";

/** The largest chunk, decoded, in bytes. Metadata that asks for more is refused. */
export const MAX_CHUNK_BYTES: number = 512 * 1024 * 1024;

const DEFAULT_TARGET_BYTES = 4 * 1024 * 1024;

export interface ChunkShapeOptions {
  /** The size that a chunk should not exceed, in bytes before compression. Default 4 MiB. */
  readonly targetBytes?: number;
}

/**
 * Chooses chunks that hold whole rows of the plane (the last two axes), so that a line scan is one file.
 *
 * - Rows: as many as fit into `targetBytes`, but at least one.
 * - Every other axis: 1.
 * - An array of one axis: its elements count as rows.
 * - An axis of length 0: 1.
 * - A row beyond {@link MAX_CHUNK_BYTES}: it is cut.
 */
export function chooseChunkShape(
  shape: readonly number[],
  dtype: DType,
  { targetBytes = DEFAULT_TARGET_BYTES }: ChunkShapeOptions = {},
): readonly number[] {
  const itemSize = itemSizeBytes(dtype);
  const rowAxis = Math.max(0, shape.length - 2);
  const columns = Math.min(shape.length < 2 ? 1 : atLeastOne(shape.at(-1)), MAX_CHUNK_BYTES / itemSize);
  const rows = Math.min(
    atLeastOne(shape[rowAxis]),
    atLeastOne(Math.floor(targetBytes / (columns * itemSize))),
  );
  return shape.map((_, axis) => (axis < rowAxis ? 1 : axis === rowAxis ? rows : columns));
}

function atLeastOne(length: number | undefined): number {
  return Math.max(1, length ?? 1);
}
