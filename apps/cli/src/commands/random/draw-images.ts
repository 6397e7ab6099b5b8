// Draws images at random, the same for the same seed, so that new images do not reshuffle the old ones.

/** An image, and the values by which it is grouped. */
export interface GroupedImage {
  readonly imageId: string;
  readonly group: readonly unknown[];
}

/** The images drawn, and the groups that have fewer than were asked for. */
export interface Draw {
  /** In the order of their places, so that the groups are mixed. */
  readonly imageIds: readonly string[];
  readonly groups: number;
  readonly small: readonly { readonly group: readonly unknown[]; readonly images: number }[];
}

/**
 * Takes from each group the first `perGroup` images in the order of `placeOf`, or all. The place of an image depends on the
 * seed and its id alone. A new image gets a place between the others, and moves none of them past another.
 */
export function drawImages(
  images: readonly GroupedImage[],
  placeOf: (imageId: string) => string,
  perGroup: number | undefined,
): Draw {
  const placed = images
    .map((image) => ({ ...image, place: placeOf(image.imageId) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const groups = new Map<string, (typeof placed)[number][]>();
  for (const image of placed) {
    const key = JSON.stringify(image.group.map(String));
    const members = groups.get(key) ?? [];
    members.push(image);
    groups.set(key, members);
  }
  const taken = new Set(
    [...groups.values()].flatMap((members) => members.slice(0, perGroup).map(({ imageId }) => imageId)),
  );
  return {
    imageIds: placed.map(({ imageId }) => imageId).filter((id) => taken.has(id)),
    groups: groups.size,
    small: [...groups.values()]
      .filter((members) => perGroup !== undefined && members.length < perGroup)
      .map((members) => ({ group: members[0]?.group ?? [], images: members.length })),
  };
}
