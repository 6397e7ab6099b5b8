// Reads and verifies an exported OME-Zarr image with its folder `kym/`, and finds what other programs changed in it since.

import type { NdArray } from "@kym/zarr-store";
import { itemSizeBytes, ndArrayBytes } from "@kym/zarr-store/array";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { EXPORT_MARKER } from "../../export/export-marker.ts";
import { decodeKymManifest, KYM_MANIFEST, type KymManifest } from "../../export/ngff/kym-manifest.ts";
import { KYM_FOLDER } from "../../export/ngff/kym-paths.ts";
import { inverseOrder, reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { arrayMetadata } from "../ngff/open-zarr-image.ts";
import { readZarrArray } from "../ngff/read-zarr-image.ts";
import type { ZarrFiles } from "../ngff/zarr-files.ts";

/** An exported image, read and verified. */
export interface KymImage {
  readonly manifest: KymManifest;
  /** The objects of the dataset besides the pixels, by their keys below `images/<id>/`. */
  readonly objects: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** The chunks of the pixels by their keys; undefined if they are not those that were exported. */
  readonly chunks: ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined;
  /** The pixels as they are now, in the order of the dataset's axes. */
  readonly image: NdArray;
  readonly pixelsSha256: string;
  /** Paths outside of `kym/` that are not as they were exported, sorted: changed, new and gone. */
  readonly changed: readonly string[];
}

const MAX_MANIFEST_BYTES = 64 * 2 ** 20;
const MAX_OBJECT_BYTES = 2 ** 31;

/**
 * Reads the list of an exported image; undefined without `kym/`.
 * @throws {LegacyIoError} `invalid_file`, `invalid_name`, `not_supported`, `io`
 */
export async function readKymManifest(files: ZarrFiles): Promise<KymManifest | undefined> {
  const bytes = await files.read(KYM_MANIFEST, MAX_MANIFEST_BYTES);
  try {
    return bytes && decodeKymManifest(bytes);
  } catch (cause) {
    if (isZarrStoreError(cause)) {
      throw new LegacyIoError("invalid_file", cause.message, { path: KYM_MANIFEST, cause });
    }
    throw cause;
  }
}

/**
 * Reads an exported image whole.
 * @throws {LegacyIoError} `integrity` for a file of `kym/` that was changed since the export; `invalid_file`, `not_supported`, `io`
 */
export async function readKymImage(
  files: ZarrFiles,
  manifest: KymManifest,
  maxDecodedBytes: number,
  signal: AbortSignal | undefined,
): Promise<KymImage> {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { path, sha256, key } of manifest.files) {
    const bytes = await files.read(path, MAX_OBJECT_BYTES);
    const found = bytes && sha256Of(bytes);
    if (bytes === undefined || found !== sha256) {
      const what = bytes === undefined ? "is gone" : "was changed";
      throw new LegacyIoError("integrity", `${path} ${what} since it was exported`, {
        path,
        expected: sha256,
        found,
      });
    }
    objects.set(key, bytes);
  }
  const changed = await changedFiles(files, manifest, signal);
  const { pixels } = manifest;
  const isTouched = changed.some((path) => path.startsWith(`${pixels.array}/`));
  const array = await readPixels(files, manifest, maxDecodedBytes, signal);
  const image = inOrder(array, pixels.shape, pixels.axisOrder);
  const pixelsSha256 = sha256Of(ndArrayBytes(image));
  const chunks = isTouched || pixels.encodedAnew ? undefined : await chunksOf(files, manifest);
  return { manifest, objects, chunks, image, pixelsSha256, changed };
}

/** Compares every file outside of `kym/` with the list. */
async function changedFiles(
  files: ZarrFiles,
  { foreign }: KymManifest,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const listed = new Map((await files.list([KYM_FOLDER], signal)).map((file) => [file.path, file]));
  const known = new Map(foreign.map(({ path, sha256 }) => [path, sha256]));
  const changed: string[] = [];
  for (const [path, sha256] of known) {
    const bytes = listed.has(path) ? await files.read(path, MAX_OBJECT_BYTES) : undefined;
    if (bytes === undefined || sha256Of(bytes) !== sha256) {
      changed.push(path);
    }
  }
  const added = [...listed.keys()].filter((path) => !known.has(path) && path !== EXPORT_MARKER);
  return [...changed, ...added].sort();
}

async function readPixels(
  files: ZarrFiles,
  { pixels }: KymManifest,
  maxDecodedBytes: number,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const { array: path, dtype, shape, axisOrder } = pixels;
  const metadata = await arrayMetadata(files, path);
  const expected = axisOrder.map((axis) => shape[axis] ?? 1);
  if (metadata.dtype !== dtype || String(metadata.shape) !== String(expected)) {
    throw new LegacyIoError(
      "invalid_file",
      `${path}: expected the array of ${dtype} [${expected}] that was exported, found ${metadata.dtype} [${metadata.shape}]`,
      { path, expected: [dtype, ...expected], found: [metadata.dtype, ...metadata.shape] },
    );
  }
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  if (sizeBytes > maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${path}: pixels of ${sizeBytes} bytes are beyond the limit maxDecodedBytes of ${maxDecodedBytes}`,
      { path, expected: maxDecodedBytes, found: sizeBytes },
    );
  }
  const there = (await files.list([KYM_FOLDER], signal)).filter((file) => file.path.startsWith(`${path}/`));
  const read = { path, metadata, sizeBytes, there: there.length };
  return (await readZarrArray(files, read, signal)).stored;
}

function inOrder(array: NdArray, shape: readonly number[], order: readonly number[]): NdArray {
  return { ...reorderAxes(array, inverseOrder(order)), shape };
}

async function chunksOf(
  files: ZarrFiles,
  { pixels }: KymManifest,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined> {
  const chunks = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { path, sha256, key } of pixels.chunks) {
    const bytes = await files.read(path, MAX_OBJECT_BYTES);
    if (bytes === undefined || sha256Of(bytes) !== sha256) {
      return undefined;
    }
    chunks.set(key, bytes);
  }
  return chunks;
}
