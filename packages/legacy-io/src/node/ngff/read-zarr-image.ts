// Reads an OME-Zarr image from its folder: pixels, hashes and what the documents say.

import type { NdArray } from "@kym/zarr-store";
import { type ArrayMetadata, itemSizeBytes, ndArrayBytes, readArray } from "@kym/zarr-store/array";
import { nodeRuntime } from "@kym/zarr-store/node";
import { isZarrStoreError, throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile } from "../../folder/bundle.ts";
import { type HashedFile, textOfFiles } from "../../ngff/files-hash.ts";
import { type ImageLayout, imageLayout } from "../../tiff/axes/image-layout.ts";
import { reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import { readStable, type StableRead } from "../files/read-stable.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { filesOfArchive } from "./archive-files.ts";
import { type OpenZarrImage, openZarrImage } from "./open-zarr-image.ts";
import { filesOfFolder, type ZarrFile, type ZarrFiles } from "./zarr-files.ts";

/** A folder whose files were hashed while nothing changed in it. */
export interface HashedZarr extends BundleFile {
  readonly sha256: string;
}

/** An image of a Zarr folder, whole in memory. */
export interface ZarrPixels {
  readonly file: HashedZarr;
  readonly image: NdArray;
  readonly pixelsSha256: string;
  readonly layout: ImageLayout;
  readonly opened: OpenZarrImage;
  /** Sentences for people. */
  readonly warnings: readonly string[];
}

export interface ReadZarrOptions {
  readonly maxDecodedBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The most bytes of a file that is only hashed or kept. */
const MAX_FILE_BYTES = 2 ** 31;
/** What a chunk may have beyond its decoded bytes: headers and checksums. */
const CHUNK_HEAD_BYTES = 2 ** 16;
/** An array of more bytes must have at least half of its chunks: its shape alone would fill the memory. */
const SPARSE_FROM_BYTES = 64 * 2 ** 20;
const HASHED_AT_ONCE = 8;

/** The files of a folder or of a part of an archive. */
export function filesOf({ path, archive }: Pick<BundleFile, "path" | "archive">): ZarrFiles {
  return archive === undefined ? filesOfFolder(path) : filesOfArchive(archive);
}

/**
 * Reads a file, also one in an archive. Throws as `readStable` and `filesOfArchive` do.
 */
export async function readAnyFile<F extends BundleFile>(
  file: F,
  signal: AbortSignal | undefined,
): Promise<StableRead<F>> {
  const { archive, relPath, path } = file;
  if (archive === undefined) {
    return readStable(file, signal);
  }
  const slash = archive.folder.lastIndexOf("/");
  const folder = archive.folder.slice(0, Math.max(0, slash));
  const bytes = await filesOfArchive({ path: archive.path, folder }).read(
    archive.folder.slice(slash + 1),
    MAX_FILE_BYTES,
  );
  if (bytes === undefined) {
    throw new LegacyIoError("io", `${relPath} is gone from its archive`, { path });
  }
  return { file: { ...file, sizeBytes: bytes.length, sha256: sha256Of(bytes) }, bytes };
}

/**
 * The hash of a folder over its files, see `textOfFiles`.
 * @throws {LegacyIoError} `io`, `invalid_file` for a link, `not_supported` for too many or too large files, `aborted`
 */
export async function hashZarr(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  return (await atRest(file, signal, async (files, listed) => hashAll(files, listed, signal))).value;
}

/**
 * Reads an image whole. If its files change meanwhile, it is read once more, then given up.
 * @throws {LegacyIoError} `invalid_file` or `not_supported`, naming what in the folder is wrong; `io`, `aborted`
 */
export async function readZarrPixels(
  file: BundleFile,
  { maxDecodedBytes = DEFAULT_TIFF_LIMITS.maxDecodedBytes, signal }: ReadZarrOptions = {},
): Promise<ZarrPixels> {
  const { value, listed } = await atRest(file, signal, async (files, now) => {
    const opened = await openZarrImage(files, maxDecodedBytes);
    const there = now.filter(({ path }) => path.startsWith(`${opened.ngff.path}/`)).length;
    const { stored, warnings } = await readZarrArray(
      files,
      { ...opened, path: opened.ngff.path, there },
      signal,
    );
    return { opened, stored, warnings, sha256: await hashAll(files, now, signal) };
  });
  const { opened, stored, warnings, sha256 } = value;
  const layout = imageLayout(opened.axes.said);
  const image = layout.isReordered
    ? reorderAxes({ ...stored, shape: opened.axes.said.shape }, layout.from)
    : { ...stored, shape: layout.shape };
  return {
    file: { ...file, ...totals(listed), sha256 },
    image,
    pixelsSha256: sha256Of(ndArrayBytes(image)),
    layout,
    opened,
    warnings: [...opened.axes.problems, ...warnings],
  };
}

/** Size and time of a folder as one file. */
export function totals(files: readonly ZarrFile[]): Pick<BundleFile, "sizeBytes" | "mtimeNs"> {
  let [sizeBytes, mtimeNs] = [0, 0n];
  for (const file of files) {
    sizeBytes += file.sizeBytes;
    if (file.mtimeNs > mtimeNs) {
      mtimeNs = file.mtimeNs;
    }
  }
  return { sizeBytes, mtimeNs };
}

/** Reads a folder; if its files are others afterwards, once more. */
async function atRest<T>(
  file: BundleFile,
  signal: AbortSignal | undefined,
  read: (files: ZarrFiles, listed: readonly ZarrFile[]) => Promise<T>,
): Promise<{ readonly value: T; readonly listed: readonly ZarrFile[] }> {
  const files = filesOf(file);
  const without = file.zarr?.without ?? [];
  for (let attempt = 1; ; attempt++) {
    const listed = await files.list(without, signal);
    try {
      const value = await read(files, listed);
      if (isSameListing(listed, await files.list(without, signal))) {
        return { value, listed };
      }
    } catch (error) {
      const isMoving = attempt === 1 && !isSameListing(listed, await files.list(without, signal));
      if (!isMoving || isLegacyIoError(error, "aborted")) {
        throw error;
      }
      continue;
    }
    if (attempt === 2) {
      throw new LegacyIoError("io", `${file.relPath} changed during two attempts to read it`, {
        path: file.path,
      });
    }
  }
}

function isSameListing(a: readonly ZarrFile[], b: readonly ZarrFile[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, sizeBytes, mtimeNs }, at) => {
      const other = b[at];
      return other?.path === path && other.sizeBytes === sizeBytes && other.mtimeNs === mtimeNs;
    })
  );
}

