// Opens every image of a folder in place, without an ingest.

import { dirname, resolve } from "node:path";
import type { ImageSource } from "@kym/zarr-store";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { FolderListing } from "../files/folder-listing.ts";
import { findRecordedScans } from "../recordings/find-recorded-scans.ts";
import { type ScanFolderOptions, scanFolder } from "../scan/scan-folder.ts";
import { imageSource } from "./open-tiff.ts";
import { withStoreErrors } from "./store-errors.ts";

export interface OpenFolderOptions extends ScanFolderOptions {
  /** Additional TIFF compressions. They take precedence over the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
}

/**
 * Opens all images below a folder, each with its sidecars, sorted by path. Pass the result to `AcqImageList.from`.
 *
 * Reads only names at first. A file that cannot be read throws when its pixels or artifacts are loaded.
 *
 * @throws ZarrStoreError `not_found`, `invalid_argument` if the path is not a folder or the pattern or `formats` are
 * bad, `io`, `aborted`.
 *
 * @example
 * const images = AcqImageList.from(openFolder("lab"));
 */
export async function* openFolder(
  path: string,
  options: OpenFolderOptions = {},
): AsyncGenerator<ImageSource> {
  const { bundles } = await withStoreErrors(async () => {
    const { scan } = await findRecordedScans(path, await scanFolder(path, options), {
      signal: options.signal,
      formats: sidecarFormats(options.formats),
    });
    return scan;
  });
  const formats = sidecarFormats(options.formats);
  // The images of a folder share its listing. Otherwise each of thousands of images would list the folder again.
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
