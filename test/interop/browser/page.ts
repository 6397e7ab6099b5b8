// The script of a page that opens datasets of its own server, for `page-on-vite.test.ts`.

import { isZarrStoreError, openDataset, rowsOf, type ZarrDataset } from "@kym/zarr-store";

let dataset: ZarrDataset | undefined;

/** Opens a dataset, and tells its images and the sum of the pixels of each. */
async function openStudy(path: string): Promise<unknown> {
  try {
    dataset = await openDataset(new URL(path, import.meta.url).href, { mode: "r" });
    const ids = await dataset.listImageIds();
    const sums: number[] = [];
    for (const id of ids) {
      const { data } = await dataset.record(id).loadArray();
      sums.push(Array.from(data, Number).reduce((sum, value) => sum + value, 0));
    }
    return { ids, sums };
  } catch (error) {
    return isZarrStoreError(error) ? { code: error.code, message: error.message } : String(error);
  }
}

/** Tells the rows of a table of the dataset that is open. */
async function readTable(name: string): Promise<unknown> {
  const table = await dataset?.loadTable(name);
  return table && [...rowsOf(table)];
}

Object.assign(globalThis, { openStudy, readTable });
