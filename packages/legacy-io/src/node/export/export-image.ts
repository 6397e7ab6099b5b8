// Writes the pixels, artifacts and tables of a dataset as files of a lossless export.

import { ARTIFACTS } from "@kym/kym-schema";
import {
  type ArrayMetadata,
  isZarrStoreError,
  type NdArray,
  SOURCES_SCHEMA,
  type TableSchema,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import {
  columnOf,
  encodeParquet,
  filterRows,
  schemaOfTable,
  writeCsvIfPossible,
} from "@kym/zarr-store/table";
import { loadArrow, tableFromRows } from "@kym/zarr-store/table/lazy";
import { loadOriginals } from "../../content/recordings/originals.ts";
import { stepsToWrite } from "../../content/steps-to-write.ts";
import { isLegacyIoError } from "../../errors.ts";
import type {
  ChunkKeySeparator,
  ExportedArtifact,
  ExportedFile,
  ExportedImage,
  ExportedTable,
} from "../../export/export-manifest.ts";
import type {
  ImageInventory,
  PlannedArtifact,
  PlannedImage,
  PlannedTable,
} from "../../export/plan-export.ts";
import { writeNpy } from "../../formats/npy.ts";
import { isTurned } from "../../tiff/axes/image-layout.ts";
import { reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { rememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import { type WriteImageJTiffOptions, writeImageJTiff } from "../../tiff/write/write-imagej.ts";
import { imageJAxes } from "../../tiff/write/written-axes.ts";
import { imageJMetadataOf } from "./imagej-metadata-of.ts";
import type { ExportSink } from "./staged-folder.ts";

type Table = Awaited<ReturnType<ZarrDataset["loadTable"]>>;

const IMAGE_ID = "image_id";
/** The table of the source files. */
const SOURCES = "sources";

/** Collects the facts about an image that `planExport` needs. Reads names and headers only. */
export async function inventoryOf(record: ZarrImageRecord): Promise<ImageInventory> {
  const { dtype, shape } = await record.openArray();
  const arrays: ImageInventory["arrays"][number][] = [];
  for (const name of await record.listArrayArtifacts()) {
    const array = await record.arrays.open(name);
    arrays.push({ name, dtype: array.dtype, shape: array.shape });
  }
  const { fileAxes } = rememberedTiff(await record.attributes(), shape.length);
  return {
    imageId: record.id,
    dtype,
    shape,
    axes: await record.getAxes(),
    fileAxes,
    json: await record.json.list(),
    parquet: await record.tables.list({ format: "parquet" }),
    csvGz: await record.tables.list({ format: "csv.gz" }),
    arrays,
    attachments: await record.listAttachments(),
    originals: new Map((await loadOriginals(record)).map(({ attachment, path }) => [attachment, path])),
  };
}

/**
 * Writes the files of one image, and returns its entry for `export.json`. `onLeftOut` is called with the path of each
 * attachment that the sink refuses.
 */
export async function exportImage(
  record: ZarrImageRecord,
  plan: PlannedImage,
  sink: ExportSink,
  onLeftOut: (path: string) => unknown = () => undefined,
): Promise<ExportedImage> {
  const artifacts: ExportedArtifact[] = [];
  for (const artifact of plan.artifacts) {
    const exported = await exportArtifact(record, artifact, sink);
    if (exported === undefined) {
      onLeftOut(artifact.path);
    } else {
      artifacts.push(exported);
    }
  }
  return {
    imageId: plan.imageId,
    attributes: await record.attributes(),
    pixels: await exportPixels(record, plan, sink),
    artifacts,
    objects: Object.fromEntries(await record.objectHashes()),
  };
}

async function exportPixels(
  record: ZarrImageRecord,
  { pixels }: PlannedImage,
  sink: ExportSink,
): Promise<ExportedImage["pixels"]> {
  const { dtype, shape, chunkShape: chunks, ...array } = await record.openArray();
  // In Zarr v2 they are those of the image's group.
  const attributes = array.zarrFormat === 3 ? array.attributes : {};
  const described = { dtype, shape, chunks, attributes, chunkKeySeparator: separatorOf(array) };
  if (pixels === undefined) {
    return { path: "none", sha256: "", format: "npy", ...described };
  }
  const image = await record.loadArray();
  const { written, format, path } = pixels;
  const axes = await record.getAxes();
  const steps =
    format === "tif"
      ? { ...(await displayRangeOf(record, image)), ...(await writtenSteps(record, axes)) }
      : {};
  const bytes =
    format === "npy"
      ? writeNpy(image)
      : written === undefined
        ? writeImageJTiff(image, { axes, imageJMetadata: await imageJMetadataOf(record, sink), ...steps })
        : writeImageJTiff(reorderAxes(image, written.from), {
            axes: written.axes,
            imageJMetadata: await imageJMetadataOf(record, sink, isTurned(written.axes)),
            ...steps,
          });
  const file = await sink.write(path, bytes);
  return {
    ...file,
    format,
    ...described,
    ...(written && { axisOrder: withLeftOut(written.from, shape.length) }),
  };
}

/** With the axes of length 1 that a file leaves out. */
function withLeftOut(from: readonly number[], rank: number): readonly number[] {
  const leftOut = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !from.includes(axis));
  return [...leftOut, ...from];
}

export type ImageJBytes =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly reason: undefined }
  | { readonly bytes: undefined; readonly reason: string };

/**
 * Encodes pixels as a TIFF for ImageJ, with the steps from the image's metadata, or says why that is impossible.
 * `image` has the axes of the record from `firstAxis` on. With a sink, the TIFF also has the ROIs of the image, and what ImageJ
 * kept in its own TIFF.
 */
export async function pixelsForImageJ(
  record: ZarrImageRecord,
  image: NdArray,
  { firstAxis = 0, sink }: { readonly firstAxis?: number; readonly sink?: ExportSink } = {},
): Promise<ImageJBytes> {
  const all = await record.getAxes();
  const axes = all?.slice(firstAxis);
  const steps = await writtenSteps(record, all);
  const written =
    axes === undefined || axes.length !== image.shape.length ? undefined : imageJAxes(axes, image.shape);
  if (axes !== undefined && written === undefined) {
    return {
      bytes: undefined,
      reason: `ImageJ has no place for the axes ${axes.join(", ")} of an image: it is not written`,
    };
  }
  const imageJMetadata = sink && (await imageJMetadataOf(record, sink));
  const options = { imageJMetadata, ...(await displayRangeOf(record, image)), ...steps };
  return unlessNotSupported(() =>
    written === undefined
      ? writeImageJTiff(image, options)
      : writeImageJTiff(reorderAxes(image, written.from), { axes: written.axes, ...options }),
  );
}

/** Reads the steps that Fiji shows. Empty if the image is not calibrated or its metadata cannot be read. */
async function writtenSteps(
  record: ZarrImageRecord,
  axes: readonly string[] | undefined,
): Promise<Omit<WriteImageJTiffOptions, "axes" | "imageJMetadata">> {
  try {
    return stepsToWrite(await record.loadJson(ARTIFACTS.metadata), axes);
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return {};
    }
    throw error;
  }
}

