// Reads a table file beside a TIFF.

import type { ArtifactStore } from "@kym/zarr-store";
import { decodeParquet, readCsv, tableFromColumns } from "@kym/zarr-store/table";
import { gunzip } from "../files/gunzip.ts";
import { readWholeFile } from "../files/read-whole-file.ts";

/**
 * Reads a table from a Parquet or CSV file. The column types of CSV are inferred from the cells.
 *
 * @throws LegacyIoError or ZarrStoreError `invalid_file`, naming the file, `io`.
 */
export async function loadFileTable(
  path: string,
  format: "parquet" | "csv.gz" | "csv",
): Promise<Awaited<ReturnType<ArtifactStore["loadTable"]>>> {
  const bytes = await readWholeFile(path);
  if (format === "parquet") {
    return decodeParquet(bytes, { where: path });
  }
  const text = format === "csv" ? bytes : await gunzip(bytes, path);
  const { schema, columns, rowCount } = readCsv(text, { where: path });
  return tableFromColumns(schema, columns, rowCount);
}
