// Finds the OME-Zarr images below a folder: alone, in a series, and in collections of acqstore.

import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile, FolderScan, LegacyBundle, ScanNote, SidecarFile } from "../../folder/bundle.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import {
  type AcqstoreCollection,
  COLLECTION_DOCUMENT,
  readAcqstoreCollection,
} from "../../formats/acqstore/acqstore-collection.ts";
import { acqstoreDocumentFormat } from "../../formats/sidecars/acqstore-stored-formats.ts";
import { isNgffImage, isNgffSeries, seriesOf } from "../../ngff/ngff-image.ts";
import { isZarrArchive } from "../../ngff/zarr-name.ts";
import { folderOfArchive } from "./archive-files.ts";
import { groupAttributes } from "./open-zarr-image.ts";
import { bundleOf } from "./zarr-bundle.ts";
import {
  inOrder,
  type Note,
  type Place,
  placeBelow,
  placeOf,
  sidecarOf,
  type Telling,
} from "./zarr-place.ts";

/** The notes that are about images which something happens to. What was told once about an image that stays is not told again. */
export function notesToTell(
  notes: readonly Note[],
  actions: readonly { readonly action: string; readonly bundle: Pick<LegacyBundle, "image"> }[],
): readonly Note[] {
  const quiet = actions.filter(({ action }) => action === "unchanged").map(({ bundle }) => bundle.image);
  const told = actions.filter(({ action }) => action !== "unchanged").map(({ bundle }) => bundle.image);
  const isAbout = (path: string, { relPath }: BundleFile): boolean =>
    path.startsWith(`${relPath}/`) || relPath.startsWith(`${path.slice(0, path.indexOf("/acqstore/"))}/`);
  return notes.filter(
    ({ path }) => told.some((image) => isAbout(path, image)) || !quiet.some((image) => isAbout(path, image)),
  );
}

/** A scan with the images of Zarr folders. */
export interface FoundZarr {
  readonly scan: FolderScan;
  /** Images that an export wrote, with the folder from which they are restored. They are not in the scan. */
  readonly exports: readonly LegacyBundle[];
  readonly notes: readonly Note[];
}

const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;

/** True for a folder that is a Zarr group or array itself, and for the name of a zip file that may hold one. */
export async function isZarrGroup(root: string): Promise<boolean> {
  if (isZarrArchive(root)) {
    return true;
  }
  const nodes = [ZARR_NODE_NAME, ".zgroup", ".zarray"].map((name) =>
    stat(join(root, name)).then(
      (status) => status.isFile(),
      () => false,
    ),
  );
  return (await Promise.all(nodes)).includes(true);
}

/** What is found, while the folders are looked through. */
interface Finding extends Telling {
  readonly root: string;
  readonly isWanted: (name: string) => boolean;
  readonly bundles: LegacyBundle[];
  readonly exports: LegacyBundle[];
  readonly unreadable: ScanNote[];
  readonly taken: Set<string>;
}

/**
 * Adds the images of Zarr folders to a scan. A folder that holds none, such as a dataset, stays ignored. One that cannot be read is
 * unreadable, and so is each image of a collection.
 *
 * @param isWanted decides by the name of a folder whether its images are taken
 * @throws LegacyIoError `aborted`
 */
export async function findZarrImages(
  root: string,
  scan: FolderScan,
  isWanted: (name: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<FoundZarr> {
  const finding: Finding = {
    ...{ root, isWanted, signal },
    ...{ bundles: [], exports: [], unreadable: [], notes: [], taken: new Set() },
  };
  for (const group of scan.zarrGroups ?? []) {
    throwIfAborted(signal, LegacyIoError);
    await guarded(finding, group, () => lookAtGroup(finding, placeOf(root, group)));
  }
  for (const { relPath, isOnlineOnly } of scan.unrecognised.filter((file) => isZarrArchive(file.relPath))) {
    throwIfAborted(signal, LegacyIoError);
    await guarded(finding, relPath, async () => {
      const path = join(root, relPath);
      const folder = isOnlineOnly === true ? undefined : await folderOfArchive(path);
      if (folder !== undefined) {
        await lookAtGroup(finding, placeOf(root, relPath, { path, folder }));
      }
    });
  }
  return {
    scan: {
      ...scan,
      bundles: [...scan.bundles, ...finding.bundles].toSorted((a, b) =>
        comparePaths(a.image.relPath, b.image.relPath),
      ),
      unreadable: [...scan.unreadable, ...finding.unreadable].toSorted((a, b) =>
        comparePaths(a.relPath, b.relPath),
      ),
      ignored: scan.ignored.filter(({ relPath }) => !finding.taken.has(relPath)),
      unrecognised: scan.unrecognised.filter(({ relPath }) => !finding.taken.has(relPath)),
    },
    exports: finding.exports.toSorted((a, b) => comparePaths(a.image.relPath, b.image.relPath)),
    notes: finding.notes,
  };
}

/** Runs a look; an error about the files makes the folder unreadable, and the others are looked at. */
async function guarded(finding: Finding, relPath: string, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!isLegacyIoError(error) || error.code === "aborted") {
      throw error;
    }
    finding.taken.add(relPath);
    finding.unreadable.push({ relPath, reason: error.message });
  }
}

