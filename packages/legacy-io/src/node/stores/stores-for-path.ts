import { stat } from "node:fs/promises";
import { type ImageSource, type OpenDatasetOptions, ZarrStoreError } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { type OpenFolderOptions, openFolder } from "./open-folder.ts";
import { openTiff } from "./open-tiff.ts";

export interface StoresForPathOptions extends OpenFolderOptions {
  /** How a dataset is opened: `{ mode: "r" }` for one that the Python system wrote; `summarize`, for edits. */
  readonly dataset?: OpenDatasetOptions | undefined;
}

/**
 * The images at a path, whatever is there: those of a dataset (`.zarr`, in any case), of a folder of TIFFs, or one TIFF.
 * Errors, `ZarrStoreError`: those of `openDataset`, `openFolder` and `openTiff`.
 * Source: `stores_for_path` of tickets 3 to 6.
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

/** What is not there, `openTiff` says. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
