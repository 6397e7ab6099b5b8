// Writes the folder `kym/` of an exported image: every object of the dataset but the pixels, and the list of all files.

import { loadMetadataText, parseMetadata } from "@kym/kym-schema";
import type { Roi } from "@kym/roi";
import { writeGeoJson } from "@kym/roi/geojson";
import type { SourceRow, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { isZarrStoreError } from "@kym/zarr-store";
import { encodeArrayObjects, planArrayWrite } from "@kym/zarr-store/array";
import {
  imagePartKey,
  imagePartOf,
  isDerivedKey,
  isPixelKey,
  PIXELS_NODE_KEY,
  pixelKey,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import type { ExportedFile } from "../../../export/export-manifest.ts";
import {
  encodeKymManifest,
  KYM_MANIFEST,
  type KymFile,
  type KymManifest,
} from "../../../export/ngff/kym-manifest.ts";
import { KYM_ROIS, kymPath } from "../../../export/ngff/kym-paths.ts";
import { groupNode } from "../../../export/ngff/ngff-documents.ts";
import { sha256Of } from "../../files/sha256-of.ts";
import { type ExportNote, MAY_HAVE_PATHS } from "../export-options.ts";
import type { ExportSink } from "../staged-folder.ts";
import { type ImageObject, imageObjects, type StoredPixels } from "./write-levels.ts";

/** What the caller knows of the image already. */
export interface KymFolderParts extends Pick<KymManifest, "writtenFor" | "pixels" | "foreign" | "tables"> {
  readonly stored: StoredPixels;
  /** The image's rows of the ledger. */
  readonly sources: readonly SourceRow[];
  /** The path of the image's group in the export: empty, or with a `/` at the end. */
  readonly folder: string;
  /** Removes paths of this machine from what is written. */
  readonly sink: ExportSink;
}

/**
 * Writes `kym/`. Returns what is not in it.
 *
 * @throws {LegacyIoError} `io`
 * @throws {ZarrStoreError} of reading the image
 */
export async function writeKymFolder(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  parts: KymFolderParts,
): Promise<readonly ExportNote[]> {
  const { stored, folder, sink } = parts;
  const objects = stored.isEncodedAnew
    ? await objectsOfVersion2(dataset, record, stored)
    : await imageObjects(dataset, record, (key) => !isDerivedKey(key));
  const files: KymFile[] = [];
  const leftOut: { key: string; reason: string }[] = [];
  for (const { key, sha256, load } of objects) {
    const path = kymPath(key);
    if (path === undefined || (isPixelKey(key) && key !== PIXELS_NODE_KEY)) {
      continue;
    }
    const bytes = await load();
    if (imagePartOf(key)?.kind === "attachment" && sink.canWriteAttachment?.(bytes) === false) {
      leftOut.push({ key, reason: MAY_HAVE_PATHS });
      continue;
    }
    const written = await sink.write(`${folder}${path}`, bytes);
    files.push({
      path,
      sha256: written.sha256,
      key,
      ...(written.sha256 !== sha256 && { originalSha256: sha256 }),
    });
  }
  const rois = await writeRois(record, folder, sink);
  const manifest: KymManifest = {
    writtenFor: parts.writtenFor,
    imageId: record.id,
    pixels: parts.pixels,
    files,
    others: rois,
    foreign: parts.foreign,
    objects: Object.fromEntries(objects.map(({ key, sha256 }) => [key, sha256])),
    sources: parts.sources,
    tables: parts.tables,
    leftOut,
  };
  await sink.write(`${folder}${KYM_MANIFEST}`, encodeKymManifest(manifest));
  return leftOut.map(({ key, reason }) => ({ path: `${folder}${kymPath(key) ?? key}`, reason }));
}

/** The objects that a dataset of ours would have of an image that is stored as Zarr v2. */
async function objectsOfVersion2(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  stored: StoredPixels,
): Promise<readonly ImageObject[]> {
  const isFile = (key: string): boolean => {
    const kind = imagePartOf(key)?.kind;
    return kind !== undefined && kind !== "array" && !isDerivedKey(key);
  };
  const made = (key: string, bytes: Uint8Array<ArrayBuffer>): ImageObject => ({
    key,
    sha256: sha256Of(bytes),
    load: async () => bytes,
  });
  const objects = [
    made(ZARR_NODE_NAME, groupNode(await record.attributes())),
    ...stored.objects,
    ...(await imageObjects(dataset, record, isFile)),
  ];
  for (const name of await record.listArrayArtifacts()) {
    const { dimensionNames, chunkShape } = await record.arrays.open(name);
    const array = await record.loadArrayArtifact(name);
    const axes = array.shape.map((_, axis) => dimensionNames?.[axis] ?? `a${axis}`);
    const prefix = imagePartKey({ kind: "array", name });
    for await (const { key, bytes } of encodeArrayObjects(planArrayWrite(array, { axes, chunkShape }))) {
      objects.push(made(`${prefix}/${pixelKey(key)}`, bytes));
    }
    const groups = prefix.split("/").map((_, end, names) => names.slice(0, end + 1).join("/"));
    for (const group of groups) {
      const key = `${group}/${ZARR_NODE_NAME}`;
      if (!objects.some((object) => object.key === key)) {
        objects.push(made(key, groupNode({})));
      }
    }
  }
  return objects;
}

/** Writes the ROIs as GeoJSON, for other programs. */
async function writeRois(
  record: ZarrImageRecord,
  folder: string,
  sink: ExportSink,
): Promise<readonly ExportedFile[]> {
  const { file } = writeGeoJson(await roisOf(record));
  const bytes = new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
  return [{ path: KYM_ROIS, sha256: (await sink.write(`${folder}${KYM_ROIS}`, bytes)).sha256 }];
}

/** The ROIs of an image; none if its metadata cannot be read, which stand in `kym/` all the same. */
async function roisOf(record: ZarrImageRecord): Promise<readonly Roi[]> {
  try {
    return parseMetadata((await loadMetadataText(record)) ?? "{}").rois;
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}