async function lookAtGroup(finding: Finding, place: Place): Promise<void> {
  const { isWanted, taken } = finding;
  const { relPath: group, files } = place;
  if (!isWanted(basename(group))) {
    return;
  }
  const document = await files.read(COLLECTION_DOCUMENT, MAX_DOCUMENT_BYTES);
  if (document !== undefined) {
    taken.add(group);
    await lookAtCollection(finding, place, readAcqstoreCollection(document));
    return;
  }
  const attributes = await groupAttributes(files);
  if (attributes === undefined) {
    return;
  }
  if (isNgffImage(attributes)) {
    taken.add(group);
    await takeImage(finding, place);
  } else if (isNgffSeries(attributes)) {
    taken.add(group);
    await lookAtSeries(finding, place);
  }
}

async function takeImage(finding: Finding, place: Place): Promise<void> {
  const { bundle, isExport } = await bundleOf(finding, place, undefined);
  (isExport ? finding.exports : finding.bundles).push(bundle);
}

/** The images that Bio-Formats' layout lists. Without a list, those named 0, 1, … */
async function lookAtSeries(finding: Finding, place: Place): Promise<void> {
  const { relPath: group, files } = place;
  const problems: string[] = [];
  const listed = seriesOf(await groupAttributes(files, "OME"), problems);
  finding.notes.push(...problems.map((reason) => ({ path: group, reason })));
  const found: string[] = [...listed];
  if (found.length === 0) {
    for (let index = 0; (await groupAttributes(files, String(index))) !== undefined; index++) {
      found.push(String(index));
    }
  }
  for (const path of found) {
    const relPath = `${group}/${path}`;
    await guarded(finding, relPath, async () => {
      await takeImage(finding, placeBelow(place, path));
    });
  }
}

async function lookAtCollection(
  finding: Finding,
  place: Place,
  collection: AcqstoreCollection,
): Promise<void> {
  const { relPath: group } = place;
  const { images, refused, problems, tables } = collection;
  const path = `${group}/${COLLECTION_DOCUMENT}`;
  finding.notes.push(...problems.map((reason) => ({ path, reason })));
  finding.unreadable.push(...refused.map(({ place: at, reason }) => ({ relPath: `${path} ${at}`, reason })));
  for (const [index, image] of images.entries()) {
    const relPath = `${group}/${image.imagePath}`;
    await guarded(finding, relPath, async () => {
      const { bundle } = await bundleOf(finding, placeBelow(place, image.imagePath), { group, image });
      const first = index === 0 ? await documentOf(finding, place) : [];
      finding.bundles.push({ ...bundle, sidecars: inOrder([...first, ...bundle.sidecars]) });
    });
  }
  for (const table of tables) {
    const reason = "a pooled table of acqstore, made of the images: not taken, kym index makes its own";
    finding.notes.push({ path: `${group}/${table}`, reason });
  }
}

/** The document of a collection, which its first image keeps. */
async function documentOf(finding: Finding, place: Place): Promise<readonly SidecarFile[]> {
  const at = placeBelow(place, dirname(COLLECTION_DOCUMENT));
  const listed = await at.files.list([], finding.signal);
  const file = listed.find((one) => one.path === basename(COLLECTION_DOCUMENT));
  return file === undefined ? [] : [sidecarOf(at, file, { kind: acqstoreDocumentFormat.name })];
}
