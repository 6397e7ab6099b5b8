// Decides which conflicts about a whole image are open after a pull, from those of both copies and the one that the pull opens.

import type { ImageConflict } from "./image-conflicts.ts";

/** One image, and what both copies list about it. */
export interface ListedImage {
  /** What is listed here, and in the other copy. */
  readonly ours: readonly ImageConflict[];
  readonly theirs: readonly ImageConflict[];
  /** What this pull opens. */
  readonly opened: ImageConflict | undefined;
  /** Where the other copy is, and this one. */
  readonly from: string;
  readonly at: string;
  /** Whether the image was here before the pull, is here after it, and is in the other copy. */
  readonly wasHere: boolean;
  readonly isHere: boolean;
  readonly isThere: boolean;
  /** Whether this pull brought what the other copy has in the place of an image with other pixels. */
  readonly isReplaced: boolean;
  /**
   * Whether both copies had a version of it in their places for kept images when they were last one, and the copy that is named let
   * it go since.
   */
  readonly wasDropped: (name: string, by: "here" | "there") => boolean;
  /** The names under which the image of the base, the one here before the pull and that of the other copy would be kept. */
  readonly baseName: string | undefined;
  readonly nameHere: string | undefined;
  readonly nameThere: string | undefined;
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
 * A conflict is open in both copies until one settles it: what one of them listed at the base and lists no more is settled. It is over
 * where what was kept is here, or a later version of it, and where both copies deleted the version that was kept. If a version of a
 * third copy came meanwhile, what was kept stays. That somebody chose the image in its place comes along as well.
 */
export function mergeImageConflicts(image: ListedImage): MergedImageConflicts {
  const { ours, theirs, wasDropped } = image;
  // What is listed already stays as it is.
  const isOpen = ({ isSettled, keptAs }: ImageConflict): boolean =>
    !isSettled && keptAs === image.opened?.keptAs;
  const opened = image.opened && (ours.find(isOpen) ?? image.opened);
  const known = new Set(ours.map(({ keptAs }) => keptAs));
  const along = theirs.filter(
    (conflict) =>
      !conflict.isSettled &&
      conflict.keptAs !== undefined &&
      !known.has(conflict.keptAs) &&
      !wasDropped(conflict.keptAs, "here") &&
      isNews(image, conflict),
  );
  const settled = theirs.filter(
    (conflict) =>
      conflict.isSettled &&
      conflict.keptAs !== undefined &&
      !ours.some((own) => own.isSettled && own.keptAs === conflict.keptAs) &&
      !(conflict.because === "other_pixels" ? opened !== undefined : image.isHere),
  );
  const stays = ours.filter((conflict) => {
    // What is kept takes the place of a row that keeps nothing.
    const isChosen = settled.some(({ keptAs }) => keptAs === conflict.keptAs);
    const isNamedOnly = !conflict.isSettled && conflict.keptAs === undefined && along.length > 0;
    return (
      !isChosen &&
      !isNamedOnly &&
      (conflict.isSettled ? isStillSettled(image, conflict) : isStillOpen(image, conflict))
    );
  });
  return { open: [...stays, ...along, ...settled, ...(opened === undefined ? [] : [opened])], along };
}

/** Whether this copy has not had the version that the other copy keeps. */
function isNews(image: ListedImage, { because, keptAs, from }: ImageConflict): boolean {
  const { opened, wasHere, isHere, isThere, isReplaced, baseName, nameHere } = image;
  if (because === "other_pixels" && opened !== undefined) {
    return false;
  }
  // What goes with this pull is kept there, and comes along. What is here is a later version of what came from here.
  const isGoing = isReplaced || (wasHere && !isHere);
  const isEarlier = keptAs === baseName || keptAs === nameHere || (isHere && from === image.at);
  return isGoing || isThere || !isEarlier;
}

/** Whether what was kept is here since this pull, in that version or a later one of the same copy. */
function hasCome(image: ListedImage, { because, from, keptAs }: ImageConflict): boolean {
  const { wasHere, isHere, isReplaced, nameThere } = image;
  const isNew = isReplaced || (isHere && !wasHere);
  return isNew && (because === "other_pixels" || keptAs === nameThere || from === image.from);
}

function isStillSettled({ opened, isHere, isReplaced }: ListedImage, { because }: ImageConflict): boolean {
  return opened === undefined && !(because === "other_pixels" ? isReplaced : isHere);
}

function isStillOpen(image: ListedImage, conflict: ImageConflict): boolean {
  const { opened, theirs, isThere, isHere, wasHere, wasDropped, baseName } = image;
  const { because, keptAs, from } = conflict;
  const isListedThere = theirs.some((other) => !other.isSettled && other.keptAs === keptAs);
  if (hasCome(image, conflict)) {
    return keptAs !== undefined && isListedThere;
  }
  if (keptAs === undefined) {
    // An earlier build listed it, and kept nothing.
    const isOver = (isHere && !wasHere) || (from === image.from && (!isThere || because === "other_pixels"));
    return opened === undefined && !isOver;
  }
  if (opened !== undefined && (from === opened.from || keptAs === opened.keptAs || keptAs === baseName)) {
    return false;
  }
  return isListedThere || !(wasDropped(keptAs, "there") || (keptAs === baseName && !isThere));
}