async function hashAll(
  files: ZarrFiles,
  listed: readonly ZarrFile[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const hashed: HashedFile[] = [];
  for (let start = 0; start < listed.length; start += HASHED_AT_ONCE) {
    throwIfAborted(signal, LegacyIoError);
    const some = listed.slice(start, start + HASHED_AT_ONCE);
    hashed.push(
      ...(await Promise.all(
        some.map(async ({ path }): Promise<HashedFile> => {
          const bytes = await files.read(path, MAX_FILE_BYTES);
          if (bytes === undefined) {
            throw new LegacyIoError("io", `${path} is gone`, { path });
          }
          return { path, sha256: sha256Of(bytes) };
        }),
      )),
    );
  }
  return sha256Of(new TextEncoder().encode(textOfFiles(hashed)));
}

const { zstd } = nodeRuntime();

/** An array of a folder. */
export interface ZarrArrayFiles {
  /** Below the folder. */
  readonly path: string;
  readonly metadata: ArrayMetadata;
  /** Decoded. */
  readonly sizeBytes: number;
  /** How many files lie there, its document among them. */
  readonly there: number;
}

/**
 * Reads an array whole. Chunks that are not there have the fill value, and a sentence says how many.
 * @throws {LegacyIoError} `invalid_file` for chunks that are damaged or of another array, and for an array without any, `io`, `aborted`
 */
export async function readZarrArray(
  files: ZarrFiles,
  { metadata, path: arrayPath, sizeBytes, there }: ZarrArrayFiles,
  signal: AbortSignal | undefined,
): Promise<{ readonly stored: NdArray; readonly warnings: readonly string[] }> {
  const { chunkShape, shape, dtype } = metadata;
  const chunkBytes = chunkShape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  const chunks = shape.reduce(
    (product, length, axis) => product * Math.ceil(length / (chunkShape[axis] ?? 1)),
    1,
  );
  // Its document is one of the files. What lies there besides only lets pass what is found out later.
  const most = Math.max(0, there - 1);
  if (most === 0 || (sizeBytes > SPARSE_FROM_BYTES && most < chunks / 2)) {
    throw new LegacyIoError(
      "invalid_file",
      `${arrayPath}: an array of the shape [${shape}] has ${chunks} chunks, and ${most} are there`,
      { expected: chunks, found: most },
    );
  }
  let missing = 0;
  const readChunk = async (key: string): Promise<Uint8Array | undefined> => {
    throwIfAborted(signal, LegacyIoError);
    const bytes = await files.read(`${arrayPath}/${key}`, 2 * chunkBytes + CHUNK_HEAD_BYTES);
    missing += bytes === undefined ? 1 : 0;
    return bytes;
  };
  try {
    const stored = await readArray(metadata, readChunk, {
      missingChunks: "fill",
      where: arrayPath,
      maxSizeBytes: sizeBytes,
      zstd,
      signal,
    });
    if (missing === chunks) {
      throw new LegacyIoError("invalid_file", `${arrayPath}: none of its ${chunks} chunks is there`, {
        expected: chunks,
      });
    }
    const are = missing === 1 ? "is" : "are";
    const text = `${missing} of ${chunks} chunks ${are} not there: filled with ${String(metadata.fillValue)}, as Zarr says`;
    return { stored, warnings: missing === 0 ? [] : [text] };
  } catch (cause) {
    if (isZarrStoreError(cause, "integrity", "invalid_argument", "not_supported", "invalid_metadata")) {
      throw new LegacyIoError("invalid_file", cause.message, { path: arrayPath, cause });
    }
    throw cause;
  }
}
