// Builds an image of an export, with what was changed in it since, in a dataset in memory.

import { ARTIFACTS, summarizeMetadata } from "@kym/kym-schema";
import { type DatasetContents, memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { parseArrayMetadata } from "@kym/zarr-store/array";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { imageObjectPath, imagePartKey, PIXELS_NODE_KEY, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { nodeRuntime } from "@kym/zarr-store/node";
import { LegacyIoError } from "../../errors.ts";
import type { KymManifest } from "../../export/ngff/kym-manifest.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import type { IngestFolderOptions } from "../ingest/ingest-options.ts";
import { overviewsOf, storeOverviews } from "../ingest/store-overviews.ts";
import { filesOf } from "../ngff/read-zarr-image.ts";
import { type KymImage, readKymImage, readKymManifest } from "./read-kym-folder.ts";
import { takeAcqstore } from "./take-acqstore.ts";
import { takeSteps } from "./take-steps.ts";

export interface RestoreKymOptions
  extends Pick<IngestFolderOptions, "limits" | "signal" | "dryRun" | "onEvent" | "returnDeleted"> {
  readonly allFormats: readonly SidecarFormat[];
}

/** The key of an image's metadata. */
export const METADATA_KEY: string = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** An image as its export gives it, in a dataset in memory that holds nothing else. */
export interface MadeImage {
  readonly made: ZarrDataset;
  readonly hashes: ReadonlyMap<string, string>;
  readonly manifest: KymManifest;
  readonly edits: readonly string[];
  /** The text of the metadata as it was exported. */
  readonly base: string | undefined;
}

/**
 * Builds an image as its export has it now.
 * @throws {LegacyIoError} `integrity` for a file of `kym/` that was changed; `invalid_file`, `not_supported`, `io`, `aborted`
 */
export async function makeImage(bundle: LegacyBundle, options: RestoreKymOptions): Promise<MadeImage> {
  const { limits, signal, allFormats: formats } = options;
  const files = filesOf(bundle.image);
  const manifest = await readKymManifest(files);
  if (manifest === undefined) {
    throw new LegacyIoError("io", "its folder kym/ is gone", { path: bundle.image.path });
  }
  const { maxDecodedBytes = DEFAULT_TIFF_LIMITS.maxDecodedBytes } = limits ?? {};
  const kym = await readKymImage(files, manifest, maxDecodedBytes, signal);
  const made = await openDataset(memoryStore(), { summarize: summarizeMetadata, runtime: nodeRuntime() });
  const edits: string[] = [];
  await made.transaction(async (transaction) => {
    await putImage(transaction, kym);
    const record = transaction.record(manifest.imageId);
    if (kym.pixelsSha256 !== manifest.pixels.sha256) {
      edits.push("its pixels are others: taken");
      await record.updateAttributes({ pixels_sha256: kym.pixelsSha256 });
    }
    if (kym.changed.includes(ZARR_NODE_NAME)) {
      edits.push(...(await takeSteps(record, files, kym)));
    }
    edits.push(...(await takeAcqstore(record, bundle, kym, { formats, signal })));
    const overviews = overviewsOf(kym.image, (await record.getAxes()) ?? []);
    await storeOverviews(record, await record.objectHashes(), overviews);
  });
  const told = kym.changed.filter((path) => !isExplained(path, kym));
  edits.push(...told.map((path) => `${path} is another file: nothing of it is taken`));
  const hashes = await made.record(manifest.imageId).objectHashes();
  const metadata = kym.objects.get(METADATA_KEY);
  return { made, hashes, manifest, edits, base: metadata && textOf(metadata) };
}

/** Whether a changed file is about what {@link makeImage} takes, or made of it. */
function isExplained(path: string, { manifest }: KymImage): boolean {
  return (
    path === ZARR_NODE_NAME ||
    path.startsWith("acqstore/") ||
    path.startsWith(`${manifest.pixels.array}/`) ||
    /^\d+\//.test(path)
  );
}

/** Puts every object at its key. Pixels that are not as they were exported are encoded as the dataset had them. */
async function putImage(
  transaction: DatasetContents,
  { manifest, objects, chunks, image }: KymImage,
): Promise<void> {
  const { imageId, pixels } = manifest;
  const node = objects.get(PIXELS_NODE_KEY);
  const metadata = node && parseArrayMetadata(documentOf(node), PIXELS_NODE_KEY);
  await transaction.addImage(image, {
    id: imageId,
    ...(pixels.axes !== null && { axes: pixels.axes }),
    ...(metadata && {
      chunks: metadata.chunkShape,
      chunkKeySeparator: metadata.chunkKeyEncoding.separator,
      arrayAttributes: metadata.attributes,
    }),
  });
  const save = (key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> =>
    transaction.exact.save(imageObjectPath(imageId, key), bytes);
  for (const [key, bytes] of objects) {
    if (key !== PIXELS_NODE_KEY || chunks !== undefined) {
      await save(key, bytes);
    }
  }
  for (const [key, bytes] of chunks ?? []) {
    await save(key, bytes);
  }
}

function documentOf(bytes: Uint8Array): unknown {
  return plainValue(parseLossless(new TextDecoder().decode(bytes), { where: PIXELS_NODE_KEY }));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
