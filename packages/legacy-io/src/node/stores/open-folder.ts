import { dirname, resolve } from "node:path";
import type { ImageSource } from "@kym/zarr-store";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { FolderListing } from "../files/folder-listing.ts";
import { type ScanFolderOptions, scanFolder } from "../scan/scan-folder.ts";
import { imageSource } from "./open-tiff.ts";
import { withStoreErrors } from "./store-errors.ts";

export interface OpenFolderOptions extends ScanFolderOptions {
  /** Compressions of TIFFs of your own: they come before those that are always read. */
  readonly codecs?: readonly TiffCodec[] | undefined;
}

/**
 * All images below a folder, in the order of their paths, each with its sidecars: `AcqImageList.from` takes it. Reads
 * names alone, whatever the files hold; one that cannot be read says so when it is asked.
 * Errors, `ZarrStoreError`: `not_found`, `invalid_argument` (no folder; a bad pattern), `io`, `aborted`.
 *
 * @example
 * const images = AcqImageList.from(openFolder("lab"));
 */
export async function* openFolder(
  path: string,
  options: OpenFolderOptions = {},
): AsyncGenerator<ImageSource> {
  const { bundles } = await withStoreErrors(() => scanFolder(path, options));
  const formats = sidecarFormats(options.formats);
  // The images of a folder share the names in it: else each of thousands would list them all.
  const listings = new Map<string, FolderListing>();
  for (const { image, otherChannels } of bundles) {
    const file = resolve(path, image.relPath);
    const folder = dirname(file);
    const listing = listings.get(folder) ?? new FolderListing(folder);
    listings.set(folder, listing);
    yield imageSource(
      file,
      {
        otherChannels: otherChannels.map(({ relPath }) => resolve(path, relPath)),
        codecs: options.codecs,
        formats,
      },
      listing,
    );
  }
}
