// What both copies of a dataset list about whole images: read before a pull, and put together image by image.

import { conflictNames, WHOLE_IMAGE_KEY } from "@kym/kym-schema/merge";
import type { ReadOptions, Runtime, ZarrDataset } from "@kym/zarr-store";
import { KEPT_IMAGES, meaningOf } from "@kym/zarr-store/layout";
import type { ObjectHashes } from "../../indexer/artifact-ref.ts";
import { decideImage, hasSamePixels, isSameVersion } from "../decide-image.ts";
import type { PullStart } from "../pull-base.ts";
import type { PulledImage } from "../pull-report.ts";
import { type ImageConflict, loadImageConflicts } from "./image-conflicts.ts";
import { keptNameOf, keptNode } from "./kept-images.ts";
import { type ListedImage, type MergedImageConflicts, mergeImageConflicts } from "./merge-image-conflicts.ts";

/** What both copies list about whole images. */
export interface ListedImages {
  /** The ids of those that are open here. */
  readonly here: ReadonlySet<string>;
  /** The ids of those in whose place another image stands in one of the copies, also if that is settled. */
  readonly leftOut: ReadonlySet<string>;
  /** What the other copy lists, by id. */
  readonly there: ReadonlyMap<string, readonly ImageConflict[]>;
  /** Images with other pixels of which the other copy chose its own, with what is here before its eyes. */
  readonly replaced: ReadonlySet<string>;
  /** Whether an object of a kept image was in both copies when they were last one, and was let go since by the copy that is named. */
  readonly wasDropped: (path: string, by: "here" | "there") => boolean;
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
  const kept = await keptAtBase(start, dataset, other);
  const leftOut = { here: here.filter(isLeftOut), there: there.filter(isLeftOut) };
  const { runtime } = dataset;
  const known = await withLeftOut(withKeptBase(start, kept), leftOut, runtime);
  const open = here.filter(({ isSettled }) => !isSettled);
  const lists = {
    here: new Set(open.map(({ imageId }) => imageId)),
    leftOut: new Set([...leftOut.here, ...leftOut.there].map(({ imageId }) => imageId)),
    there: Map.groupBy(there, ({ imageId }) => imageId),
    replaced: await replacedIds(start, leftOut, kept, runtime),
    wasDropped: (path: string, by: "here" | "there") => kept.has(path) && start.dropped[by].has(path),
    baseOf: start.baseOf,
  };
  const isOpen = here.some((each) => isLeftOut(each) && known.theirs.has(each.imageId));
  return { known, lists, isOpen };
}

