// The pooled tables that a pull brings: the ledger of ingested files row by row, and tables that no index makes as a whole.

import { IMAGE_CONFLICTS_TABLE, TABLE_CONFLICTS_TABLE } from "@kym/kym-schema/tables";
import type { DatasetContents, ReadOptions, SourceRow, ZarrDataset } from "@kym/zarr-store";
import { parseTableName } from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { ledgerTableName } from "../table/table-name.ts";
import {
  dropKeptTables,
  isKeptTable,
  loadTableConflicts,
  openTableConflicts,
  type TableConflict,
} from "./open/table-conflicts.ts";
import type { PullStart } from "./pull-base.ts";

/** The rows of the other copy's ledger that this one does not have, and the images that it has under another id. */
export interface PulledSources {
  /** By image. */
  readonly rows: ReadonlyMap<string, readonly SourceRow[]>;
  /** An image of the other copy, and the one here that was made from the same file. */
  readonly sameFile: ReadonlyMap<string, string>;
}

/** Compares the ledgers of two copies. A file that both ingested by themselves is one scan, though it has two ids. */
export async function compareSources(
  dataset: ZarrDataset,
  other: ZarrDataset,
  { ours, theirs }: Pick<PullStart, "ours" | "theirs">,
): Promise<PulledSources> {
  const [own, their] = [await dataset.loadSourcesIndex(), await other.loadSourcesIndex()];
  const known = new Set(own.map(wordsOf));
  const isHere = ({ image_id: id }: SourceRow): boolean => ours.has(id);
  const lastOfPath = new Map(own.map((row) => [row.source_primary_path, row]));
  // The last row of a path says which image its file is, so that of a deleted image is followed by that of the one that is here.
  const withRowHere = (row: SourceRow): readonly SourceRow[] => {
    const last = theirs.has(row.image_id) ? undefined : lastOfPath.get(row.source_primary_path);
    return last !== undefined && isHere(last) ? [row, last] : [row];
  };
  const missing = Map.groupBy(
    their.filter((row) => !known.has(wordsOf(row))),
    ({ image_id: id }) => id,
  );
  const byFile = new Map(
    own.filter(isHere).flatMap((row) => filesOf(row).map((file) => [file, row.image_id])),
  );
  const sameFile = new Map<string, string>();
  for (const row of their) {
    const id = row.image_id;
    const here = filesOf(row).flatMap((file) => byFile.get(file) ?? [])[0];
    if (here !== undefined && here !== id && !ours.has(id) && theirs.has(id) && !theirs.has(here)) {
      sameFile.set(id, here);
    }
  }
  const rows = new Map([...missing].map(([id, each]) => [id, each.flatMap(withRowHere)]));
  return { rows, sameFile };
}

/** A file by its bytes and its path; a folder may lie elsewhere on the other machine. */
function filesOf(row: SourceRow): readonly string[] {
  const { source_sha256: hash, source_rel_path: relPath, source_primary_path: path } = row;
  return hash === null ? [] : [`${hash} ${path}`, ...(relPath === null ? [] : [`${hash} ${relPath}`])];
}

function wordsOf(row: SourceRow): string {
  return JSON.stringify(
    Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
}

/** What happens to pooled tables. */
export interface PulledTables {
  /** The hash of each table's file in the other copy, by its path; null if it was deleted there. */
  readonly copies: ReadonlyMap<string, string | null>;
  readonly taken: readonly string[];
  readonly conflicts: readonly string[];
  /** Conflicts that are open in the other copy only, where both lists changed. */
  readonly alsoOpen: readonly TableConflict[];
}

/**
 * Decides which pooled tables come. What an index makes is left to the next index, and so are tables in parts, which only other
 * programs write. Which images a pull left out is said of one copy only.
 */
export async function decideTables(
  view: DatasetContents,
  other: ZarrDataset,
  { base, before }: Pick<PullStart, "base" | "before">,
): Promise<PulledTables> {
  const names = new Set([...(await view.listTableNames()), ...(await other.listTableNames())]);
  const copies = new Map<string, string | null>();
  const [taken, conflicts]: [string[], string[]] = [[], []];
  let alsoOpen: readonly TableConflict[] = [];
  for (const name of [...names].sort()) {
    if (OF_ONE_COPY.has(name) || name.endsWith(ledgerTableName("")) || names.has(ledgerTableName(name))) {
      continue;
    }
    const path = tablePath(parseTableName(name));
    const [here, there] = [await view.exact.hash(path), await other.exact.hash(path)];
    const was = before.has(path) ? (before.get(path) ?? undefined) : base.of === "ours" ? here : there;
    if (there === here || there === was) {
      continue;
    }
    if (here === was) {
      copies.set(path, there ?? null);
      taken.push(...(name === TABLE_CONFLICTS_TABLE || isKeptTable(name) ? [] : [name]));
    } else if (name === TABLE_CONFLICTS_TABLE) {
      alsoOpen = await loadTableConflicts(other);
    } else {
      conflicts.push(name);
    }
  }
  return { copies, taken, conflicts, alsoOpen };
}

/** Writes what was decided about pooled tables. */
export async function writeTables(
  view: DatasetContents,
  other: ZarrDataset,
  { copies, conflicts, alsoOpen }: PulledTables,
  options: ReadOptions,
): Promise<void> {
  await view.exact.copy(other.exact, copies, options);
  if (conflicts.length > 0 || alsoOpen.length > 0) {
    await openTableConflicts(view, other, conflicts, alsoOpen, options);
  }
  if (copies.size > 0 || conflicts.length > 0) {
    await dropKeptTables(view, options);
  }
}

/** The ledger comes row by row, and what a pull left out is not left out in the other copy. */
const OF_ONE_COPY: ReadonlySet<string> = new Set(["sources", IMAGE_CONFLICTS_TABLE]);

/** Appends rows to the ledger. */
export async function appendRows(
  transaction: DatasetContents,
  rows: readonly SourceRow[],
  options: ReadOptions,
): Promise<void> {
  if (rows.length > 0) {
    await transaction.appendSources(rows, { ...options, again: rows });
  }
}
