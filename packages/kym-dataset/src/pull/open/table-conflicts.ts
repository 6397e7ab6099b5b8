// The pooled tables that both copies of a dataset changed: what came of them is kept, listed, and settled.

import {
  TABLE_CONFLICT_COLUMN,
  TABLE_CONFLICTS_COLUMNS,
  TABLE_CONFLICTS_TABLE,
} from "@kym/kym-schema/tables";
import {
  type Commit,
  type DatasetContents,
  isZarrStoreError,
  parseTableName,
  type ReadOptions,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { KymDatasetError } from "../../errors.ts";

/** A pooled table that both copies changed, and that stayed as it is here. */
export interface TableConflict {
  readonly table: string;
  /** The pooled table that holds what came; undefined if the other copy deleted it. */
  readonly theirs: string | undefined;
  /** The location of the other copy. */
  readonly from: string;
}

const { table: TABLE, theirs: THEIRS, from: FROM } = TABLE_CONFLICT_COLUMN;
const MOST_NAME = 128;
const SHOWN_DIGITS = 12;
const PREFIX = "pulled_";

/** Whether a pooled table holds what came for another one. */
export function isKeptTable(name: string): boolean {
  return /^pulled_[0-9a-f]{12}_/.test(name);
}

/**
 * Lists the pooled tables that two copies changed, sorted, until `settleTableConflict` has settled them.
 *
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * const [first] = await loadTableConflicts(dataset);
 */
export async function loadTableConflicts(
  contents: DatasetContents,
  options: ReadOptions = {},
): Promise<readonly TableConflict[]> {
  try {
    return [...rowsOf(await contents.loadTable(TABLE_CONFLICTS_TABLE, options))].map((row) => ({
      table: String(row[TABLE]),
      theirs: typeof row[THEIRS] === "string" ? row[THEIRS] : undefined,
      from: String(row[FROM]),
    }));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

/**
 * Opens conflicts about pooled tables: keeps each table of the other copy under another name, in the same commit.
 *
 * @param tables the names of those in conflict
 * @param also conflicts of the other copy that come along; the tables that they name were copied before, if they are wanted
 */
export async function openTableConflicts(
  transaction: DatasetContents,
  other: ZarrDataset,
  tables: readonly string[],
  also: readonly TableConflict[],
  options: ReadOptions,
): Promise<void> {
  const opened: TableConflict[] = [];
  for (const table of tables) {
    const bytes = await other.exact.load(pathOf(table), options);
    const sha256 = bytes && (await transaction.runtime.sha256(bytes));
    const theirs = sha256 && `${PREFIX}${sha256.slice(0, SHOWN_DIGITS)}_${table}`.slice(0, MOST_NAME);
    if (bytes !== undefined && theirs !== undefined) {
      await transaction.exact.save(pathOf(theirs), bytes, options);
    }
    opened.push({ table, theirs, from: other.location });
  }
  const before = await loadTableConflicts(transaction, options);
  const after = new Map([...also, ...before, ...opened].map((each) => [each.table, each]));
  const open: TableConflict[] = [];
  for (const conflict of after.values()) {
    // What one copy settled is gone with the table that held what came.
    const { theirs } = conflict;
    if (theirs === undefined || (await transaction.exact.hash(pathOf(theirs))) !== undefined) {
      open.push(conflict);
    }
  }
  await saveTableConflicts(transaction, open, options);
}

/**
 * Settles a conflict about a pooled table in one commit: `ours` keeps the table as it is, `theirs` takes the one that came. What
 * was kept of it goes.
 *
 * @throws {KymDatasetError} `not_found` for a table that is not in conflict, and for one of which nothing was kept
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * await settleTableConflict(dataset, "conditions", "theirs");
 */
export async function settleTableConflict(
  dataset: ZarrDataset,
  table: string,
  side: "ours" | "theirs",
  options: ReadOptions = {},
): Promise<Commit> {
  return dataset.transaction(
    async (transaction) => {
      const open = await loadTableConflicts(transaction, options);
      const conflict = open.find((each) => each.table === table);
      if (conflict === undefined) {
        throw new KymDatasetError("not_found", `the table ${table} is not in conflict`, {
          path: table,
          expected: open.map((each) => each.table),
          found: table,
        });
      }
      if (side === "theirs") {
        await takeTable(transaction, conflict, options);
      }
      const left = open.filter((each) => each !== conflict);
      await saveTableConflicts(transaction, left, options);
      await dropKeptTables(transaction, options);
    },
    {
      message: `resolve table ${table}: ${side === "theirs" ? "theirs" : "mine"}`,
      signal: options.signal,
    },
  );
}

function pathOf(table: string): string {
  return tablePath(parseTableName(table));
}

async function takeTable(
  transaction: DatasetContents,
  { table, theirs }: TableConflict,
  options: ReadOptions,
): Promise<void> {
  const bytes = theirs === undefined ? undefined : await transaction.exact.load(pathOf(theirs), options);
  if (theirs !== undefined && bytes === undefined) {
    throw new KymDatasetError(
      "not_found",
      `the table ${theirs}, which held what came for ${table}, is gone`,
      {
        path: theirs,
      },
    );
  }
  await transaction.deleteTable(table, options);
  if (bytes !== undefined) {
    await transaction.exact.save(pathOf(table), bytes, options);
  }
}

async function saveTableConflicts(
  transaction: DatasetContents,
  conflicts: readonly TableConflict[],
  options: ReadOptions,
): Promise<void> {
  if (conflicts.length === 0) {
    await transaction.deleteTable(TABLE_CONFLICTS_TABLE, options);
    return;
  }
  const rows = [...conflicts]
    .sort((a, b) => (a.table < b.table ? -1 : 1))
    .map(({ table, theirs, from }) => ({ [TABLE]: table, [THEIRS]: theirs ?? null, [FROM]: from }));
  const schema = { columns: TABLE_CONFLICTS_COLUMNS };
  await transaction.saveTable(TABLE_CONFLICTS_TABLE, rows, { ...options, schema });
}

/** Deletes the tables that held what came, and that no conflict names any more. */
export async function dropKeptTables(transaction: DatasetContents, options: ReadOptions): Promise<void> {
  const needed = new Set((await loadTableConflicts(transaction, options)).map(({ theirs }) => theirs));
  for (const name of await transaction.listTableNames()) {
    if (isKeptTable(name) && !needed.has(name)) {
      await transaction.deleteTable(name, options);
    }
  }
}
