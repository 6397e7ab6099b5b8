// What both copies of a dataset list about whole images: read before a pull, and put together image by image.

import { conflictNames, WHOLE_IMAGE_KEY } from "@kym/kym-schema/merge";
import type { ReadOptions, Runtime, ZarrDataset } from "@kym/zarr-store";
import { KEPT_IMAGES, meaningOf } from "@kym/zarr-store/layout";
import type { PullStart } from "../pull-base.ts";
import type { PulledImage } from "../pull-report.ts";
import { type ImageConflict, loadImageConflicts } from "./image-conflicts.ts";
import { keptNameOf, keptNode } from "./kept-images.ts";
import { type ListedImage, type MergedImageConflicts, mergeImageConflicts } from "./merge-image-conflicts.ts";

/** What both copies list about whole images. */
export interface ListedImages {
  /** The ids of those that are open here. */
  readonly here: ReadonlySet<string>;
  /** What was deleted in the other copy and changed elsewhere, by id. */
  readonly there: ReadonlyMap<string, readonly ImageConflict[]>;
  /** The objects of the images that were kept at the base, by their paths. */
  readonly keptAtBase: ReadonlyMap<string, string>;
  /** The base of every image, also of those that were left out. */
  readonly baseOf: PullStart["baseOf"];
}

/** The objects of all kept images at the base, by their paths. */
async function keptAtBase(
  { base, before }: PullStart,
  dataset: ZarrDataset,
  other: ZarrDataset,
): Promise<ReadonlyMap<string, string>> {
  const side = base.of === "ours" ? dataset : other;
  const kept = new Map<string, string | null>(await side.exact.below(KEPT_IMAGES));
  for (const [path, prev] of before) {
    if (meaningOf(path)?.kind === "kept") {
      kept.set(path, prev);
    }
  }
  return new Map([...kept].filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The hashes of the one version of an image that was kept, by the keys that it has as an image; undefined for none and for several. */
function onlyKept(kept: ReadonlyMap<string, string>): PullStart["baseOf"] {
  const versions = new Map<string, Map<string, Map<string, string>>>();
  for (const [path, sha256] of kept) {
    const meaning = meaningOf(path);
    if (meaning?.kind === "kept") {
      const own = versions.get(meaning.keptId) ?? new Map<string, Map<string, string>>();
      const hashes = own.get(meaning.version) ?? new Map<string, string>();
      versions.set(meaning.keptId, own.set(meaning.version, hashes.set(meaning.key, sha256)));
    }
  }
  return (id) => {
    const [first, ...others] = [...(versions.get(id)?.values() ?? [])];
    return others.length === 0 ? first : undefined;
  };
}

/** Reads the lists of both copies. */
export async function listImages(
  start: PullStart,
  dataset: ZarrDataset,
  other: ZarrDataset,
  options: ReadOptions,
): Promise<{
  /** What the copies came from, and what is pulled, as the lists tell. */
  readonly known: PullStart;
  readonly lists: ListedImages;
  /** Whether an image that was left out here is decided again. */
  readonly isOpen: boolean;
}> {
  const [here, there] = [
    await loadImageConflicts(dataset, options),
    await loadImageConflicts(other, options),
  ];
  const leftOut = here.filter(isLeftOut);
  const kept = await keptAtBase(start, dataset, other);
  const known = withoutBaseOf(withKeptBase(start, kept), leftOut, there.filter(isLeftOut));
  const lists = {
    here: new Set(here.filter(({ isSettled }) => !isSettled).map(({ imageId }) => imageId)),
    there: Map.groupBy(
      there.filter((conflict) => !isLeftOut(conflict)),
      ({ imageId }) => imageId,
    ),
    keptAtBase: kept,
    baseOf: start.baseOf,
  };
  return { known, lists, isOpen: leftOut.some(({ imageId }) => known.theirs.has(imageId)) };
}

function isLeftOut({ because }: ImageConflict): boolean {
  return because !== "deleted_here";
}

/** Of an image that was kept at the base, and that is in both copies since, the kept version is what both came from. */
function withKeptBase(start: PullStart, kept: ReadonlyMap<string, string>): PullStart {
  const keptOf = onlyKept(kept);
  const isInBoth = (id: string): boolean => start.ours.has(id) && start.theirs.has(id);
  return { ...start, baseOf: (id) => start.baseOf(id) ?? (isInBoth(id) ? keptOf(id) : undefined) };
}

/**
 * An image that one of the copies left out has never come there, so the copies have no base of it: it is decided again here, and was not
 * deleted there. One that is settled does not count as there while the image here stands.
 */
function withoutBaseOf(
  start: PullStart,
  leftOutHere: readonly ImageConflict[],
  leftOutThere: readonly ImageConflict[],
): PullStart {
  const ids = new Set([...leftOutHere, ...leftOutThere].map(({ imageId }) => imageId));
  const settled = leftOutHere.filter(({ isSettled, here }) => isSettled && start.ours.has(here));
  const notWanted = new Set(settled.map(({ imageId }) => imageId));
  const theirs = new Map([...start.theirs].filter(([id]) => !notWanted.has(id)));
  return { ...start, theirs, baseOf: (id) => (ids.has(id) ? undefined : start.baseOf(id)) };
}

/** What both copies list about an image, after the pull. */
export async function mergeLists(
  lists: ListedImages,
  image: Pick<ListedImage, "ours" | "opened" | "wasHere" | "isThere" | "from"> & {
    readonly imageId: string;
    readonly outcome: PulledImage["outcome"] | undefined;
    readonly runtime: Pick<Runtime, "sha256">;
  },
): Promise<MergedImageConflicts> {
  const { imageId, ours, opened, outcome, wasHere, runtime } = image;
  const theirs = lists.there.get(imageId) ?? [];
  if (ours.length === 0 && theirs.length === 0) {
    return { open: opened === undefined ? [] : [opened], along: [] };
  }
  const base = lists.baseOf(imageId);
  return mergeImageConflicts({
    ...image,
    theirs,
    isHere: outcome === "new" || (wasHere && outcome !== "deleted"),
    wasKept: (name) => lists.keptAtBase.has(keptNode({ imageId, name })),
    baseName: base && (await keptNameOf(base, runtime)),
  });
}

/** Names what came along of the lists. Undefined if nothing happened to the image. */
export function withLists(
  pulled: PulledImage | undefined,
  untouched: PulledImage,
  before: readonly ImageConflict[],
  { open, along }: MergedImageConflicts,
): PulledImage | undefined {
  if (along.length > 0) {
    const image = pulled ?? { ...untouched, outcome: "gone" };
    const name = conflictNames({ key: WHOLE_IMAGE_KEY, fields: undefined });
    return { ...image, openThere: [...image.openThere, ...name] };
  }
  const isOver = before.some((conflict) => !open.includes(conflict));
  return pulled ?? (isOver ? untouched : undefined);
}
