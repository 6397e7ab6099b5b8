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

/** A table of an export, and what becomes of it in a dataset. */
interface RestorableTable {
  readonly exported: ExportedTable;
  readonly table: Table;
  /** `save` it whole where there is none; else `merge` the rows of restored images. */
  readonly how: "save" | "merge";
}

/** The tables of an export, read before anything is written. */
export interface ExportedTables {
  readonly tables: readonly RestorableTable[];
  readonly sources: readonly SourceRow[] | undefined;
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
}

const IMAGE_ID = "image_id";

/** Reads and verifies the tables. One that was changed since the export, or does not fit the dataset's, is reported. */
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

/** Rows can be put beside those of other images if there are ids and the columns are the same. */
async function canMerge(dataset: ZarrDataset, { name, schema }: ExportedTable): Promise<boolean> {
  const found = schemaOfTable(await dataset.loadTable(name));
  return (
    schema.columns.some((column) => column.name === IMAGE_ID) &&
    canonicalJson(found.columns.map(({ name: column, type }) => [column, type])) ===
      canonicalJson(schema.columns.map(({ name: column, type }) => [column, type]))
  );
}

async function isSameTable(dataset: ZarrDataset, { name, path, sha256 }: ExportedTable): Promise<boolean> {
  return (await exportTable(dataset, { name, path, otherwisePath: path }, HASHING_SINK)).sha256 === sha256;
}

/** With the images of a batch, in its commit: their rows in the tables that the dataset has already. */
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
 * After the last image: the tables that the dataset had not, and the sources that its ledger has not, without the rows
 * of images that were not taken in. A run that was stopped before comes here again. Returns whether it wrote.
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

/** Per restored image its rows; the rows of the others are somebody else's business. */
function rowsOfImages(table: Table, imageIds: ReadonlySet<string>): ReadonlyMap<string, Table> {
  const ids = columnOf(table, IMAGE_ID).map(String);
  const wanted = [...new Set(ids)].filter((id) => imageIds.has(id));
  return new Map(wanted.map((id) => [id, filterRows(table, (row) => ids[row] === id)]));
}
