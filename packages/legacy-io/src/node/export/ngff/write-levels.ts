// Writes the arrays of an exported image: level 0 with the chunks of the dataset, and the smaller levels.

import type { ArrayMetadata, NdArray, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { defaultAxes, encodeArrayObjects, ndArrayBytes, planArrayWrite } from "@kym/zarr-store/array";
import {
  imageObjectPath,
  isPixelKey,
  PIXELS_NODE_KEY,
  pixelKey,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import { nodeRuntime } from "@kym/zarr-store/node";
import { LegacyIoError } from "../../../errors.ts";
import type { ExportedFile } from "../../../export/export-manifest.ts";
import { joinLines } from "../../../export/ngff/halve-lines.ts";
import type { KymFile } from "../../../export/ngff/kym-manifest.ts";
import { levelZeroKey, levelZeroNode } from "../../../export/ngff/level-zero.ts";
import { levelPath } from "../../../export/ngff/ngff-documents.ts";
import type { NgffLayout } from "../../../export/ngff/ngff-layout.ts";
import { sha256Of } from "../../files/sha256-of.ts";
import type { ExportSink } from "../staged-folder.ts";

/** An object of a dataset's image, by its key below `images/<id>/`. */
export interface ImageObject {
  readonly key: string;
  readonly sha256: string;
  /** Loads the bytes. @throws {ZarrStoreError} */
  readonly load: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** The Zarr array of an image's pixels. */
export interface StoredPixels {
  readonly metadata: ArrayMetadata;
  /** The objects of the array, its `zarr.json` among them. */
  readonly objects: readonly ImageObject[];
  readonly isEncodedAnew: boolean;
}

/** The pixels as they are stored; those of Zarr v2 encoded anew, as a migration stores them. */
export async function storedPixels(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  image: NdArray,
): Promise<StoredPixels> {
  const metadata = await record.openArray();
  if (metadata.zarrFormat === 3) {
    return { metadata, objects: await imageObjects(dataset, record, isPixelKey), isEncodedAnew: false };
  }
  const axes = (await record.getAxes()) ?? defaultAxes(image.shape.length);
  const plan = planArrayWrite(image, { axes, chunkShape: metadata.chunkShape });
  const objects: ImageObject[] = [];
  for await (const { key, bytes } of encodeArrayObjects(plan, nodeZstd())) {
    objects.push({ key: pixelKey(key), sha256: sha256Of(bytes), load: async () => bytes });
  }
  return { metadata: plan.metadata, objects, isEncodedAnew: true };
}

/** The objects of an image whose keys are wanted, without opening any. */
export async function imageObjects(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  isWanted: (key: string) => boolean,
): Promise<readonly ImageObject[]> {
  return [...(await record.objectHashes())]
    .filter(([key]) => isWanted(key))
    .map(([key, sha256]) => ({
      key,
      sha256,
      load: async () => {
        const path = imageObjectPath(record.id, key);
        const bytes = await dataset.exact.load(path);
        if (bytes === undefined) {
          throw new LegacyIoError("not_found", `${path} is gone from the dataset`, { path });
        }
        return bytes;
      },
    }));
}

/** Writes level 0 below `folder`. Its chunks are those of the dataset. */
export async function writeLevelZero(
  { metadata, objects }: StoredPixels,
  { order, axes }: NgffLayout,
  folder: string,
  sink: ExportSink,
): Promise<{ readonly chunks: readonly KymFile[]; readonly node: ExportedFile }> {
  const names = axes.map(({ name }) => name);
  const level = `${folder}${levelPath(0)}`;
  const node = await sink.write(`${level}/${ZARR_NODE_NAME}`, levelZeroNode(metadata, order, names));
  const chunks: KymFile[] = [];
  for (const { key, load } of objects.filter((object) => object.key !== PIXELS_NODE_KEY)) {
    const inArray = key.slice(pixelKey("").length);
    const path = `${level}/${levelZeroKey(inArray, metadata, order)}`;
    chunks.push({ ...(await sink.write(path, await load())), key });
  }
  return { chunks, node };
}

/** Writes the levels after level 0: `image` has the axes of the export. */
export async function writeSmallerLevels(
  image: NdArray,
  { axes }: NgffLayout,
  factors: readonly number[],
  { folder, sink }: { readonly folder: string; readonly sink: ExportSink },
): Promise<readonly ExportedFile[]> {
  const files: ExportedFile[] = [];
  for (const [level, factor] of factors.entries()) {
    if (level > 0) {
      const plan = planArrayWrite(joinLines(image, factor), { axes: axes.map(({ name }) => name) });
      for await (const { key, bytes } of encodeArrayObjects(plan, nodeZstd())) {
        files.push(await sink.write(`${folder}${levelPath(level)}/${key}`, bytes));
      }
    }
  }
  return files;
}

/** The SHA-256 of the values of an image, in C order, little-endian. */
export function valuesSha256(image: NdArray): string {
  return sha256Of(ndArrayBytes(image));
}

/** The compression that a dataset has in Node. */
export function nodeZstd(): { readonly zstd?: NonNullable<ReturnType<typeof nodeRuntime>["zstd"]> } {
  const { zstd } = nodeRuntime();
  return zstd === undefined ? {} : { zstd };
}
