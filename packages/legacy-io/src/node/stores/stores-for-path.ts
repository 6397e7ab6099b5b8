// Opens the images at a path, whether it is a dataset, a folder or a single TIFF.

import { stat } from "node:fs/promises";
import { type ImageSource, type OpenDatasetOptions, ZarrStoreError } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { type OpenFolderOptions, openFolder } from "./open-folder.ts";
import { openTiff } from "./open-tiff.ts";

export interface StoresForPathOptions extends OpenFolderOptions {
  /** Options for opening a dataset: `{ mode: "r" }` for one that the Python system wrote; `summarize` for edits. */
  readonly dataset?: OpenDatasetOptions | undefined;
}

/**
 * Opens the images at a path: those of a dataset (a path that ends in `.zarr`, in any case), of a folder of TIFFs, or of
 * one TIFF.
 *
 * @throws ZarrStoreError as `openLocalDataset`, `openFolder` and `openTiff` do.
 *
 * @example
 * for await (const image of AcqImageList.from(storesForPath("lab"))) console.log(image.displayName);
 */
export async function* storesForPath(
  path: string,
  options: StoresForPathOptions = {},
): AsyncGenerator<ImageSource> {
  const { dataset: datasetOptions, ...scan } = options;
  if (/\.zarr[/\\]*$/i.test(path)) {
    if (!(await isFolder(path))) {
      throw new ZarrStoreError("not_found", `there is no dataset at ${path}`, { path });
    }
    const dataset = await openLocalDataset(path, datasetOptions);
    yield* dataset.openImages({ signal: options.signal });
  } else if (await isFolder(path)) {
    yield* openFolder(path, scan);
  } else {
    yield openTiff(path, scan);
  }
}

/** True for a folder. A missing file is reported by `openTiff`. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
