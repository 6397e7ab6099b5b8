import { type DType, itemSizeBytes } from "../dtype.ts";

/** No chunk decodes to more than this, whatever metadata say. */
export const MAX_CHUNK_BYTES: number = 512 * 1024 * 1024;

const DEFAULT_TARGET_BYTES = 4 * 1024 * 1024;

export interface ChunkShapeOptions {
  /** The size that a chunk should not exceed, before compression. Default 4 MiB. */
  readonly targetBytes?: number;
}

/**
 * Whole rows of the plane (the last two axes), as many as give at most `targetBytes`, at least one; 1 along every
 * other axis. The elements of an array of one axis count as rows. An axis of length 0 has chunks of length 1.
 * Only a row beyond {@link MAX_CHUNK_BYTES} is cut.
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
