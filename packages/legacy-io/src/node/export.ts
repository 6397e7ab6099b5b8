import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import {
  isZarrStoreError,
  SOURCES_SCHEMA,
  schemaOfTable,
  type TableSchema,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { fileNameOfArtifact } from "../artifact-file-name.ts";
import { canWriteCsv, writeCsv } from "../csv-write.ts";
import { LegacyIoError, throwIfAborted } from "../errors.ts";
import {
  EXPORT_MANIFEST,
  type ExportedArtifact,
  type ExportedFile,
  type ExportedImage,
  type ExportedTable,
  encodeExportManifest,
} from "../export-manifest.ts";
import { type LineScanCalibration, lineScanCalibration } from "../image-metadata.ts";
import { writeNpy } from "../npy.ts";
import { canWriteImageJTiff, writeImageJTiff } from "../tiff/write-imagej.ts";
import { systemErrorCode } from "./file-source.ts";

export interface ExportFolderOptions {
  /** Write pixels. Default true; without them the folder cannot be taken in again. */
  readonly includeTiff?: boolean | undefined;
  /** Write the pooled tables. Default true. */
  readonly includeTables?: boolean | undefined;
  /** Replace a folder that an earlier export wrote. Default false. */
  readonly overwrite?: boolean | undefined;
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportReport {
  readonly folder: string;
  readonly images: number;
  readonly tables: number;
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * Writes everything as files that other programs open: TIFF, JSON, CSV and NPY in the layout of ticket 13, and an
 * `export.json` from which {@link ingestLegacyFolder} restores the same dataset. The folder appears whole or not at all.
 * Errors: `already_exists` for a target that is there (with `overwrite`, for one that is no export), `io`, `aborted`,
 * and those of the dataset.
 */
export async function exportLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: ExportFolderOptions = {},
): Promise<ExportReport> {
  const target = resolve(folder);
  if (`${target}${sep}`.startsWith(`${resolve(dataset.location)}${sep}`)) {
    throw new LegacyIoError("invalid_argument", `${target} is inside the dataset ${dataset.location}`, {
      path: target,
    });
  }
  await assertMayWrite(target, options.overwrite ?? false);
  const staging = `${target}.partial-${crypto.randomUUID()}`;
  try {
    const writer = new ExportWriter(staging);
    const report = await dataset.readConsistently(() => writeAll(dataset, writer, options));
    await replaceFolder(staging, target);
    return { ...report, folder: target, files: writer.files, sizeBytes: writer.sizeBytes };
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Writes files below a folder and knows their hashes. */
class ExportWriter {
  readonly #root: string;
  files = 0;
  sizeBytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async begin(): Promise<void> {
    try {
      await rm(this.#root, { recursive: true, force: true });
      await mkdir(this.#root, { recursive: true });
    } catch (cause) {
      const found = systemErrorCode(cause);
      throw new LegacyIoError("io", `cannot make ${this.#root}: ${found}`, {
        path: this.#root,
        found,
        cause,
      });
    }
    this.files = 0;
    this.sizeBytes = 0;
  }

  async write(path: string, bytes: Uint8Array): Promise<ExportedFile> {
    const file = join(this.#root, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: "wx" });
    } catch (cause) {
      const found = systemErrorCode(cause);
      throw new LegacyIoError("io", `cannot write ${file}: ${found}`, { path: file, found, cause });
    }
    this.files++;
    this.sizeBytes += bytes.length;
    return { path, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
}

async function writeAll(
  dataset: ZarrDataset,
  writer: ExportWriter,
  options: ExportFolderOptions,
): Promise<{ readonly images: number; readonly tables: number }> {
  await writer.begin();
  const ids = await dataset.listImageIds();
  const images: ExportedImage[] = [];
  for (const imageId of ids) {
    throwIfAborted(options.signal);
    images.push(await exportImage(dataset, imageId, writer, options.includeTiff ?? true));
    options.onEvent?.({ imageId, done: images.length, total: ids.length });
  }
  const tables: ExportedTable[] = [];
  for (const name of options.includeTables === false ? [] : await dataset.listTableNames()) {
    throwIfAborted(options.signal);
    tables.push(await exportTable(dataset, name, writer));
  }
  if (options.includeTiff !== false) {
    await writer.write(EXPORT_MANIFEST, encodeExportManifest({ images, tables }));
  }
  return { images: images.length, tables: tables.length };
}

async function exportImage(
  dataset: ZarrDataset,
  imageId: string,
  writer: ExportWriter,
  includePixels: boolean,
): Promise<ExportedImage> {
  const record = dataset.record(imageId);
  const folder = `images/${imageId}`;
  const attributes = await record.attributes();
  const { shape, dtype, chunkShape } = await record.openArray();
  const axes = await record.getAxes();
  const format = canWriteImageJTiff(dtype, shape) ? "tif" : "npy";
  const path = `${folder}/image.${format}`;
  let pixels: ExportedFile = { path, sha256: "" };
  if (includePixels) {
    const image = await record.loadArray();
    const calibration = await calibrationOf(record);
    pixels = await writer.write(
      path,
      format === "tif" ? writeImageJTiff(image, { axes, ...calibration }) : writeNpy(image),
    );
  }
  return {
    imageId,
    attributes,
    pixels: { ...pixels, format, dtype, shape, chunks: chunkShape },
    artifacts: await exportArtifacts(dataset, imageId, folder, writer),
    objects: Object.fromEntries(await record.objectHashes()),
  };
}

/** Fiji shows µm and seconds; an image that is not calibrated, or whose metadata cannot be read, has pixels. */
async function calibrationOf(record: ZarrImageRecord): Promise<LineScanCalibration | undefined> {
  try {
    return lineScanCalibration(await record.loadJson("metadata"));
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

async function exportArtifacts(
  dataset: ZarrDataset,
  imageId: string,
  folder: string,
  writer: ExportWriter,
): Promise<readonly ExportedArtifact[]> {
  const record = dataset.record(imageId);
  const names = await record.listArtifacts();
  const artifacts: ExportedArtifact[] = [];
  for (const name of names.json) {
    const { text } = await record.loadJsonText(name);
    const file = await writer.write(
      `${folder}/${fileNameOfArtifact(name)}.json`,
      new TextEncoder().encode(text),
    );
    artifacts.push({ ...file, kind: "json", name });
  }
  for (const name of names.parquet) {
    const table = await record.loadParquet(name);
    const schema = schemaOfTable(table);
    const format = canWriteCsv(table, schema) ? "csv" : "parquet";
    const bytes = format === "csv" ? writeCsv(table, schema) : await record.loadTabularBytes(name, "parquet");
    const file = await writer.write(`${folder}/${fileNameOfArtifact(name)}.${format}`, bytes);
    artifacts.push({ ...file, kind: "parquet", name, schema, format });
  }
  for (const name of names["csv.gz"]) {
    const bytes = await record.loadTabularBytes(name, "csv.gz");
    artifacts.push({
      ...(await writer.write(`${folder}/${fileNameOfArtifact(name)}.csv.gz`, bytes)),
      kind: "csv.gz",
      name,
    });
  }
  for (const name of await record.listArrayArtifacts()) {
    const { chunkShape, dimensionNames, attributes } = await record.openArrayArtifact(name);
    const array = await record.loadArrayArtifact(name);
    const file = await writer.write(
      `${folder}/array_artifacts/${fileNameOfArtifact(name)}.npy`,
      writeNpy(array),
    );
    const axes = (dimensionNames ?? []).map((axis, index) => axis ?? `a${index}`);
    artifacts.push({ ...file, kind: "array", name, axes, chunks: chunkShape, attributes });
  }
  for (const name of await record.listAttachments()) {
    const file = await writer.write(`${folder}/attachments/${name}`, await record.loadAttachment(name));
    artifacts.push({ ...file, kind: "attachment", name });
  }
  return artifacts;
}

async function exportTable(dataset: ZarrDataset, name: string, writer: ExportWriter): Promise<ExportedTable> {
  const table = await dataset.loadTable(name);
  const schema: TableSchema = name === "sources" ? SOURCES_SCHEMA : schemaOfTable(table);
  const format = canWriteCsv(table, schema) ? "csv" : "parquet";
  const bytes = format === "csv" ? writeCsv(table, schema) : await dataset.loadTableBytes(name);
  return { ...(await writer.write(`tables/${name}.${format}`, bytes)), name, schema, format };
}

async function assertMayWrite(target: string, overwrite: boolean): Promise<void> {
  if (!(await exists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} is there already`, { path: target });
  }
  if (!(await exists(join(target, EXPORT_MANIFEST)))) {
    throw new LegacyIoError("already_exists", `${target} is no export of ours and is not replaced`, {
      path: target,
    });
  }
}

async function replaceFolder(staging: string, target: string): Promise<void> {
  const old = `${staging}-old`;
  try {
    if (await exists(target)) {
      await rename(target, old);
    }
    await rename(staging, target);
    await rm(old, { recursive: true, force: true });
  } catch (cause) {
    throw new LegacyIoError("io", `cannot put ${target} in place: ${systemErrorCode(cause)}`, {
      path: target,
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      return false;
    }
    throw new LegacyIoError("io", `cannot look at ${path}: ${systemErrorCode(error)}`, {
      path,
      cause: error,
    });
  }
}
