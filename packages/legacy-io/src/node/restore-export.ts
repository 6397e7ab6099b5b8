import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  canonicalJson,
  columnOf,
  type DatasetContents,
  decodeParquet,
  filterRows,
  isZarrStoreError,
  type NdArray,
  parseSourceRow,
  rowsOf,
  type SourceRow,
  type Summary,
  tableFromColumns,
  type ZarrDataset,
} from "@kym/zarr-store";
import { bytesSource } from "../byte-source.ts";
import { readCsv } from "../csv.ts";
import { isLegacyIoError, LegacyIoError, throwIfAborted } from "../errors.ts";
import {
  decodeExportManifest,
  EXPORT_MANIFEST,
  type ExportedArtifact,
  type ExportedFile,
  type ExportedImage,
  type ExportedTable,
} from "../export-manifest.ts";
import type { IngestItem, IngestReport } from "../ingest-report.ts";
import { readNpy } from "../npy.ts";
import { readTiff } from "../tiff/read-tiff.ts";
import { systemErrorCode } from "./file-source.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { nodeTiffCodecs } from "./tiff-codecs.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

const BATCH_IMAGES = 64;

/** True for a folder that `exportLegacyFolder` wrote. */
export async function isExportedFolder(root: string): Promise<boolean> {
  try {
    decodeExportManifest(await readFile(join(root, EXPORT_MANIFEST)));
    return true;
  } catch (error) {
    if (isLegacyIoError(error, "not_supported", "invalid_name")) {
      throw error;
    }
    return false;
  }
}

/**
 * Takes an exported folder in: ids, axes, chunks, names, types, attributes, tables and sources as they were. Images
 * that are there with the same content are unchanged, with other content a conflict. A file that was changed since the
 * export fails its image.
 */
export async function restoreExport(
  dataset: ZarrDataset,
  root: string,
  options: IngestFolderOptions,
): Promise<IngestReport> {
  const manifest = decodeExportManifest(await readFile(join(root, EXPORT_MANIFEST)));
  const unchanged: IngestItem[] = [];
  const conflicts: IngestItem[] = [];
  const failed: IngestItem[] = [];
  const ingested: IngestItem[] = [];
  const missing: ExportedImage[] = [];
  for (const image of manifest.images) {
    const item = { path: image.pixels.path, imageId: image.imageId };
    const state = await compareWithDataset(dataset, image);
    if (state === "absent") {
      missing.push(image);
    } else if (state === "same") {
      unchanged.push(item);
    } else {
      conflicts.push({ ...item, reason: "the dataset has an image of this id with other content" });
    }
  }
  options.onEvent?.({ type: "planned", toIngest: missing.length, found: manifest.images.length });
  let done = 0;
  for (let start = 0; start < missing.length; start += BATCH_IMAGES) {
    const restored: RestoredImage[] = [];
    for (const image of missing.slice(start, start + BATCH_IMAGES)) {
      throwIfAborted(options.signal);
      const item = { path: image.pixels.path, imageId: image.imageId };
      try {
        restored.push(await readImage(root, image));
        ingested.push(item);
      } catch (error) {
        if (!isLegacyIoError(error) && !isZarrStoreError(error, "invalid_file")) {
          throw error;
        }
        failed.push({ ...item, reason: error.message });
      }
      done++;
      options.onEvent?.({ type: "read", path: item.path, done, total: missing.length });
    }
    await dataset.transaction(
      async (transaction) => {
        for (const image of restored) {
          await storeImage(transaction, image);
        }
      },
      { message: `restore ${restored.length} images`, signal: options.signal },
    );
  }
  await restoreTables(
    dataset,
    root,
    manifest.tables,
    new Set(ingested.map(({ imageId }) => imageId)),
    options,
  );
  return {
    found: manifest.images.length,
    ingested,
    updated: [],
    unchanged,
    skipped: [],
    failed,
    orphans: [],
    conflicts,
    counts: undefined,
    notes: [],
    newImageIds: ingested.map(({ imageId }) => imageId ?? ""),
  };
}

async function compareWithDataset(
  dataset: ZarrDataset,
  image: ExportedImage,
): Promise<"absent" | "same" | "other"> {
  const record = dataset.record(image.imageId);
  if (!(await record.exists())) {
    return "absent";
  }
  const hashes = Object.fromEntries(await record.objectHashes());
  return canonicalJson(hashes) === canonicalJson(image.objects) ? "same" : "other";
}

interface RestoredImage {
  readonly exported: ExportedImage;
  readonly image: NdArray;
  readonly artifacts: readonly {
    readonly artifact: ExportedArtifact;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }[];
}

