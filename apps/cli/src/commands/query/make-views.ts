// Makes the views that SQL asks: of verified copies of the tables, and of the table of images.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { velocityEventIndexer } from "@kym/kym-dataset";
import { COLUMNS } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import type { ParquetFile } from "@kym/zarr-store/table";
import type { BlindNames } from "../../blind/blind-names.ts";
import { type DuckDbSession, quotedName, quotedText } from "../../sql/duckdb-session.ts";
import { writeImages } from "../../sql/write-images.ts";
import { isTelling } from "../../study/blind.ts";
import { IMAGES_TABLE, type ImagesTable, loadImagesTable, unreadNotes } from "../../study/images-table.ts";
import { JOINED_COLUMNS } from "./columns-of-view.ts";

export interface MakeViewsOptions {
  /** Whether to make the view of images beside those of stored tables. */
  readonly withImages: boolean;
  /** Columns that tell what a scan is exist, but are NULL, and these names stand in the place of ids. */
  readonly blind: BlindNames | undefined;
  readonly signal: AbortSignal;
}

/**
 * Makes a view of each stored table that is named, of one version of the dataset, and of the images if it is asked for. Returns
 * what the table of images could not read.
 */
export async function makeViews(
  dataset: ZarrDataset,
  session: DuckDbSession,
  names: readonly string[],
  { withImages, blind, signal }: MakeViewsOptions,
): Promise<readonly string[]> {
  const { connection, folder } = session;
  const filesOf = new Map<string, readonly string[]>();
  let table: ImagesTable | undefined;
  await dataset.readConsistently(async () => {
    for (const name of names) {
      filesOf.set(name, await copyTable(await dataset.loadTableFiles(name), join(folder, name)));
    }
    if (withImages || names.includes(velocityEventIndexer.tableName)) {
      table = await loadImagesTable(dataset, { blind, signal });
    }
  });
  const images = table && (await writeImages(folder, table));
  for (const name of names) {
    const files = (filesOf.get(name) ?? []).map(quotedText);
    const all = `select * from read_parquet([${files.join(", ")}])`;
    const rows = blind === undefined ? all : await hideTelling(session, all, blind);
    const view =
      name === velocityEventIndexer.tableName && images !== undefined
        ? await withFactsOfImage(session, rows, images)
        : rows;
    // The SQL of a view can be asked for, and that of a blind one has the ids.
    const kind = blind === undefined ? "view" : "table";
    await connection.run(`create ${kind} ${quotedName(name)} as ${view}`);
  }
  if (withImages && images !== undefined) {
    await connection.run(`create view ${IMAGES_TABLE} as ${images}`);
  }
  return table === undefined ? [] : unreadNotesOf(table, blind);
}

/** Without the names of a dataset, an image is called as its row is: by its path, or its blind name. */
function unreadNotesOf(table: ImagesTable, blind: BlindNames | undefined): readonly string[] {
  const paths = new Map(table.rows.map((row) => [row[COLUMNS.imageId], row[COLUMNS.relPath]]));
  return unreadNotes(table, (id) => blind?.of(id) ?? String(paths.get(id) ?? id), {
    blind: blind !== undefined,
  });
}

/** Copies a table's one file, or its parts into a folder, and returns the copies in the order of the rows. */
async function copyTable(files: readonly ParquetFile[], path: string): Promise<readonly string[]> {
  const isOne = files.length === 1;
  if (!isOne) {
    await mkdir(path, { recursive: true });
  }
  const copies: string[] = [];
  for (const [index, { bytes }] of files.entries()) {
    const copy = isOne ? `${path}.parquet` : join(path, `${index}.parquet`);
    await writeFile(copy, bytes);
    copies.push(copy);
  }
  return copies;
}

/** Replaces columns by NULLs of the same type, so that the same SQL still works, and ids by blind names. */
async function hideTelling(session: DuckDbSession, rows: string, blind: BlindNames): Promise<string> {
  const columns = await columnsOf(session, rows);
  const replaced = columns
    .filter(({ name }) => isTelling(name))
    .map(({ name, type }) => `cast(null as ${type}) as ${quotedName(name)}`);
  if (columns.some(({ name, type }) => name === COLUMNS.imageId && type === "VARCHAR")) {
    const ids = [...blind.imageIds];
    const [known, names] = [ids, ids.map((id) => blind.of(id))].map(
      (texts) => `[${texts.map(quotedText).join(", ")}]::varchar[]`,
    );
    replaced.push(`(${names})[list_position(${known}, ${COLUMNS.imageId})] as ${COLUMNS.imageId}`);
  }
  return replaced.length === 0 ? rows : `select * replace (${replaced.join(", ")}) from (${rows})`;
}

/**
 * Joins what is known of each event's image, unless the table has a column of that name, and computes a duration that is
 * missing. The rows keep their order.
 */
async function withFactsOfImage(session: DuckDbSession, rows: string, images: string): Promise<string> {
  const has = new Set((await columnsOf(session, rows)).map(({ name }) => name.toLowerCase()));
  if (!has.has(COLUMNS.imageId)) {
    return rows;
  }
  const { start, end, duration } = COLUMNS;
  const computed = [start, end, duration].every((name) => has.has(name))
    ? ` replace (coalesce(${duration}, ${end} - ${start}) as ${duration})`
    : "";
  const joined = JOINED_COLUMNS.filter((name) => !has.has(name)).map((name) => `, image.${name}`);
  return `select event.* exclude (kym_row)${computed}${joined.join("")}
    from (select *, row_number() over () as kym_row from (${rows})) as event
    left join (${images}) as image using (${COLUMNS.imageId}) order by kym_row`;
}

async function columnsOf(
  { connection }: DuckDbSession,
  rows: string,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const described = await connection.runAndReadAll(`describe ${rows}`);
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}
