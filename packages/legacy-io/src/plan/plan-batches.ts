/** How much work one commit takes in, and a kill costs at most. */
export interface BatchLimits {
  readonly maxImages: number;
  readonly maxSizeBytes: number;
}

/** What one commit of an ingest takes in. */
export const BATCH_LIMITS: BatchLimits = { maxImages: 64, maxSizeBytes: 256 * 1024 * 1024 };

/** Cuts a list into runs, by the number of images and the size of the files that are to be read; none is empty. */
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
