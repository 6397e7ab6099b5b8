// Cuts the work of an ingest into commits of bounded size.

/** The most work in one commit. A run that is killed loses at most this much. */
export interface BatchLimits {
  readonly maxImages: number;
  readonly maxSizeBytes: number;
}

/** The limits for one commit of an ingest. */
export const BATCH_LIMITS: BatchLimits = { maxImages: 64, maxSizeBytes: 256 * 1024 * 1024 };

/**
 * Cuts a list into consecutive batches that respect both limits. No batch is empty; an item larger than the size limit
 * gets a batch of its own.
 */
export function planBatches<T>(
  items: readonly T[],
  sizeBytesOf: (item: T) => number,
  { maxImages, maxSizeBytes }: BatchLimits,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let room = { images: 0, sizeBytes: 0 };
  for (const item of items) {
    const sizeBytes = sizeBytesOf(item);
    if (room.images === 0 || room.sizeBytes < sizeBytes) {
      batches.push([]);
      room = { images: maxImages, sizeBytes: maxSizeBytes };
    }
    batches.at(-1)?.push(item);
    room = { images: room.images - 1, sizeBytes: room.sizeBytes - sizeBytes };
  }
  return batches;
}
