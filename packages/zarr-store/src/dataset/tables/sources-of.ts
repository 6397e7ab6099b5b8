// Reads the ledger of ingested files: without Arrow where it is a file of ours.

import type { Runtime } from "../../runtime/runtime.ts";
import type { ParquetFile } from "../../table/parquet/parquet-parts.ts";
import { plainRowsOf } from "../../table/parquet/plain/plain-rows.ts";
import { loadTableCode } from "./load-table-code.ts";
import { parseSourceRow, type SourceRow } from "./sources-table.ts";
import { joinParts } from "./table-parts.ts";

/**
 * Reads the rows of the ledger's files, in order of ingest.
 *
 * @param isVerified whether a log vouches for the bytes: then what no reader of values needs is not checked again
 * @throws {ZarrStoreError} `schema_mismatch`, and errors of decoding Parquet
 */
export async function sourcesOf(
  files: readonly ParquetFile[],
  { zstd }: Pick<Runtime, "zstd">,
  isVerified: boolean,
): Promise<readonly SourceRow[]> {
  const [only, ...others] = files;
  if (only === undefined) {
    return [];
  }
  const plain =
    isVerified && others.length === 0 ? plainRowsOf(only.bytes, { unzstd: zstd?.decompressNow }) : undefined;
  return plain?.rows.map(parseSourceRow) ?? (await loadTableCode()).decodeSources(await joinParts(files));
}
