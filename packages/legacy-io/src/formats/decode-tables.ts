// Decodes the tables that a format leaves as their files have them. No format imports it, so none loads Arrow.

import { decodeParquet, schemaOfTable, tableFromColumns } from "@kym/zarr-store/table";
import type { GivenArtifact, SidecarFacts, TableFile } from "./sidecar-format.ts";

/**
 * The facts with their tables decoded, as artifacts. `where` names the file in messages.
 *
 * @throws {ZarrStoreError} `invalid_file` or `not_supported` for a Parquet file that cannot be read
 */
export async function decodeTables(facts: SidecarFacts, where: string): Promise<SidecarFacts> {
  const { tables, artifacts = [], ...others } = facts;
  if (tables === undefined) {
    return facts;
  }
  const decoded = await Promise.all(tables.map((table) => decodeTable(table, where)));
  return { ...others, artifacts: [...artifacts, ...decoded] };
}

async function decodeTable(file: TableFile, where: string): Promise<GivenArtifact> {
  const { name } = file;
  if ("parquet" in file) {
    const table = await decodeParquet(file.parquet, { where });
    return { kind: "table", name, table, schema: schemaOfTable(table) };
  }
  const { schema, columns, rowCount } = file.csv;
  return { kind: "table", name, table: tableFromColumns(schema, columns, rowCount), schema };
}
