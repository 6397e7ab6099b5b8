// Restores images of a dataset from exported OME-Zarr folders, with what other programs changed in them since.

import { ARTIFACTS, loadMetadataText, summarizeMetadata } from "@kym/kym-schema";
import {
  type DatasetContents,
  isZarrStoreError,
  memoryStore,
  openDataset,
  type SourceRow,
  type ZarrDataset,
} from "@kym/zarr-store";
import { parseArrayMetadata } from "@kym/zarr-store/array";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import {
  imageObjectPath,
  imagePartKey,
  isDerivedKey,
  isPixelKey,
  PIXELS_NODE_KEY,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import { nodeRuntime } from "@kym/zarr-store/node";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { KymManifest } from "../../export/ngff/kym-manifest.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import type { IngestFolderOptions } from "../ingest/ingest-options.ts";
import { overviewsOf, storeOverviews } from "../ingest/store-overviews.ts";
import { filesOf } from "../ngff/read-zarr-image.ts";
import { tryMerge } from "../update/try-merge.ts";
import { storeMetadata } from "../update/update-record.ts";
import { takeAcqstore, takeSteps } from "./kym-edits.ts";
import { type KymImage, readKymImage, readKymManifest } from "./read-kym-folder.ts";

/** What became of exported images. Each is in exactly one list besides `notes`. */
export interface RestoredKym {
  readonly ingested: readonly IngestItem[];
  readonly updated: readonly IngestItem[];
  readonly unchanged: readonly IngestItem[];
  readonly conflicts: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
}

export interface RestoreKymOptions
  extends Pick<IngestFolderOptions, "limits" | "signal" | "dryRun" | "onEvent"> {
  readonly allFormats: readonly SidecarFormat[];
}

const BATCH_IMAGES = 64;
const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** An image as its export gives it, in a dataset in memory that holds nothing else. */
interface MadeImage {
  readonly made: ZarrDataset;
  readonly hashes: ReadonlyMap<string, string>;
  readonly manifest: KymManifest;
  readonly edits: readonly string[];
  /** The text of the metadata as it was exported. */
  readonly base: string | undefined;
}

/**
 * Restores exported images: ids, pixels, artifacts and attachments, object by object.
 *
 * - An image that the dataset has already is unchanged if it is the same, otherwise a conflict.
 * - What another program changed in the image since comes in and is named. An image that the dataset has gets it as well, where the
 *   dataset did not change the same.
 * - A file of `kym/` that was changed since the export fails its image.
 */
export async function restoreKymImages(
  dataset: ZarrDataset,
  bundles: readonly LegacyBundle[],
  options: RestoreKymOptions,
): Promise<RestoredKym> {
  const outcome = {
    ...{ ingested: [] as IngestItem[], updated: [] as IngestItem[], unchanged: [] as IngestItem[] },
    ...{ conflicts: [] as IngestItem[], failed: [] as IngestItem[], notes: [] as IngestItem[] },
  };
  const tables = new Set<string>();
  const seen = new Map<string, string>();
  for (let start = 0; start < bundles.length; start += BATCH_IMAGES) {
    const batch = bundles.slice(start, start + BATCH_IMAGES);
    await restoreBatch(dataset, batch, options, { outcome, tables, seen });
  }
  outcome.notes.push(...(await leftOutTables(dataset, tables, bundles[0])));
  return outcome;
}

interface Restoring {
  readonly outcome: { readonly [K in keyof RestoredKym]: IngestItem[] };
  readonly tables: Set<string>;
  readonly seen: Map<string, string>;
}

async function restoreBatch(
  dataset: ZarrDataset,
  batch: readonly LegacyBundle[],
  options: RestoreKymOptions,
  { outcome, tables, seen }: Restoring,
): Promise<void> {
  const done: (() => void)[] = [];
  const run = async (transaction: DatasetContents): Promise<void> => {
    done.length = 0;
    const sources: SourceRow[] = [];
    for (const bundle of batch) {
      throwIfAborted(options.signal, LegacyIoError);
      const { relPath: path } = bundle.image;
      try {
        const made = await makeImage(bundle, options);
        const { imageId, tables: named } = made.manifest;
        const other = seen.get(imageId);
        if (other !== undefined && other !== path) {
          done.push(() =>
            outcome.failed.push({ path, imageId, reason: `${other} is the same image, ${imageId}` }),
          );
          continue;
        }
        seen.set(imageId, path);
        for (const table of named) {
          tables.add(table);
        }
        const placed = await placeImage(transaction, made, options);
        done.push(() => {
          const item = { path, imageId, ...(placed.reason !== undefined && { reason: placed.reason }) };
          outcome[placed.list].push(item);
          const told = placed.list === "unchanged" ? [] : [...made.edits, ...leftOutWords(made)];
          outcome.notes.push(
            ...told.map((reason) => ({ path, imageId, reason: `changed since the export: ${reason}` })),
          );
        });
        if (placed.list === "ingested") {
          sources.push(...made.manifest.sources);
        }
      } catch (error) {
        if (!isOfImage(error)) {
          throw error;
        }
        const { message: reason } = error;
        done.push(() => outcome.failed.push({ path, reason }));
      }
    }
    if (sources.length > 0 && options.dryRun !== true) {
      const known = new Set((await transaction.loadSourcesIndex()).map(keyOf));
      const missing = sources.filter((row) => !known.has(keyOf(row)));
      await transaction.appendSources(missing, { again: missing });
    }
  };
  if (options.dryRun === true) {
    await run(dataset);
  } else {
    const words = `restore ${batch.length} ${batch.length === 1 ? "image" : "images"}`;
    await dataset.transaction(run, { message: words, signal: options.signal });
  }
  for (const tell of done) {
    tell();
  }
}

function leftOutWords({ manifest }: MadeImage): readonly string[] {
  return manifest.leftOut.map(({ key, reason }) => `${key} is not in the export: ${reason}`);
}

function keyOf(row: SourceRow): string {
  return `${row.image_id} ${row.source_sha256 ?? ""} ${row.source_primary_path}`;
}

/** Errors that one exported image causes. Others concern all of them. */
function isOfImage(error: unknown): error is Error {
  const codes = [
    "invalid_file",
    "invalid_name",
    "invalid_metadata",
    "invalid_argument",
    "schema_mismatch",
    "not_supported",
  ] as const;
  return (isLegacyIoError(error) && error.code !== "aborted") || isZarrStoreError(error, ...codes);
}

/** Builds an image as its export has it now. */
async function makeImage(bundle: LegacyBundle, options: RestoreKymOptions): Promise<MadeImage> {
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

interface Placed {
  readonly list: "ingested" | "updated" | "unchanged" | "conflicts";
  readonly reason?: string;
}

/** Adds the image to the dataset, or what its export has that the dataset lacks. */
async function placeImage(
  transaction: DatasetContents,
  made: MadeImage,
  { dryRun = false }: RestoreKymOptions,
): Promise<Placed> {
  const { manifest, hashes, edits } = made;
  const record = transaction.record(manifest.imageId);
  const copy = async (keys: ReadonlyMap<string, string | null>): Promise<void> => {
    if (!dryRun) {
      const paths = [...keys].map(
        ([key, sha256]) => [imageObjectPath(manifest.imageId, key), sha256] as const,
      );
      await transaction.exact.copy(made.made.exact, new Map(paths));
    }
  };
  if (!(await record.exists())) {
    await copy(hashes);
    return { list: "ingested" };
  }
  const ours = await record.objectHashes();
  const original = new Map(manifest.files.map(({ key, originalSha256 }) => [key, originalSha256]));
  const exported = new Map(Object.entries(manifest.objects));
  const isSame = (key: string, a: string | undefined, b: string | undefined): boolean =>
    a === b || (a !== undefined && b !== undefined && [a, b].every((one) => isOneOf(key, one)));
  const isOneOf = (key: string, sha256: string): boolean =>
    sha256 === exported.get(key) ||
    sha256 === original.get(key) ||
    manifest.files.some((file) => file.key === key && file.sha256 === sha256);
  const keys = new Set([...ours.keys(), ...hashes.keys(), ...exported.keys()]);
  // The attributes of an image that was changed are made of its pixels and metadata, which are compared themselves.
  const isApart = (key: string): boolean => isDerivedKey(key) || (key === ZARR_NODE_NAME && edits.length > 0);
  const differing = [...keys].filter(
    (key) => !isApart(key) && !isSame(key, ours.get(key), hashes.get(key)),
  );
  if (differing.length === 0) {
    return { list: "unchanged" };
  }
  const isOursAsExported = (key: string): boolean => isSame(key, ours.get(key), exported.get(key));
  const isTheirsAsExported = (key: string): boolean => isSame(key, hashes.get(key), exported.get(key));
  if (edits.length === 0) {
    return { list: "conflicts", reason: "the dataset has an image of this id with other content" };
  }
  const toTake = differing.filter(
    (key) => isOursAsExported(key) && key !== METADATA_KEY && key !== ZARR_NODE_NAME,
  );
  const both = differing.filter((key) => !isOursAsExported(key) && !isTheirsAsExported(key));
  const stays = both.filter((key) => key !== METADATA_KEY && key !== ZARR_NODE_NAME);
  if (stays.length > 0) {
    return {
      list: "conflicts",
      reason: `${stays.join(", ")} changed in the export and in the dataset since: the dataset's stays`,
    };
  }
  await copy(new Map(toTake.map((key) => [key, hashes.get(key) ?? null])));
  if (!dryRun && toTake.some(isPixelKey)) {
    const derived = [...new Set([...ours.keys(), ...hashes.keys()])].filter(isDerivedKey);
    await copy(new Map(derived.map((key) => [key, hashes.get(key) ?? null])));
    const { pixels_sha256: sha256 } = await made.made.record(manifest.imageId).attributes();
    await record.updateAttributes({ pixels_sha256: sha256 });
  }
  const conflicts = dryRun ? [] : await mergeMetadataOf(record, made);
  return conflicts.length === 0
    ? { list: "updated", reason: "changed in its export" }
    : {
        list: "conflicts",
        reason: `${conflicts.join(", ")} changed in the export and in the dataset since: the dataset's stays`,
      };
}

/** Merges the metadata of an export that was changed with those of the dataset. Returns the fields that stay. */
async function mergeMetadataOf(
  record: ReturnType<DatasetContents["record"]>,
  { made, manifest, base }: MadeImage,
): Promise<readonly string[]> {
  const theirs = await loadMetadataText(made.record(manifest.imageId));
  const ours = await loadMetadataText(record);
  if (theirs === undefined || ours === undefined) {
    return theirs === undefined ? [] : ["the metadata"];
  }
  const merge = tryMerge(base, ours, theirs);
  if (merge === undefined) {
    return ["the metadata"];
  }
  if (merge.merged !== ours) {
    await storeMetadata(record, merge.merged);
  }
  return merge.conflicts.map(({ field }) => field);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Tables that the dataset of an export had, and that no indexer makes again. */
async function leftOutTables(
  dataset: ZarrDataset,
  tables: ReadonlySet<string>,
  first: LegacyBundle | undefined,
): Promise<readonly IngestItem[]> {
  const present = new Set(await dataset.listTableNames());
  const lost = [...tables].filter((name) => !name.startsWith(OF_INDEXER) && !present.has(name)).sort();
  return lost.map((name) => ({
    path: first?.image.relPath ?? "",
    reason: `the table ${name} is left out: an export for other programs has no tables, and no indexer makes this one again`,
  }));
}

/** What the names of pooled tables begin with: `kym index` makes them again. */
const OF_INDEXER = "kym_";
