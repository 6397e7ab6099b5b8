// A pooled table in one file or in parts: where it lies, and how its parts become one file.

import type { MergeableChange } from "../../commit/write/mergeable-change.ts";
import type { TableName } from "../../image/artifact-name.ts";
import type { ParquetFile } from "../../table/parquet/parquet-parts.ts";
import { isTablePart, tablePath } from "../layout.ts";
import { loadTableCode } from "./load-table-code.ts";

/** Where a mergeable change of a table is made: to its file, or to the file that takes the place of its parts. */
export function tableObject(name: TableName): Pick<MergeableChange, "path" | "parts"> {
  return {
    path: tablePath(name),
    parts: { has: (path) => isTablePart(name, path), join: joinParts },
  };
}

export async function joinParts(files: readonly ParquetFile[]): Promise<Uint8Array<ArrayBuffer>> {
  return (await loadTableCode()).joinParquetParts(files);
}
