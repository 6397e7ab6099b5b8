import { isZarrStoreError, parseTableName } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";

const PREFIX = "kym_";
const RESERVED_PREFIXES: readonly string[] = [PREFIX, "tables/", "index/"];
const LEDGER_SUFFIX = "_runs";
const NAME = /^[a-z0-9_]+$/;
/** The ledger of ingested files, which no indexer writes. */
const SOURCES = "sources";

/**
 * The table of an indexer (ticket 16): `kym_` and its name, trimmed and in lower case.
 *
 * @throws {KymDatasetError} `invalid_name` for a name that is empty, begins with a reserved prefix (`kym_`, `tables/`,
 * `index/`) or has other characters than `a-z 0-9 _`
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
 * Checks the name of an index table. `sources` and names that end in `_runs`, as ledgers do, are taken.
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
      throw invalidName("table", tableName, "is no name for a table", cause);
    }
    throw cause;
  }
  return tableName;
}

/** The table beside an index table that says what each image's rows were made from. */
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
