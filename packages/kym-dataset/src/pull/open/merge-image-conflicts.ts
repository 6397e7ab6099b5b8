// Decides which conflicts about a whole image are open after a pull, from those of both copies and the one that the pull opens.

import type { ImageConflict } from "./image-conflicts.ts";

/** One image, and what both copies list about it. */
export interface ListedImage {
  /** What is listed here, and in the other copy. */
  readonly ours: readonly ImageConflict[];
  readonly theirs: readonly ImageConflict[];
  /** What this pull opens. */
  readonly opened: ImageConflict | undefined;
  /** Where the other copy is. */
  readonly from: string;
  /** Whether the image was here before the pull, is here after it, and is in the other copy. */
  readonly wasHere: boolean;
  readonly isHere: boolean;
  readonly isThere: boolean;
  /** Whether both copies had a version of it in their places for kept images when they were last one. */
  readonly wasKept: (name: string) => boolean;
  /** The name under which the image of the base would be kept; undefined if it did not exist. */
  readonly baseName: string | undefined;
}

/** What is listed about the image after the pull. */
export interface MergedImageConflicts {
  readonly open: readonly ImageConflict[];
  /** Those of the other copy that come along, with what it keeps. */
  readonly along: readonly ImageConflict[];
}

/**
 * Puts the lists of two copies together for one image. Decides only.
 *
 * A deletion beside a change is open in both copies until one settles it: what one of them listed at the base and lists no more is
 * settled. It is over where the image is here, and where both copies deleted the version that was kept. An image that was left out
 * concerns one copy only. It is decided again by each pull, and over when it came, or when the other copy has it no more.
 */
export function mergeImageConflicts(image: ListedImage): MergedImageConflicts {
  const { ours, opened, isHere, wasHere, wasKept, baseName } = image;
  const stays = ours.filter((conflict) =>
    conflict.because === "deleted_here" ? isStillDeleted(image, conflict) : isStillLeftOut(image, conflict),
  );
  const known = new Set(ours.map(({ keptAs }) => keptAs));
  const along = image.theirs.filter(
    ({ because, keptAs = "" }) =>
      because === "deleted_here" &&
      !known.has(keptAs) &&
      !isHere &&
      !wasKept(keptAs) &&
      (wasHere || keptAs !== baseName),
  );
  return { open: [...stays, ...along, ...(opened === undefined ? [] : [opened])], along };
}

function isStillDeleted(image: ListedImage, { keptAs = "", from }: ImageConflict): boolean {
  const { opened, theirs, isHere, isThere, wasKept, baseName } = image;
  if (isHere || (opened !== undefined && (from === opened.from || keptAs === baseName))) {
    return false;
  }
  const isListedThere = theirs.some((other) => other.keptAs === keptAs);
  return isListedThere || !(wasKept(keptAs) || (keptAs === baseName && !isThere));
}

function isStillLeftOut(image: ListedImage, { because, from, isSettled }: ImageConflict): boolean {
  const { opened, wasHere, isHere, isThere } = image;
  const hasCome = isHere && !wasHere;
  const isOver = from === image.from && !isSettled && (!isThere || because === "other_pixels");
  return opened === undefined && !hasCome && !isOver;
}
