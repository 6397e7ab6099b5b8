// Reads and verifies the files of one exported image, and stores them.

import { join } from "node:path";
import type { DatasetContents, NdArray } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { isDerivedKey } from "@kym/zarr-store/layout";
import { decodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { LegacyIoError } from "../../errors.ts";
import {
  EXPORT_MANIFEST,
  type ExportedArtifact,
  type ExportedFile,
  type ExportedImage,
  type ExportedTable,
} from "../../export/export-manifest.ts";
import { readNpy } from "../../formats/npy.ts";
import { readSidecarCsv } from "../../formats/sidecar-csv.ts";
import { inverseOrder, reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { bytesSource } from "../../tiff/byte-source.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import { readTiff } from "../../tiff/read-tiff.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { overviewsOf, storeOverviews } from "../ingest/store-overviews.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import { nodeTiffCodecs } from "../tiff/tiff-codecs.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** An image of an export, read and verified. */
export interface RestoredImage {
  readonly exported: ExportedImage;
  readonly image: NdArray;
  readonly artifacts: readonly {
    readonly artifact: ExportedArtifact;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }[];
}

/**
 * Reads and verifies all files of an exported image.
 *
 * @throws LegacyIoError `integrity` for a file that was changed since the export, `invalid_file`, `io`.
 */
export async function readExportedImage(root: string, exported: ExportedImage): Promise<RestoredImage> {
  const { pixels } = exported;
  const image = await readPixels(root, pixels);
  const count = pixels.shape.reduce((product, size) => product * size, 1);
  if (image.dtype !== pixels.dtype || image.data.length !== count) {
    throw new LegacyIoError(
      "invalid_file",
      `${pixels.path} is not the image that ${EXPORT_MANIFEST} describes`,
      {
        path: pixels.path,
        expected: [pixels.dtype, ...pixels.shape],
        found: [image.dtype, ...image.shape],
      },
    );
  }
  const artifacts: { artifact: ExportedArtifact; bytes: Uint8Array<ArrayBuffer> }[] = [];
  for (const artifact of exported.artifacts) {
    artifacts.push({ artifact, bytes: await readVerified(root, artifact) });
  }
  const { shape, axisOrder } = pixels;
  return {
    exported,
    image: axisOrder === undefined ? { ...image, shape } : inOrder(image, shape, axisOrder),
    artifacts,
  };
}

/** Puts the axes of a file, axis `order[i]` of the image for axis `i`, into the order of the image. */
function inOrder(image: NdArray, shape: readonly number[], order: readonly number[]): NdArray {
  const stored = { ...image, shape: order.map((axis) => shape[axis] ?? 1) };
  return reorderAxes(stored, inverseOrder(order));
}

/**
 * Reads the pixels with limits that fit the image. The default limits are for unknown files and would refuse some large
 * images; here the hash shows that the file is what a dataset wrote.
 */
async function readPixels(root: string, pixels: ExportedImage["pixels"]): Promise<NdArray> {
  const bytes = await readVerified(root, pixels);
  if (pixels.format === "npy") {
    return readNpy(bytes);
  }
  const maxDecodedBytes = pixels.shape.reduce((product, size) => product * size, itemSizeBytes(pixels.dtype));
  const limits = {
    maxDecodedBytes,
    maxMemoryBytes: maxDecodedBytes + DEFAULT_TIFF_LIMITS.maxMemoryBytes + bytes.length,
    maxDecodeMs: Number.POSITIVE_INFINITY,
    // Which of the axes lie in pages of their own depends on the order in which the file has them.
    maxIfds: pixels.shape.reduce((product, size) => product * size, 1),
  };
  return (await readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs, limits })).image;
}

/** Stores an exported image within a transaction, with its original id, chunks and attributes. */
export async function storeExportedImage(
  transaction: DatasetContents,
  { exported, image, artifacts }: RestoredImage,
): Promise<void> {
  const { attributes } = exported;
  const { axes, created_utc, summary } = attributes;
  const record = await transaction.addImage(image, {
    id: exported.imageId,
    chunks: exported.pixels.chunks,
    arrayAttributes: exported.pixels.attributes,
    chunkKeySeparator: exported.pixels.chunkKeySeparator,
    attributes,
    ...(Array.isArray(axes) && { axes: axes.map(String) }),
  });
  for (const { artifact, bytes } of artifacts) {
    await storeArtifact(record, artifact, bytes);
  }
  if (Object.keys(exported.objects).some(isDerivedKey)) {
    const overviews = overviewsOf(image, (await record.getAxes()) ?? []);
    await storeOverviews(record, await record.objectHashes(), overviews);
  }
  // Attributes that the dataset has just set by itself get their exported value back, or are removed.
  await record.updateAttributes({ axes, created_utc, summary });
}

async function storeArtifact(
  record: ReturnType<DatasetContents["record"]>,
  artifact: ExportedArtifact,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  switch (artifact.kind) {
    case "json":
      await record.json.saveBytes(artifact.name, bytes);
      return;
    case "parquet":
      await record.saveParquet(artifact.name, await tableOfExport(artifact, bytes), {
        schema: artifact.schema,
      });
      return;
    case "csv.gz":
      await record.tables.saveBytes(artifact.name, "csv.gz", bytes);
      return;
    case "array": {
      const { name, axes, chunks, attributes, chunkKeySeparator } = artifact;
      await record.saveArrayArtifact(name, readNpy(bytes), {
        ...{ axes, chunks, attributes, chunkKeySeparator },
        exactAxes: true,
      });
      return;
    }
    case "attachment":
      await record.saveAttachment(artifact.name, bytes);
      return;
    default:
      artifact satisfies never;
  }
}

/** Reads a table of an export from CSV or Parquet. */
export async function tableOfExport(
  exported: Pick<ExportedTable, "path" | "schema" | "format">,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Table> {
  if (exported.format === "parquet") {
    return decodeParquet(bytes, { where: exported.path });
  }
  const { columns, rowCount } = readSidecarCsv(bytes, { schema: exported.schema, where: exported.path });
  return tableFromColumns(exported.schema, columns, rowCount);
}

/** Reads a file of an export and verifies its hash. */
export async function readVerified(root: string, file: ExportedFile): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readRegularFile(join(root, file.path));
  } catch (cause) {
    throw new LegacyIoError("io", `cannot read ${file.path}: ${systemErrorCode(cause)}`, {
      path: file.path,
      cause,
    });
  }
  const found = sha256Of(bytes);
  if (found !== file.sha256) {
    throw new LegacyIoError("integrity", `${file.path} was changed since it was exported`, {
      path: file.path,
      expected: file.sha256,
      found,
    });
  }
  return bytes;
}