/** The display range of its own TIFF, if the image still has values of this type. */
async function displayRangeOf(
  record: ZarrImageRecord,
  { dtype, shape }: Pick<NdArray, "dtype" | "shape">,
): Promise<Pick<WriteImageJTiffOptions, "displayRange">> {
  const { displayRange } = rememberedTiff(await record.attributes(), shape.length);
  return displayRange === undefined || dtype === "bool" ? {} : { displayRange };
}

async function exportArtifact(
  record: ZarrImageRecord,
  artifact: PlannedArtifact,
  sink: ExportSink,
): Promise<ExportedArtifact | undefined> {
  const { name, path } = artifact;
  switch (artifact.kind) {
    case "json": {
      const { text } = await record.loadJsonText(name);
      return { ...(await sink.write(path, new TextEncoder().encode(text))), kind: "json", name };
    }
    case "parquet": {
      const table = await record.loadParquet(name);
      const schema = schemaOfTable(table);
      const csv = writeCsvIfPossible(table, schema);
      const format = csv === undefined ? "parquet" : "csv";
      const file =
        csv === undefined
          ? await sink.write(artifact.otherwisePath, await record.tables.loadBytes(name, "parquet"))
          : await sink.write(path, csv);
      return { ...file, kind: "parquet", name, schema, format };
    }
    case "csv.gz":
      return {
        ...(await sink.write(path, await record.tables.loadBytes(name, "csv.gz"))),
        kind: "csv.gz",
        name,
      };
    case "array":
      return exportArray(record, artifact, sink);
    case "attachment": {
      const bytes = await record.loadAttachment(name);
      return sink.canWriteAttachment?.(bytes) === false
        ? undefined
        : { ...(await sink.write(path, bytes)), kind: "attachment", name };
    }
    default:
      return artifact satisfies never;
  }
}

