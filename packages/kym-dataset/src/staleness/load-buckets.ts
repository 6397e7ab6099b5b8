// Loads what the parts of a large index table and its ledger record, without reading the parts of the table that the ledger vouches for.

import type { TableSchema, ZarrDataset } from "@kym/zarr-store";
import { decodeParquet, type ParquetFile, schemaOfTable } from "@kym/zarr-store/table";
import { type StampedRange, stampedRanges } from "../table/index-table.ts";
import { type Ledger, type LedgerEntry, parseLedger } from "../table/ledger.ts";
import { isPart, partsFolder, saidOfPart } from "../table/table-buckets.ts";
import { ledgerTableName } from "../table/table-name.ts";
import type { RecordedRows } from "./staleness.ts";

/** What the parts record. */
export interface RecordedBuckets {
  readonly entries: Ledger;
  readonly rowsByImageId: ReadonlyMap<string, RecordedRows>;
  readonly schema: TableSchema;
}

/** The hash of each part of a table by its path; none if it is not in parts. */
export async function partHashes(
  { exact }: Pick<ZarrDataset, "exact">,
  tableName: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await exact.below(partsFolder(tableName)))].filter(([path]) => isPart(path)));
}

/**
 * Reads the ledger whole, and of the table those parts alone that are not as they were committed with it.
 *
 * @returns undefined if table and ledger are not in parts that {@link commitIndex} made
 * @throws {ZarrStoreError} `schema_mismatch`, `modified_outside`, `integrity`, `io`
 */
export async function loadBuckets(
  dataset: ZarrDataset,
  tableName: string,
): Promise<RecordedBuckets | undefined> {
  const ledgerName = ledgerTableName(tableName);
  const [tableParts, ledgerParts] = [
    await partHashes(dataset, tableName),
    await partHashes(dataset, ledgerName),
  ];
  if (tableParts.size === 0 || ledgerParts.size === 0) {
    return undefined;
  }
  const entries = new Map<string, LedgerEntry>();
  const rowsByImageId = new Map<string, RecordedRows>();
  const unread = new Set(tableParts.keys());
  let schema: TableSchema | undefined;
  for (const { path, bytes } of await dataset.loadTableFiles(ledgerName)) {
    const part = await decodeParquet(bytes, { where: path, memory: "shared" });
    const said = saidOfPart(part);
    if (said === undefined) {
      return undefined;
    }
    const ofTable = path.replace(partsFolder(ledgerName), partsFolder(tableName));
    const isVouchedFor = tableParts.get(ofTable) === said.sha256;
    schema ??= said.schema;
    for (const [imageId, entry] of parseLedger(part, ledgerName)) {
      entries.set(imageId, entry);
      if (isVouchedFor && entry.nRows > 0) {
        const { analysisVersion, paramsHash } = entry;
        rowsByImageId.set(imageId, { count: entry.nRows, provenance: { analysisVersion, paramsHash } });
      }
    }
    if (isVouchedFor) {
      unread.delete(ofTable);
    }
  }
  for (const path of unread) {
    const bytes = await dataset.exact.load(path);
    const table = bytes && (await decodeParquet(bytes, { where: path, memory: "shared" }));
    for (const [imageId, rows] of table === undefined ? [] : countRows(stampedRanges(table))) {
      rowsByImageId.set(imageId, rows);
    }
    schema = table === undefined ? schema : schemaOfTable(table);
  }
  return schema && { entries, rowsByImageId, schema };
}

/** Counts the rows of each image, and keeps their stamps if all its rows agree. */
export function countRows(ranges: readonly StampedRange[]): ReadonlyMap<string, RecordedRows> {
  const found = new Map<string, RecordedRows>();
  for (const { imageId, rowCount, analysisVersion, paramsHash } of ranges) {
    const before = found.get(imageId);
    const agrees =
      before === undefined ||
      (before.provenance?.analysisVersion === analysisVersion && before.provenance.paramsHash === paramsHash);
    found.set(imageId, {
      count: (before?.count ?? 0) + rowCount,
      provenance: agrees ? { analysisVersion, paramsHash } : undefined,
    });
  }
  return found;
}

/** How many bytes the files of a table have. */
export function sizeOfFiles(files: readonly ParquetFile[] | undefined): number {
  return files?.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;
}
