// Gives SQL the table of images: writes it as a Parquet file, and says how to select its rows.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { COLUMNS } from "@kym/kym-schema";
import { type Column, type Row, tableFromRows } from "@kym/zarr-store";
import { encodeParquet } from "@kym/zarr-store/table";
import { quotedText } from "./duckdb-session.ts";

/** Writes the table into the folder of a session, and returns SQL for its rows, with the time of acquisition as a time. */
export async function writeImages(
  folder: string,
  { columns, rows }: { readonly columns: readonly Column[]; readonly rows: readonly Row[] },
): Promise<string> {
  const path = join(folder, "kym-images.parquet");
  await writeFile(path, await encodeParquet(tableFromRows(rows, { columns }), { schema: { columns } }));
  const time = COLUMNS.acquiredLocal;
  return `select * replace (cast(${time} as timestamp) as ${time}) from read_parquet(${quotedText(path)})`;
}
