// Which rows of pooled tables a change made stale, for the commands that change images.

import type { KymDataset } from "@kym/kym-dataset";
import { COLUMNS } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import type { ReadOptions } from "@kym/zarr-store/runtime";
import { columnOf } from "@kym/zarr-store/table";
import { counted } from "../terminal/text-table.ts";
import { INDEXERS } from "./indexers.ts";

/** The images whose rows in a pooled table `kym index` would make anew or remove. */
export interface StaleRows {
  readonly table: string;
  readonly image_ids: readonly string[];
}

/**
 * The images whose rows are stale, among those that exist, by pooled table.
 *
 * @param kym asked before and after a change, it reads the tables once
 */
export async function staleRowsOf(
  kym: KymDataset,
  imageIds: readonly string[],
  { signal }: ReadOptions,
): Promise<readonly StaleRows[]> {
  const existing = new Set(await kym.dataset.listImageIds());
  const stale: StaleRows[] = [];
  for (const indexer of INDEXERS) {
    const found: string[] = [];
    for (const imageId of imageIds.filter((id) => existing.has(id))) {
      if ((await kym.getStaleness(indexer, imageId, { signal })).state === "stale") {
        found.push(imageId);
      }
    }
    stale.push({ table: indexer.tableName, image_ids: found });
  }
  return stale;
}

/** The images that have rows, by pooled table. What is deleted leaves them there until the next `kym index`. */
export async function rowsOfImages(
  dataset: ZarrDataset,
  imageIds: readonly string[],
  options: ReadOptions,
): Promise<readonly StaleRows[]> {
  const found: StaleRows[] = [];
  for (const { tableName } of INDEXERS) {
    const ids = await idsInTable(dataset, tableName, options);
    found.push({ table: tableName, image_ids: imageIds.filter((id) => ids.has(id)) });
  }
  return found;
}

async function idsInTable(
  dataset: ZarrDataset,
  table: string,
  options: ReadOptions,
): Promise<ReadonlySet<unknown>> {
  try {
    return new Set(
      columnOf(await dataset.loadTable(table, { ...options, ifLost: "absent" }), COLUMNS.imageId),
    );
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return new Set();
    }
    throw error;
  }
}

/** The rows that are stale after a change and were not before it; tables without such rows are left out. */
export function wentStale(before: readonly StaleRows[], after: readonly StaleRows[]): readonly StaleRows[] {
  return after.flatMap(({ table, image_ids: ids }) => {
    const known = new Set(before.find((one) => one.table === table)?.image_ids);
    const now = ids.filter((id) => !known.has(id));
    return now.length === 0 ? [] : [{ table, image_ids: now }];
  });
}

/** One line for each table. */
export function staleLines(stale: readonly StaleRows[], what = "are stale now"): string {
  return stale
    .map(({ table, image_ids: ids }) => `${table}: the rows of ${counted(ids.length, "image")} ${what}\n`)
    .join("");
}
