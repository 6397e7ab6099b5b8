// Names and checks the names of index tables and their ledgers.

import { isZarrStoreError, parseTableName } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";

const PREFIX = "kym_";
const RESERVED_PREFIXES: readonly string[] = [PREFIX, "tables/", "index/"];
const LEDGER_SUFFIX = "_runs";
const NAME = /^[a-z0-9_]+$/;
/** The table of ingested files, which an indexer must not overwrite. */
const SOURCES = "sources";

/**
 * Names the table of an indexer: `kym_` and the indexer's name, trimmed and in lower case.
 *
 * @throws {KymDatasetError} `invalid_name` for a name that is empty, begins with a reserved prefix (`kym_`, `tables/`,
 * `index/`) or contains a character other than `a-z`, `0-9` and `_`
 */
export function indexTableName(indexerName: string): string {
  const name = indexerName.trim().toLowerCase();
  const reserved = RESERVED_PREFIXES.find((prefix) => name.startsWith(prefix));
  if (reserved !== undefined) {
    throw invalidName("indexer", indexerName, `begins with the reserved prefix ${reserved}`);
  }
  return checkIndexTableName(PREFIX + checkCharacters("indexer", name, indexerName));
}

/**
 * Checks the name of an index table. `sources` and names that end in `_runs` are reserved.
 *
 * @throws {KymDatasetError} `invalid_name`
 */
export function checkIndexTableName(tableName: string): string {
  checkCharacters("table", tableName, tableName);
  if (tableName === SOURCES || tableName.endsWith(LEDGER_SUFFIX)) {
    throw invalidName("table", tableName, "is reserved for a ledger");
  }
  try {
    parseTableName(ledgerTableName(tableName));
  } catch (cause) {
    if (isZarrStoreError(cause, "invalid_name")) {
      throw invalidName("table", tableName, "is not a valid table name", cause);
    }
    throw cause;
  }
  return tableName;
}

/** Names the ledger of an index table. */
export function ledgerTableName(tableName: string): string {
  return tableName + LEDGER_SUFFIX;
}

function checkCharacters(what: string, name: string, given: string): string {
  if (!NAME.test(name)) {
    throw invalidName(what, given, name === "" ? "is empty" : "must match [a-z0-9_]+");
  }
  return name;
}

function invalidName(what: string, name: string, fault: string, cause?: unknown): KymDatasetError {
  return new KymDatasetError("invalid_name", `${what} name ${JSON.stringify(name.slice(0, 200))} ${fault}`, {
    path: name,
    found: name,
    cause,
  });
}