/** The rows about images in whose place another one stands. */
interface LeftOut {
  readonly here: readonly ImageConflict[];
  readonly there: readonly ImageConflict[];
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
 * What was left out has no base where it must be decided again: here, while it is open, and where both copies settled one pair of images
 * for different sides. The other copy counts as having deleted what it left out only if it left out just the version that is here.
 * Somebody may have chosen the image here; then the same version of the other one does not come.
 */
async function withLeftOut(
  start: PullStart,
  leftOut: LeftOut,
  runtime: Pick<Runtime, "sha256">,
): Promise<PullStart> {
  const { ours, theirs, ownSince } = start;
  const isAgain = new Set<string>();
  const notWanted = new Set<string>();
  const isGoing = (id: string): boolean =>
    decideImage(start.baseOf(id), ours.get(id), theirs.get(id)).kind === "deleted" &&
    ownSince.get(id) !== "added";
  for (const { imageId, because, isSettled, keptAs, here } of leftOut.there) {
    const [own, their] = [ours.get(imageId), theirs.get(imageId)];
    if (own !== undefined && their === undefined && !(await isVersion(own, keptAs, runtime))) {
      isAgain.add(imageId);
    }
    if (because === "same_file" && isSettled && own !== undefined && !ours.has(here) && !isGoing(imageId)) {
      isAgain.add(here);
    }
  }
  const left = new Set(leftOut.there.map(({ imageId }) => imageId));
  for (const { imageId, because, isSettled, keptAs, here } of leftOut.here) {
    const [own, their] = [ours.get(imageId), theirs.get(imageId)];
    const isOther = own === undefined || (their !== undefined && !hasSamePixels(own, their));
    if (!isSettled) {
      if (isOther) {
        isAgain.add(imageId);
      }
    } else if (
      their !== undefined &&
      ours.has(here) &&
      // Rows of earlier builds do not name the version that was settled.
      (keptAs === undefined || (await isVersion(their, keptAs, runtime)))
    ) {
      // The other copy chose the other one of two images of one file.
      const isTaken = because === "same_file" && !theirs.has(here) && start.baseOf(here) !== undefined;
      if (isTaken && !left.has(here)) {
        isAgain.add(imageId).add(here);
      } else if (!isTaken) {
        notWanted.add(imageId);
      }
    }
  }
  return {
    ...start,
    theirs: new Map([...theirs].filter(([id]) => !notWanted.has(id))),
    baseOf: (id) => (isAgain.has(id) ? undefined : start.baseOf(id)),
  };
}

async function isVersion(
  hashes: ObjectHashes,
  name: string | undefined,
  runtime: Pick<Runtime, "sha256">,
): Promise<boolean> {
  return name !== undefined && (await keptNameOf(hashes, runtime)) === name;
}

/** The images with other pixels that the other copy left out just as they are here, or in whose place it took what it had kept. */
async function replacedIds(
  { ours, theirs, baseOf }: PullStart,
  leftOut: LeftOut,
  kept: ReadonlyMap<string, string>,
  runtime: Pick<Runtime, "sha256">,
): Promise<ReadonlySet<string>> {
  const replaced = new Set<string>();
  const rows = [
    ...leftOut.there.map((row) => ({ row, listedBy: "there" })),
    ...leftOut.here.map((row) => ({ row, listedBy: "here" })),
  ];
  const listedThere = new Set(leftOut.there.map(({ imageId }) => imageId));
  for (const { row, listedBy } of rows) {
    const { imageId, because, isSettled, keptAs } = row;
    const [own, their] = [ours.get(imageId), theirs.get(imageId)];
    if (
      because !== "other_pixels" ||
      keptAs === undefined ||
      their === undefined ||
      !isSameVersion(baseOf(imageId), own)
    ) {
      continue;
    }
    const isSeen =
      listedBy === "there"
        ? own !== undefined && (await isVersion(own, keptAs, runtime))
        : !isSettled &&
          !listedThere.has(imageId) &&
          kept.has(keptNode({ imageId, name: keptAs })) &&
          (await isVersion(their, keptAs, runtime));
    if (isSeen) {
      replaced.add(imageId);
    }
  }
  return replaced;
}

/** What both copies list about an image, after the pull. */
export async function mergeLists(
  lists: ListedImages,
  image: Pick<ListedImage, "ours" | "opened" | "wasHere" | "from" | "at"> & {
    /** Its objects here before the pull, and in the other copy. */
    readonly own: ObjectHashes;
    readonly their: ObjectHashes | undefined;
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
  const nameOf = (hashes: ObjectHashes | undefined): Promise<string> | undefined =>
    hashes && keptNameOf(hashes, runtime);
  return mergeImageConflicts({
    ...image,
    theirs,
    isHere: outcome === "new" || (wasHere && outcome !== "deleted"),
    isReplaced: outcome === "replaced",
    wasDropped: (name, by) => lists.wasDropped(keptNode({ imageId, name }), by),
    isThere: image.their !== undefined,
    baseName: await nameOf(lists.baseOf(imageId)),
    nameHere: wasHere ? await nameOf(image.own) : undefined,
    nameThere: await nameOf(image.their),
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
    const image = pulled ?? { ...untouched, outcome: along[0]?.because === "deleted_here" ? "gone" : "left" };
    const name = conflictNames({ key: WHOLE_IMAGE_KEY, fields: undefined });
    return { ...image, openThere: [...image.openThere, ...name] };
  }
  const isOver = before.some((conflict) => !open.includes(conflict));
  return pulled ?? (isOver ? untouched : undefined);
}

/**
 * The rows with the images that stand here now in the places of those that were left out, where another one took the place. Of two, one
 * is chosen that both copies choose.
 */
export function withImagesHere(
  listed: readonly ImageConflict[],
  { there }: Pick<ListedImages, "there">,
  imageIds: ReadonlySet<string>,
): readonly ImageConflict[] {
  const conflicts = listed.map((conflict) => {
    const { imageId, because, keptAs, here } = conflict;
    const same = (there.get(imageId) ?? []).find((each) => each.keptAs === keptAs);
    const [first] = [here, same?.here ?? here].filter((id) => imageIds.has(id)).sort();
    return because === "same_file" && first !== undefined ? { ...conflict, here: first } : conflict;
  });
  const placeOf = new Map(
    conflicts.filter(({ because }) => because === "same_file").map(({ imageId, here }) => [imageId, here]),
  );
  return conflicts.map((conflict) => {
    const seen = new Set<string>();
    let { here } = conflict;
    while (conflict.because === "same_file" && !imageIds.has(here) && placeOf.has(here) && !seen.has(here)) {
      seen.add(here);
      here = placeOf.get(here) ?? here;
    }
    return here === conflict.here || here === conflict.imageId ? conflict : { ...conflict, here };
  });
}