async function exportArray(
  record: ZarrImageRecord,
  { name, path, tifPath }: Extract<PlannedArtifact, { readonly kind: "array" }>,
  sink: ExportSink,
): Promise<ExportedArtifact> {
  const metadata = await record.arrays.open(name);
  const { chunkShape: chunks, dimensionNames, attributes } = metadata;
  const array = await record.loadArrayArtifact(name);
  const file = await sink.write(path, writeNpy(array));
  const shown = tifPath === undefined ? undefined : arrayForImageJ(array);
  const tif: ExportedFile | undefined =
    tifPath === undefined || shown === undefined ? undefined : await sink.write(tifPath, shown);
  const axes = (dimensionNames ?? []).map((axis, index) => axis ?? `a${index}`);
  const form = { axes, chunks, attributes, chunkKeySeparator: separatorOf(metadata) };
  return { ...file, kind: "array", name, ...form, ...(tif && { tif }) };
}

/** Only what a version of ours wrote with dots is restored with dots. */
function separatorOf(metadata: Pick<ArrayMetadata, "zarrFormat" | "chunkKeyEncoding">): ChunkKeySeparator {
  const { zarrFormat, chunkKeyEncoding } = metadata;
  return zarrFormat === 3 && chunkKeyEncoding.name === "default" ? chunkKeyEncoding.separator : "/";
}

/**
 * Encodes an array as a TIFF; masks become bytes of 0 and 255, as ImageJ expects. Returns undefined if ImageJ cannot
 * represent a value.
 */
export function arrayForImageJ(array: NdArray): Uint8Array<ArrayBuffer> | undefined {
  const mask = (): NdArray => ({
    dtype: "uint8",
    shape: array.shape,
    data: ndArrayBytes(array).map((value) => (value === 0 ? 0 : 255)),
  });
  return unlessNotSupported(() => writeImageJTiff(array.dtype === "bool" ? mask() : array)).bytes;
}

/** Returns the bytes, or the reason why a TIFF cannot hold them. */
function unlessNotSupported(write: () => Uint8Array<ArrayBuffer>): ImageJBytes {
  try {
    return { bytes: write(), reason: undefined };
  } catch (error) {
    if (isLegacyIoError(error, "not_supported")) {
      return { bytes: undefined, reason: error.message };
    }
    throw error;
  }
}

/** True if the rows of a table belong to images. */
function hasImageIds({ columns }: TableSchema): boolean {
  return columns.some(({ name }) => name === IMAGE_ID);
}

/**
 * Writes a pooled table as CSV, or as Parquet if CSV cannot hold its values. With `imageIds`, only rows of these images
 * are written; a table without image ids is then written whole, or left out and undefined is returned.
 */
export async function exportTable(
  dataset: ZarrDataset,
  { name, path, otherwisePath }: PlannedTable,
  sink: ExportSink,
  imageIds?: ReadonlySet<string>,
  ifWithoutIds: "whole" | "left out" = "left out",
): Promise<ExportedTable | undefined> {
  const whole = await loadForExport(dataset, name);
  const schema = name === SOURCES ? SOURCES_SCHEMA : schemaOfTable(whole);
  const hasIds = hasImageIds(schema);
  if (imageIds !== undefined && !hasIds && ifWithoutIds === "left out") {
    return undefined;
  }
  const table = imageIds === undefined || !hasIds ? whole : rowsOfImages(whole, imageIds);
  const csv = writeCsvIfPossible(table, schema);
  const format = csv === undefined ? "parquet" : "csv";
  const file =
    csv !== undefined
      ? await sink.write(path, csv)
      : await sink.write(
          otherwisePath,
          table === whole ? await dataset.loadTableBytes(name) : await encodeParquet(table, { schema }),
        );
  return { ...file, name, schema, format };
}

/** A pooled table; that of the source files even if its file is lost, from what the images say. */
async function loadForExport(dataset: ZarrDataset, name: string): Promise<Table> {
  try {
    return await dataset.loadTable(name);
  } catch (error) {
    if (name !== SOURCES || !isZarrStoreError(error, "not_found", "modified_outside", "integrity")) {
      throw error;
    }
    const rows = await dataset.loadSourcesIndex();
    if (rows.length === 0) {
      throw error;
    }
    await loadArrow();
    return tableFromRows(
      rows.map((row) => ({ ...row })),
      SOURCES_SCHEMA,
    );
  }
}

function rowsOfImages(table: Table, imageIds: ReadonlySet<string>): Table {
  const ids = columnOf(table, IMAGE_ID);
  return filterRows(table, (row) => imageIds.has(String(ids[row])));
}
