// Makes the bundle of an OME-Zarr image: its folder as one file, and acqstore's documents in it as sidecars.

import { basename } from "node:path";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { KYM_MANIFEST } from "../../export/ngff/kym-manifest.ts";
import type { BundleFile, LegacyBundle } from "../../folder/bundle.ts";
import type { CollectedImage } from "../../formats/acqstore/acqstore-collection.ts";
import {
  type AcqstoreManifest,
  MANIFEST_DOCUMENT,
  readAcqstoreManifest,
} from "../../formats/acqstore/acqstore-manifest.ts";
import { readNgffImage } from "../../ngff/ngff-image.ts";
import { groupAttributes, MAX_NODE_BYTES } from "./open-zarr-image.ts";
import { totals } from "./read-zarr-image.ts";
import { storedSidecars } from "./stored-sidecars.ts";
import type { ZarrFile, ZarrFiles } from "./zarr-files.ts";
import { inOrder, type Place, type Telling } from "./zarr-place.ts";

/** Folders of an image that hold files of their own. */
const OWN_FOLDERS = ["acqstore", "kym"] as const;
const REFERENCE = "reference";

/** Where an image stands in a collection. */
export interface InCollection {
  readonly group: string;
  readonly image: CollectedImage;
}

/** An image of a Zarr group, and whether an export wrote it. */
export interface ZarrBundle {
  readonly bundle: LegacyBundle;
  readonly isExport: boolean;
}

/**
 * Makes the bundle of the image in a group. Pieces of acqstore that cannot be used are told.
 * @throws {LegacyIoError} `invalid_file`, `invalid_name` or `not_supported` for a group that holds no image that can be read, and for a
 * link in it; `io`
 */
export async function bundleOf(
  finding: Telling,
  place: Place,
  collected: InCollection | undefined,
): Promise<ZarrBundle> {
  const { relPath, path, archive, files } = place;
  const attributes = await groupAttributes(files);
  if (attributes === undefined) {
    throw new LegacyIoError("invalid_file", "expected an OME-Zarr image, found no Zarr group", {});
  }
  const ngff = readNgffImage(attributes);
  const listed = await files.list([], finding.signal);
  const isExport = listed.some(({ path }) => path === KYM_MANIFEST);
  const inImage = collected && withinImage(finding, relPath, collected);
  const manifest = await manifestOf(finding, relPath, files, inImage?.manifest);
  const reference = manifest?.reference ?? inImage?.reference ?? REFERENCE;
  const levels = [ngff.path, ...ngff.smaller];
  const of = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
  const isLevel = ({ path }: ZarrFile): boolean =>
    !path.includes("/") || levels.some((level) => of(path, level));
  const without = [
    ...new Set(listed.filter((file) => !isLevel(file)).map(({ path }) => topOf(path, levels))),
  ];
  const others = (isExport ? [] : without).filter(
    (folder) => folder !== reference && !OWN_FOLDERS.some((own) => own === folder),
  );
  finding.notes.push(
    ...others.map((folder) => ({ path: `${relPath}/${folder}`, reason: "no part of the image: not taken" })),
  );
  const image: BundleFile = {
    ...{ path, relPath },
    ...(archive && { archive }),
    ...totals(listed.filter(isLevel)),
    zarr: { without },
  };
  const sidecars = storedSidecars(finding, place, listed, { manifest, reference, sidecar: inImage?.sidecar });
  const bundle: LegacyBundle = {
    image,
    stem: basename(relPath),
    otherChannels: [],
    sidecars: inOrder(sidecars),
    ...(collected?.image.sourcePath !== undefined && { cameFrom: collected.image.sourcePath }),
  };
  return { bundle, isExport };
}

/** The longest folder above a file that holds no level: what is left out of the image. */
function topOf(path: string, levels: readonly string[]): string {
  const parts = path.split("/");
  for (let length = 1; length < parts.length; length++) {
    const folder = parts.slice(0, length).join("/");
    if (!levels.some((level) => level === folder || level.startsWith(`${folder}/`))) {
      return folder;
    }
  }
  return path;
}

/** The paths of a collection's entry, from the image on. One that lies elsewhere is named. */
function withinImage(
  finding: Telling,
  relPath: string,
  { group, image }: InCollection,
): {
  readonly manifest: string | undefined;
  readonly sidecar: string | undefined;
  readonly reference: string | undefined;
} {
  const inside = (path: string | undefined): string | undefined => {
    if (path === undefined || path.startsWith(`${image.imagePath}/`)) {
      return path?.slice(image.imagePath.length + 1);
    }
    finding.notes.push({
      path: `${group}/${path}`,
      reason: `lies outside of its image ${relPath}: not used`,
    });
    return undefined;
  };
  return {
    manifest: inside(image.manifestPath),
    sidecar: inside(image.sidecarPath),
    reference: inside(image.referencePath),
  };
}

/** The manifest of an image. One that cannot be read is named, and its tables are then kept unread. */
async function manifestOf(
  finding: Telling,
  relPath: string,
  files: ZarrFiles,
  stated: string | undefined,
): Promise<AcqstoreManifest | undefined> {
  const path = stated ?? MANIFEST_DOCUMENT;
  const tell = (reason: string): void => {
    finding.notes.push({ path: `${relPath}/${path}`, reason });
  };
  try {
    const bytes = await files.read(path, MAX_NODE_BYTES);
    if (bytes === undefined) {
      if (stated !== undefined) {
        tell("the manifest is not there");
      }
      return undefined;
    }
    const manifest = readAcqstoreManifest(bytes);
    for (const problem of manifest.problems) {
      tell(problem);
    }
    return manifest;
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    tell(`the manifest is not used: ${error.message}`);
    return undefined;
  }
}
