import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ImageSource } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { acquisitionOfImage } from "../../folder/sidecars-of-image.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { FolderListing } from "../files/folder-listing.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { SidecarArtifactStore } from "./sidecar-artifact-store.ts";
import { withStoreErrors } from "./store-errors.ts";
import { TiffPixelStore, type TiffPixelStoreOptions } from "./tiff-pixel-store.ts";

export interface OpenTiffOptions {
  /** Formats of sidecars besides the built-in ones. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  /** Compressions of your own: they come before those that are always read. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A TIFF with the files beside it as an image: `AcqImage.from` takes it. The other channels of an acquisition that has a
 * TIFF a channel (`_C001T001`, `_C002T001`) are channels of it, whichever of the files is named. Reads names, no content.
 * Errors, `ZarrStoreError`: `not_found`, `invalid_argument` for a name that is no TIFF's and for `formats`, `io`, `aborted`.
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
    const names = await namesBeside(file);
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

/** The stores of one acquisition, by the absolute path of its first channel, with those of the others in the options. */
export function imageSource(
  path: string,
  { formats, ...options }: ImageSourceOptions,
  listing?: FolderListing,
): ImageSource {
  const pixelStore = new TiffPixelStore(path, options);
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
