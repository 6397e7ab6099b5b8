// Restores the pooled tables and the ledger of an export.

import {
  type DatasetContents,
  isZarrStoreError,
  parseSourceRow,
  rowsOf,
  type SourceRow,
  type ZarrDataset,
} from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { columnOf, filterRows, schemaOfTable } from "@kym/zarr-store/table";
import { isLegacyIoError } from "../../errors.ts";
import type { ExportedTable } from "../../export/export-manifest.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { exportTable } from "../export/export-image.ts";
import { HASHING_SINK } from "../export/staged-folder.ts";
import { readVerified, tableOfExport } from "./restore-image.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** A table of an export, and how it is restored. */
interface RestorableTable {
  readonly exported: ExportedTable;
  readonly table: Table;
  /** `save` stores the whole table if the dataset has none; `merge` adds only the rows of restored images. */
  readonly how: "save" | "merge";
}

/** The tables of an export. They are read before anything is written. */
export interface ExportedTables {
  readonly tables: readonly RestorableTable[];
  readonly sources: readonly SourceRow[] | undefined;
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
}

const IMAGE_ID = "image_id";

/** Reads and verifies the tables. Reports those that were changed since the export or do not fit the dataset's. */
export async function readExportedTables(
  dataset: ZarrDataset,
  root: string,
  exported: readonly ExportedTable[],
): Promise<ExportedTables> {
  const present = new Set(await dataset.listTableNames());
  const tables: RestorableTable[] = [];
  const failed: IngestItem[] = [];
  const notes: IngestItem[] = [];
  let sources: readonly SourceRow[] | undefined;
  for (const item of exported) {
    try {
      const table = await tableOfExport(item, await readVerified(root, item));
      if (item.name === "sources") {
        sources = Array.from(rowsOf(table), parseSourceRow);
      } else if (!present.has(item.name)) {
        tables.push({ exported: item, table, how: "save" });
      } else if (await canMerge(dataset, item)) {
        tables.push({ exported: item, table, how: "merge" });
      } else if (!(await isSameTable(dataset, item))) {
        notes.push({
          path: item.path,
          reason: "the dataset has a different table of this name, which is kept",
        });
      }
    } catch (error) {
      if (!isLegacyIoError(error) && !isZarrStoreError(error, "invalid_file", "schema_mismatch")) {
        throw error;
      }
      failed.push({ path: item.path, reason: error.message });
    }
  }
  return { tables, sources, failed, notes };
}

/** True if rows can be added to the dataset's table: both have the same columns, and the rows have image ids. */
async function canMerge(dataset: ZarrDataset, { name, schema }: ExportedTable): Promise<boolean> {
  const found = schemaOfTable(await dataset.loadTable(name));
  return (
    schema.columns.some((column) => column.name === IMAGE_ID) &&
    canonicalJson(found.columns.map(({ name: column, type }) => [column, type])) ===
      canonicalJson(schema.columns.map(({ name: column, type }) => [column, type]))
  );
}

async function isSameTable(dataset: ZarrDataset, { name, path, sha256 }: ExportedTable): Promise<boolean> {
  const found = await exportTable(dataset, { name, path, otherwisePath: path }, HASHING_SINK);
  return found?.sha256 === sha256;
}

/** Adds the rows of restored images to the tables that the dataset has already, in the commit of those images. */
export async function mergeRowsOf(
  transaction: DatasetContents,
  { tables }: ExportedTables,
  imageIds: ReadonlySet<string>,
): Promise<void> {
  for (const { exported, table, how } of tables) {
    if (how === "merge") {
      const { name, schema } = exported;
      await transaction.replaceRowsForImageIds(name, rowsOfImages(table, imageIds), { schema });
    }
  }
}

/**
 * Stores what is left after the last image: tables that the dataset did not have, and missing rows of the ledger. Rows
 * of images that could not be restored (`refusedIds`) are left out. Safe to repeat after a run that was stopped.
 *
 * @returns true if it wrote anything.
 */
export async function restoreTables(
  dataset: ZarrDataset,
  { tables, sources }: ExportedTables,
  refusedIds: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const toSave = tables.filter(({ how }) => how === "save");
  const hasLedger = (await dataset.listTableNames()).includes("sources");
  const known = await dataset.loadSourcesIndex();
  const present = new Set(known.map(keyOf));
  const missing = (sources ?? []).filter((row) => !present.has(keyOf(row)) && !refusedIds.has(row.image_id));
  const isLedgerNew = sources !== undefined && !hasLedger;
  if (toSave.length === 0 && missing.length === 0 && !isLedgerNew) {
    return false;
  }
  await dataset.transaction(
    async (transaction) => {
      for (const { exported, table } of toSave) {
        const { name, schema } = exported;
        await transaction.saveTable(name, withoutImages(table, exported, refusedIds), { schema });
      }
      if (isLedgerNew) {
        await transaction.saveSourcesIndex(missing.map((row) => ({ ...row })));
      } else {
        await transaction.appendSources(missing, { again: missing });
      }
    },
    { message: `restore ${toSave.length} ${toSave.length === 1 ? "table" : "tables"}`, signal },
  );
  return true;
}

function keyOf(row: SourceRow): string {
  return `${row.image_id} ${row.source_sha256 ?? ""} ${row.source_primary_path}`;
}

function withoutImages(table: Table, { schema }: ExportedTable, refusedIds: ReadonlySet<string>): Table {
  if (refusedIds.size === 0 || !schema.columns.some(({ name }) => name === IMAGE_ID)) {
    return table;
  }
  const ids = columnOf(table, IMAGE_ID);
  return filterRows(table, (row) => !refusedIds.has(String(ids[row])));
}

/** Selects, per restored image, its rows. Rows of other images are left as they are in the dataset. */
function rowsOfImages(table: Table, imageIds: ReadonlySet<string>): ReadonlyMap<string, Table> {
  const ids = columnOf(table, IMAGE_ID).map(String);
  const wanted = [...new Set(ids)].filter((id) => imageIds.has(id));
  return new Map(wanted.map((id) => [id, filterRows(table, (row) => ids[row] === id)]));
}
