// What is known of the columns of a view: their units, and what they say.

import { velocityEventIndexer } from "@kym/kym-dataset";
import { COLUMNS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import { type Column, isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";
import { INDEXERS } from "../../study/indexers.ts";

/** Columns of images that the view of events has as well. The stored table lacks them, so that no edit makes it stale. */
export const JOINED_COLUMNS: readonly string[] = [
  EXPERIMENT_KEYS.condition,
  EXPERIMENT_KEYS.treatment,
  EXPERIMENT_KEYS.date,
  COLUMNS.acquiredLocal,
  COLUMNS.accepted,
];

/** The columns that are known of the view, by name. A column that another program added may be missing. */
export async function columnsOfView(
  dataset: ZarrDataset,
  name: string,
): Promise<ReadonlyMap<string, Column>> {
  const isStored = (await dataset.listTableNames()).includes(name);
  const joined = IMAGES_COLUMNS.filter((column) => !isStored || JOINED_COLUMNS.includes(column.name));
  const isOfImages = !isStored || name === velocityEventIndexer.tableName;
  const said = INDEXERS.find(({ tableName }) => tableName === name)?.schema.columns ?? [];
  const columns = [
    ...(isOfImages ? joined : []),
    ...(isStored ? await storedColumns(dataset, name) : []),
    ...said,
  ];
  return new Map(columns.map((column) => [column.name, column]));
}

/** The columns as the table's file states them; nothing of a table with a column that only DuckDB can read. */
async function storedColumns(dataset: ZarrDataset, name: string): Promise<readonly Column[]> {
  try {
    return schemaOfTable(await dataset.loadTable(name)).columns;
  } catch (error) {
    if (isZarrStoreError(error)) {
      return [];
    }
    throw error;
  }
}
