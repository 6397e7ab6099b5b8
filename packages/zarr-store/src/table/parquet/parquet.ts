// Reads and writes Parquet files with parquet-wasm, within bounds on memory.

import type { Table } from "apache-arrow";
import { arrow, loadArrow } from "#arrow";
import { ZarrStoreError } from "../../errors.ts";
import { withSchema } from "../columns/arrow-column.ts";
import { isNormalizedTable } from "../columns/normalized-column.ts";
import { unreadType } from "../columns/read-chunk.ts";
import { normalizeTable } from "../rows/normalize-table.ts";
import { tableFromColumns } from "../rows/table-from-rows.ts";
import {
  assertTableMatches,
  maxColumns,
  parseTableSchema,
  schemaOfTable,
  type TableSchema,
} from "../table-schema.ts";
import { firstUnread } from "./first-unread.ts";
import { loadParquetWasm, type ParquetWasm } from "./load-parquet-wasm.ts";
import { parquetColumnsOf } from "./parquet-columns.ts";
import { type ParquetFooter, parquetFooterOf } from "./parquet-footer.ts";
import { readSmallParquet, SMALL_FILE_BYTES } from "./plain/small-parquet.ts";
import { dictionaryBytesPerRow, unreadDictionary } from "./unread-dictionary.ts";
import { withRowLabels } from "./with-row-labels.ts";

