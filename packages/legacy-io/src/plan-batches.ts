import type { LegacyBundle } from "./bundle.ts";

/** How much work one commit takes in, and a kill costs at most. */
export interface BatchLimits {
  readonly maxImages: number;
  readonly maxSizeBytes: number;
}

/** Cuts a list into runs, by the number of images and the size of their files; none is empty. */
export function planBatches<T extends { readonly bundle: LegacyBundle }>(
  items: readonly T[],
  { maxImages, maxSizeBytes }: BatchLimits,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let room = { images: 0, sizeBytes: 0 };
  for (const item of items) {
    const { image, otherChannels } = item.bundle;
    const sizeBytes = [image, ...otherChannels].reduce((sum, file) => sum + file.sizeBytes, 0);
    if (room.images === 0 || room.sizeBytes < sizeBytes) {
      batches.push([]);
      room = { images: maxImages, sizeBytes: maxSizeBytes };
    }
    batches.at(-1)?.push(item);
    room = { images: room.images - 1, sizeBytes: room.sizeBytes - sizeBytes };
  }
  return batches;
}
