// Finds out which rows of pooled tables an edit made stale.

import { KymDataset } from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import { counted } from "../terminal/text-table.ts";
import { INDEXERS } from "./indexers.ts";

/** The images of one table whose rows are stale. */
export interface StaleRows {
  readonly table: string;
  readonly imageIds: readonly string[];
}

/** The rows of these images that are stale now, by table. */
export async function staleRows(
  dataset: ZarrDataset,
  imageIds: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly StaleRows[]> {
  const kym = new KymDataset(dataset);
  const tables: StaleRows[] = [];
  for (const indexer of INDEXERS) {
    const stale: string[] = [];
    for (const imageId of imageIds) {
      const { state } = await kym.getStaleness(indexer, imageId, { signal });
      stale.push(...(state === "stale" ? [imageId] : []));
    }
    tables.push({ table: indexer.tableName, imageIds: stale });
  }
  return tables;
}

/** What is stale after an edit and was not before; tables without such rows are left out. */
export function goneStale(before: readonly StaleRows[], after: readonly StaleRows[]): readonly StaleRows[] {
  return after
    .map(({ table, imageIds }) => {
      const was = new Set(before.find((each) => each.table === table)?.imageIds);
      return { table, imageIds: imageIds.filter((imageId) => !was.has(imageId)) };
    })
    .filter(({ imageIds }) => imageIds.length > 0);
}

/** `went stale: 2 images in kym_radon, 1 image in kym_velocity_events`; no line if nothing did. */
export function staleLines(stale: readonly StaleRows[]): readonly string[] {
  const tables = stale.map(({ table, imageIds }) => `${counted(imageIds.length, "image")} in ${table}`);
  return tables.length === 0 ? [] : [`went stale: ${tables.join(", ")}`];
}
