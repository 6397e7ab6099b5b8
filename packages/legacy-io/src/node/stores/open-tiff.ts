// Opens one TIFF in place, with the files beside it, without an ingest.

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ImageSource } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { scanOfPath } from "../../folder/recordings/scan-name.ts";
import { acquisitionOfImage } from "../../folder/sidecars-of-image.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { FolderListing } from "../files/folder-listing.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { isRecordingPath, RecordingPixelStore } from "./recording-pixel-store.ts";
import { SidecarArtifactStore } from "./sidecar-artifact-store.ts";
import { withStoreErrors } from "./store-errors.ts";
import { TiffPixelStore, type TiffPixelStoreOptions } from "./tiff-pixel-store.ts";

export interface OpenTiffOptions {
  /** Formats of sidecars besides the built-in ones. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  /** Additional TIFF compressions. They take precedence over the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a TIFF and the files beside it as an image. Pass the result to `AcqImage.from`.
 *
 * If an acquisition has one TIFF per channel (`_C001T001`, `_C002T001`), all of them are opened as one image, whichever
 * of them is named. Reads only names at first.
 *
 * @throws ZarrStoreError `not_found`, `invalid_argument` if the name is not that of a TIFF or `formats` are bad,
 * `invalid_file` if it is not a regular file, `io`, `aborted`.
 *
 * @example
 * const image = AcqImage.from(await openTiff("lab/scan.tif"));
 */
export async function openTiff(path: string, options: OpenTiffOptions = {}): Promise<ImageSource> {
  return withStoreErrors(async () => {
    throwIfAborted(options.signal, LegacyIoError);
    const formats = sidecarFormats(options.formats);
    const file = resolve(path);
    const folder = dirname(file);
    const part = scanOfPath(file);
    const names = await namesBeside(part?.file ?? file);
    if (isRecordingPath(file)) {
      return imageSource(file, { formats });
    }
    const acquisition = acquisitionOfImage(basename(file), names);
    if (acquisition === undefined) {
      throw new LegacyIoError("invalid_argument", `${file} is not the name of a TIFF`, { path: file });
    }
    const [image, ...otherChannels] = acquisition.map((name) => join(folder, name));
    return imageSource(image ?? file, { otherChannels, codecs: options.codecs, formats });
  });
}

interface ImageSourceOptions extends TiffPixelStoreOptions {
  readonly formats: readonly SidecarFormat[];
}

/** Makes the stores of one acquisition. `path` is the absolute path of its first channel. */
export function imageSource(
  path: string,
  { formats, ...options }: ImageSourceOptions,
  listing?: FolderListing,
): ImageSource {
  const pixelStore = isRecordingPath(path)
    ? new RecordingPixelStore(path)
    : new TiffPixelStore(path, options);
  const artifactStore = new SidecarArtifactStore(path, pixelStore, listing, formats);
  return { sourceKey: path, pixelStore, artifactStore };
}

async function namesBeside(file: string): Promise<readonly string[]> {
  try {
    const { isFile } = await stat(file).then((status) => ({ isFile: status.isFile() }));
    if (!isFile) {
      throw new LegacyIoError("invalid_file", `${file} is not a regular file`, { path: file });
    }
    return await readdir(dirname(file));
  } catch (cause) {
    if (cause instanceof LegacyIoError) {
      throw cause;
    }
    const found = systemErrorCode(cause);
    const code = found === "ENOENT" || found === "ENOTDIR" ? "not_found" : "io";
    throw new LegacyIoError(code, `cannot open ${file}: ${found}`, { path: file, found, cause });
  }
}