export interface EncodeParquetOptions {
  /** The schema that the table must match. Default: its own. Units and descriptions are written with the fields. */
  readonly schema?: TableSchema | undefined;
  /**
   * Metadata of the Arrow schema, which pyarrow and we read back as `schema.metadata`. Default none. Parquet's own
   * key-value metadata are not used, because parquet-wasm writes them in random order.
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The name of the table, for messages. */
  readonly where?: string | undefined;
  /** The most cells, rows × columns, to write. Default 2^26, which is also the default when reading. */
  readonly maxCells?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** 64 Mi cells, which is 512 MiB of numbers. A larger table belongs in more than one file. */
const DEFAULT_MAX_CELLS = 1 << 26;

export interface DecodeParquetOptions {
  /** The name of the file or key, for messages. */
  readonly where?: string | undefined;
  /** The most cells, rows × columns, to read. Default 2^26, which is also the default when writing. */
  readonly maxCells?: number | undefined;
  /** The most bytes that its pages may unpack to, as its footer states them. Default: as many as there are. */
  readonly maxBytes?: number | undefined;
  /**
   * `shared` lets columns share memory, which saves a copy. Use it for a table that is only read: apache-arrow 21.2 cannot
   * write it. Default `own`: each column has its own memory.
   */
  readonly memory?: "own" | "shared" | undefined;
  /**
   * True for bytes that were checked when they were stored, and whose hash is still the same. A small file of ours is then read
   * without WebAssembly, in a third of the time, and notes that no reader of values needs are not checked again.
   */
  readonly isVerified?: boolean | undefined;
  /**
   * True for one of several files of a table. Row labels that pandas kept as a range are then left out: they number the rows of the
   * file, and the next file has others.
   */
  readonly hasParts?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a table as one Parquet file: zstd, strings as plain UTF8, int64 as INT64, missing values as NULL.
 *
 * Equal tables give equal bytes. A table without rows keeps its columns and their types.
 *
 * By default pandas reads an int64 column that has nulls as float64, which loses integers beyond 2^53. Read it with
 * `pandas.read_parquet(path, dtype_backend="numpy_nullable")` or `pyarrow.parquet.read_table(path)`.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column; `not_supported` for types without a counterpart;
 * `invalid_argument` for more cells than `maxCells`; `io` if parquet-wasm fails.
 */
export async function encodeParquet(
  table: Table,
  options: EncodeParquetOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
  await loadArrow();
  const where = options.where ?? "the table";
  const normal = isNormalizedTable(table) ? table : normalizeTable(table, where);
  const schema = options.schema === undefined ? schemaOfTable(normal) : parseTableSchema(options.schema);
  assertTableMatches(schema, normal, where);
  const maxCells = options.maxCells ?? DEFAULT_MAX_CELLS;
  const found = normal.numRows * normal.numCols;
  if (found > maxCells) {
    const expected = `at most ${maxCells} cells`;
    const message = `${where} is too large for one Parquet file: expected ${expected}, found ${found}`;
    throw new ZarrStoreError("invalid_argument", message, { path: where, expected, found });
  }
  const metadata = new Map(Object.entries(options.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  const stream = arrow().tableToIPC(withSchema(normal, schema, metadata), "stream");
  const wasm = await loadParquetWasm();
  options.signal?.throwIfAborted();
  try {
    return writeStream(wasm, stream);
  } catch (cause) {
    if (cause instanceof WebAssembly.RuntimeError) {
      assertStillWorks(wasm, cause);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError("io", `parquet-wasm cannot write ${where}: ${reason}`, { path: where, cause });
  }
}

function writeStream(wasm: ParquetWasm, stream: Uint8Array): Uint8Array<ArrayBuffer> {
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    // Dictionary pages took twice the time and more space than zstd alone.
    .setDictionaryEnabled(false)
    .build();
  // Each call takes ownership of the wasm objects that it is given, and so frees them.
  return new Uint8Array(wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties));
}

/**
 * Reads a Parquet file of any writer as one Arrow table in our types (see `normalizeTable`).
 *
 * All columns are read. `table.schema.metadata` has the metadata of the Arrow schema and of the file. Row labels of pandas are
 * columns too: those that it keeps as a range come last, as `__index_level_0__` or by their name, unless they count from 0 by 1.
 *
 * A few kilobytes of Parquet can announce billions of cells. At most `maxCells` are unpacked, whatever the footer says.
 * Strings are bounded by the memory of parquet-wasm, which is 4 GiB.
 *
 * @throws {ZarrStoreError} `invalid_file` if the bytes are not Parquet, are damaged or unpack to too many cells;
 * `not_supported` for an encrypted file or, naming the column, a type without a counterpart; `io` if parquet-wasm fails.
 */
export async function decodeParquet(bytes: Uint8Array, options: DecodeParquetOptions = {}): Promise<Table> {
  options.signal?.throwIfAborted();
  const where = options.where ?? "the file";
  checkFrame(bytes, where);
  const isSmall = options.isVerified === true && bytes.length <= SMALL_FILE_BYTES;
  const footer = readFooter(bytes, where, { rowGroups: isSmall || options.maxBytes !== undefined });
  const maxCells = options.maxCells ?? DEFAULT_MAX_CELLS;
  checkSize(footer, { maxCells, maxBytes: options.maxBytes }, where);
  await loadArrow();
  const small = isSmall ? readSmallParquet(bytes, footer, maxCells) : undefined;
  if (small !== undefined) {
    return small;
  }
  const wasm = await loadParquetWasm();
  checkDictionaries(footer, where);
  options.signal?.throwIfAborted();
  checkTexts(wasm, bytes, footer, options.maxBytes, where);
  let maxRows: number;
  let stream: Uint8Array;
  try {
    const columns = parquetColumnsOf(bytes) ?? columnsOf(wasm, bytes);
    maxRows = Math.floor(maxCells / Math.max(1, columns));
    // The default is batches of 1024 rows. One row above the limit is enough to find that there are too many.
    stream = wasm.readParquet(bytes, { batchSize: 1 << 20, limit: maxRows + 1 }).intoIPCStream();
  } catch (cause) {
    throw unreadable(wasm, where, cause);
  }
  const table = tableOfStream(stream, where);
  if (table.numRows > maxRows) {
    throw invalidFile(where, `at most ${maxCells} cells`, `more than ${maxRows} rows of ${table.numCols}`);
  }
  const normal =
    options.memory === "shared" && isNormalizedTable(table, "shared buffers")
      ? table
      : normalizeTable(table, where);
  return options.hasParts === true ? normal : withRowLabels(normal);
}

/**
 * Reads the columns of a Parquet file, in our types, from its footer alone.
 *
 * @throws {ZarrStoreError} `invalid_file`, `not_supported`, `io`, as {@link decodeParquet}.
 */
export async function parquetSchemaOf(bytes: Uint8Array, where: string): Promise<TableSchema> {
  checkFrame(bytes, where);
  const footer = readFooter(bytes, where);
  const [wasm] = await Promise.all([loadParquetWasm(), loadArrow()]);
  checkDictionaries(footer, where);
  let stream: Uint8Array;
  try {
    stream = wasm.readSchema(bytes).intoIPCStream();
  } catch (cause) {
    throw unreadable(wasm, where, cause);
  }
  return schemaOfTable(normalizeTable(tableOfStream(stream, where), where));
}

/**
 * Reads the footer and checks that every column has a type that the WebAssembly is known to read.
 *
 * @throws {ZarrStoreError} `invalid_file`; `not_supported`, naming the column and its type
 */
function readFooter(
  bytes: Uint8Array,
  where: string,
  options: { readonly rowGroups?: boolean } = {},
): ParquetFooter {
  let footer: ParquetFooter;
  try {
    footer = parquetFooterOf(bytes, options);
  } catch (cause) {
    throw invalidFile(
      where,
      "Parquet that can be decoded",
      cause instanceof Error ? cause.message : "",
      cause,
    );
  }
  const unread = firstUnread(footer.fields);
  if (unread !== undefined) {
    throw unreadType(`column ${unread.name} of ${where}`, unread.type);
  }
  return footer;
}

/**
 * Refuses what the footer says is too large, before anything is decoded. A footer that says less is found out later.
 *
 * @throws {ZarrStoreError} `invalid_file`
 */
function checkSize(
  { fields, rows, unpackedBytes }: ParquetFooter,
  { maxCells, maxBytes = Number.POSITIVE_INFINITY }: { maxCells: number; maxBytes?: number | undefined },
  where: string,
): void {
  if (unpackedBytes > maxBytes) {
    throw invalidFile(where, `at most ${maxBytes} bytes unpacked`, `${unpackedBytes}`);
  }
  if (fields.length > maxColumns) {
    throw invalidFile(where, `at most ${maxColumns} columns`, `${fields.length}`);
  }
  const maxRows = Math.floor(maxCells / Math.max(1, fields.length));
  if (rows !== undefined && rows > maxRows) {
    throw invalidFile(where, `at most ${maxCells} cells`, `more than ${maxRows} rows of ${fields.length}`);
  }
}

/** What is decoded at once to find out how much it is. */
const PROBED_BYTES = 16 * 2 ** 20;
const MOST_PROBES = 256;

/**
 * Refuses texts that take too much memory. A dictionary has each text once, so the size of its page says little: where every row
 * could have the longest one, the rows are decoded a few at a time, and their bytes counted.
 *
 * @throws {ZarrStoreError} `invalid_file`
 */
function checkTexts(
  wasm: ParquetWasm,
  bytes: Uint8Array,
  { fields, rowGroups = [] }: ParquetFooter,
  maxBytes: number | undefined,
  where: string,
): void {
  if (maxBytes === undefined) {
    return;
  }
  try {
    const rows = rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0);
    const each = rowGroups.map((group) => dictionaryBytesPerRow(bytes, group));
    const mostBytes = rowGroups.reduce((sum, { rowCount, chunks }, index) => {
      const values = Math.max(rowCount, ...chunks.map(({ valueCount }) => valueCount));
      return sum + values * (each[index] ?? 0);
    }, 0);
    if (mostBytes <= maxBytes) {
      return;
    }
    const limit = Math.floor(PROBED_BYTES / Math.max(1, ...each));
    const isFlat = fields.every(({ children }) => children.length === 0);
    if (!isFlat || limit < 1 || rows / limit > MOST_PROBES) {
      throw invalidFile(where, `at most ${maxBytes} bytes unpacked`, `up to ${mostBytes}`);
    }
    let unpackedBytes = 0;
    for (let offset = 0; offset < rows; offset += limit) {
      const part = wasm.readParquet(bytes, { batchSize: limit, limit, offset });
      unpackedBytes += part.intoIPCStream().length;
      if (unpackedBytes > maxBytes) {
        throw invalidFile(where, `at most ${maxBytes} bytes unpacked`, `more than ${unpackedBytes}`);
      }
    }
  } catch (cause) {
    throw cause instanceof ZarrStoreError ? cause : unreadable(wasm, where, cause);
  }
}

/**
 * Checks the dictionaries that the Arrow schema in the footer announces. The WebAssembly makes none of decimals.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column and its type
 */
function checkDictionaries({ arrowSchema }: ParquetFooter, where: string): void {
  const unread = arrowSchema === undefined ? undefined : unreadDictionary(arrowSchema);
  if (unread !== undefined) {
    throw unreadType(`column ${unread.name} of ${where}`, unread.type);
  }
}

function unreadable(wasm: ParquetWasm, where: string, cause: unknown): ZarrStoreError {
  if (cause instanceof WebAssembly.RuntimeError) {
    assertStillWorks(wasm, cause);
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return invalidFile(where, "Parquet that can be decoded", reason, cause);
}

/** The table of an Arrow stream. @throws {ZarrStoreError} `not_supported` for a type that an older Arrow does not know. */
function tableOfStream(stream: Uint8Array, where: string): Table {
  const { tableFromIPC } = arrow();
  try {
    return tableFromIPC(stream);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError(
      "not_supported",
      `${where} has a column that the installed apache-arrow cannot read (${reason}); a newer version may`,
      { path: where, cause },
    );
  }
}

function columnsOf(wasm: ParquetWasm, bytes: Uint8Array): number {
  return arrow().tableFromIPC(wasm.readSchema(bytes).intoIPCStream()).schema.fields.length;
}

/**
 * Checks that parquet-wasm still works after a panic. A panic on damaged bytes leaks stack; after some 700 of them it can
 * read nothing, and a good file must not be called damaged.
 *
 * @throws {ZarrStoreError} `io` if it does not work.
 */
function assertStillWorks(wasm: ParquetWasm, panic: unknown): void {
  try {
    const probe = writeStream(wasm, arrow().tableToIPC(probeTable(), "stream"));
    wasm.readParquet(probe).free();
  } catch {
    throw new ZarrStoreError(
      "io",
      "parquet-wasm stopped working after too many damaged files; restart the program",
      {
        cause: panic,
      },
    );
  }
}

function probeTable(): Table {
  return tableFromColumns({ columns: [{ name: "probe", type: "utf8" }] }, { probe: ["probe", null] });
}

/**
 * Checks the frame of a Parquet file: `PAR1`, data, footer, the length of the footer in four bytes, `PAR1`. Source: the
 * Parquet format, "File Format".
 */
function checkFrame(bytes: Uint8Array, where: string): void {
  if (bytes.length < 12) {
    throw invalidFile(where, "at least 12 bytes", `${bytes.length} bytes`);
  }
  const magic = String.fromCharCode(...bytes.subarray(-4));
  if (magic === "PARE") {
    throw new ZarrStoreError("not_supported", `${where} is encrypted Parquet`, { path: where, found: magic });
  }
  if (magic !== "PAR1" || String.fromCharCode(...bytes.subarray(0, 4)) !== "PAR1") {
    throw invalidFile(where, "PAR1 at both ends", "other bytes");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footerBytes = view.getUint32(bytes.length - 8, true);
  if (footerBytes > bytes.length - 12) {
    throw invalidFile(where, `a footer within ${bytes.length} bytes`, `one of ${footerBytes}`);
  }
}

function invalidFile(where: string, expected: string, found: string, cause?: unknown): ZarrStoreError {
  return new ZarrStoreError(
    "invalid_file",
    `${where} is not a Parquet file: expected ${expected}, found ${found}`,
    {
      path: where,
      expected,
      found,
      cause,
    },
  );
}