async function readImage(root: string, exported: ExportedImage): Promise<RestoredImage> {
  const { pixels } = exported;
  const bytes = await readVerified(root, pixels);
  const array =
    pixels.format === "npy"
      ? readNpy(bytes)
      : (await readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs })).image;
  const count = pixels.shape.reduce((product, size) => product * size, 1);
  if (array.dtype !== pixels.dtype || array.data.length !== count) {
    throw new LegacyIoError(
      "invalid_file",
      `${pixels.path} is not the image that ${EXPORT_MANIFEST} describes`,
      {
        path: pixels.path,
        expected: [pixels.dtype, ...pixels.shape],
        found: [array.dtype, ...array.shape],
      },
    );
  }
  const artifacts: { artifact: ExportedArtifact; bytes: Uint8Array<ArrayBuffer> }[] = [];
  for (const artifact of exported.artifacts) {
    artifacts.push({ artifact, bytes: await readVerified(root, artifact) });
  }
  return { exported, image: { ...array, shape: pixels.shape }, artifacts };
}

async function storeImage(
  transaction: DatasetContents,
  { exported, image, artifacts }: RestoredImage,
): Promise<void> {
  const { attributes } = exported;
  const { axes, summary } = attributes;
  const record = await transaction.addImage(image, {
    id: exported.imageId,
    chunks: exported.pixels.chunks,
    attributes,
    ...(Array.isArray(axes) && { axes: axes.map(String) }),
  });
  for (const { artifact, bytes } of artifacts) {
    await storeArtifact(record, artifact, bytes);
  }
  await record.updateAttributes({ summary: isSummary(summary) ? summary : {} });
}

async function storeArtifact(
  record: ReturnType<DatasetContents["record"]>,
  artifact: ExportedArtifact,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  switch (artifact.kind) {
    case "json":
      await record.saveJsonBytes(artifact.name, bytes);
      return;
    case "parquet":
      await record.saveParquet(artifact.name, await tableOf(artifact, bytes), { schema: artifact.schema });
      return;
    case "csv.gz":
      await record.saveTabularBytes(artifact.name, "csv.gz", bytes);
      return;
    case "array": {
      const { axes, chunks, attributes } = artifact;
      await record.saveArrayArtifact(artifact.name, readNpy(bytes), { axes, chunks, attributes });
      return;
    }
    case "attachment":
      await record.saveAttachment(artifact.name, bytes);
      return;
    default:
      artifact satisfies never;
  }
}

async function restoreTables(
  dataset: ZarrDataset,
  root: string,
  tables: readonly ExportedTable[],
  restoredIds: ReadonlySet<string | undefined>,
  options: IngestFolderOptions,
): Promise<void> {
  if (restoredIds.size === 0) {
    return;
  }
  const contents = new Map<ExportedTable, Table>();
  for (const table of tables) {
    contents.set(table, await tableOf(table, await readVerified(root, table)));
  }
  await dataset.transaction(
    async (transaction) => {
      const present = new Set(await transaction.listTableNames());
      for (const [{ name, schema }, table] of contents) {
        if (name === "sources") {
          await restoreSources(transaction, table);
        } else if (present.has(name)) {
          await transaction.replaceRowsForImageIds(name, rowsOfImages(table, restoredIds), { schema });
        } else {
          await transaction.saveTable(name, table, { schema });
        }
      }
    },
    { message: `restore ${tables.length} tables`, signal: options.signal },
  );
}

/** The rows of files that the ledger does not have yet. */
async function restoreSources(transaction: DatasetContents, table: Table): Promise<void> {
  const keyOf = (row: SourceRow): string =>
    `${row.image_id} ${row.source_sha256 ?? ""} ${row.source_primary_path}`;
  const known = await transaction.loadSourcesIndex();
  const present = new Set(known.map(keyOf));
  const rows = Array.from(rowsOf(table), parseSourceRow);
  await transaction.appendSources(
    rows.filter((row) => !present.has(keyOf(row))),
    { again: known },
  );
}

/** Per restored image its rows; the rows of the others are somebody else's business. */
function rowsOfImages(table: Table, imageIds: ReadonlySet<string | undefined>): ReadonlyMap<string, Table> {
  const ids = columnOf(table, "image_id").map(String);
  const wanted = [...new Set(ids)].filter((id) => imageIds.has(id));
  return new Map(wanted.map((id) => [id, filterRows(table, (row) => ids[row] === id)]));
}

async function tableOf(
  exported: Pick<ExportedTable, "path" | "schema" | "format">,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Table> {
  if (exported.format === "parquet") {
    return decodeParquet(bytes, { where: exported.path });
  }
  const { columns, rowCount } = readCsv(bytes, { schema: exported.schema });
  return tableFromColumns(exported.schema, columns, rowCount);
}

async function readVerified(root: string, file: ExportedFile): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(join(root, file.path)));
  } catch (cause) {
    throw new LegacyIoError("io", `cannot read ${file.path}: ${systemErrorCode(cause)}`, {
      path: file.path,
      cause,
    });
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== file.sha256) {
    throw new LegacyIoError("integrity", `${file.path} was changed since it was exported`, {
      path: file.path,
      expected: file.sha256,
      found,
    });
  }
  return bytes;
}

function isSummary(value: unknown): value is Summary {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
