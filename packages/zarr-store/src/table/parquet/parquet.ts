import { type Table, tableFromIPC, tableToIPC } from "apache-arrow";
import type * as ParquetWasm from "parquet-wasm";
import { ZarrStoreError } from "../../errors.ts";
import { withSchema } from "../columns/arrow-column.ts";
import { isNormalizedTable } from "../columns/normalized-column.ts";
import { normalizeTable } from "../rows/normalize-table.ts";
import { tableFromColumns } from "../rows/table-from-rows.ts";
import { assertTableMatches, parseTableSchema, schemaOfTable, type TableSchema } from "../table-schema.ts";
import { parquetColumnsOf } from "./parquet-columns.ts";

export interface EncodeParquetOptions {
  /** What the table must match; its own schema by default. Units and descriptions are written with the fields. */
  readonly schema?: TableSchema | undefined;
  /**
   * Metadata of the Arrow schema, which pyarrow and we read back as `schema.metadata`. Default none. (Parquet's own
   * key-value metadata come out of parquet-wasm in random order.)
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The name of the table, for messages. */
  readonly where?: string | undefined;
  /** The largest number of cells, rows × columns, that is written. Default 2^26, which is also the most that is read. */
  readonly maxCells?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** 64 Mi cells: 512 MiB of numbers. What is larger wants more than one file. */
const DEFAULT_MAX_CELLS = 1 << 26;

export interface DecodeParquetOptions {
  /** The name of the file or key, for messages. */
  readonly where?: string | undefined;
  /** The largest number of cells, rows × columns, that is read. Default 2^26, which is also the most that is written. */
  readonly maxCells?: number | undefined;
  /**
   * `shared`: the columns may share memory, which saves a copy; a table that is only read, for apache-arrow 21.2 cannot write
   * it. Default `own`: each column has its own.
   */
  readonly memory?: "own" | "shared" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a table as one Parquet file: zstd, strings as plain UTF8, int64 as INT64, missing values as NULL.
 * Equal tables give equal bytes; a table without rows keeps its columns and their types.
 *
 * pandas reads a nullable int64 column with nulls as float64, which loses integers beyond 2^53. Ask it not to:
 * `pandas.read_parquet(path, dtype_backend="numpy_nullable")`, or `pyarrow.parquet.read_table(path)`.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column; `not_supported` for types without a counterpart;
 * `invalid_argument` for more cells than `maxCells`.
 */
export async function encodeParquet(
  table: Table,
  options: EncodeParquetOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
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
  const stream = tableToIPC(withSchema(normal, schema, metadata), "stream");
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

function writeStream(wasm: Wasm, stream: Uint8Array): Uint8Array<ArrayBuffer> {
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    // Dictionary pages took twice the time and more room than zstd alone.
    .setDictionaryEnabled(false)
    .build();
  // Each call takes over, and thereby frees, the wasm objects that it is given.
  return new Uint8Array(wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties));
}

/**
 * Reads a Parquet file, of whatever writer, as one Arrow table in our types: see `normalizeTable`. All columns
 * are read. `table.schema.metadata` has the metadata of the Arrow schema and of the file.
 *
 * A few kilobytes of Parquet can say billions of cells. No more than `maxCells` are unpacked, whatever the footer says;
 * strings among them have the 4 GiB of parquet-wasm's own memory and no more (reliability.md §5, "Parquet").
 * @throws {ZarrStoreError} `invalid_file` for bytes that are no Parquet or damaged, or that unpack to too much;
 * `not_supported`, naming the column, for types without a counterpart here, and for encrypted files.
 */
export async function decodeParquet(bytes: Uint8Array, options: DecodeParquetOptions = {}): Promise<Table> {
  options.signal?.throwIfAborted();
  const where = options.where ?? "the file";
  checkFrame(bytes, where);
  const wasm = await loadParquetWasm();
  options.signal?.throwIfAborted();
  const maxCells = options.maxCells ?? DEFAULT_MAX_CELLS;
  let maxRows: number;
  let stream: Uint8Array;
  try {
    const columns = parquetColumnsOf(bytes) ?? columnsOf(wasm, bytes);
    maxRows = Math.floor(maxCells / Math.max(1, columns));
    // By default the table would come in batches of 1024 rows. One row more than may be is enough to see it.
    stream = wasm.readParquet(bytes, { batchSize: 1 << 20, limit: maxRows + 1 }).intoIPCStream();
  } catch (cause) {
    if (cause instanceof WebAssembly.RuntimeError) {
      assertStillWorks(wasm, cause);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidFile(where, "Parquet that can be decoded", reason, cause);
  }
  const table = tableFromIPC(stream);
  if (table.numRows > maxRows) {
    throw invalidFile(where, `at most ${maxCells} cells`, `more than ${maxRows} rows of ${table.numCols}`);
  }
  return options.memory === "shared" && isNormalizedTable(table, "shared buffers")
    ? table
    : normalizeTable(table, where);
}

function columnsOf(wasm: Wasm, bytes: Uint8Array): number {
  return tableFromIPC(wasm.readSchema(bytes).intoIPCStream()).schema.fields.length;
}

/**
 * A panic in parquet-wasm, on hostile bytes, leaks its stack; some 700 of them leave it unable to read anything.
 * Then good files must not be called bad.
 */
function assertStillWorks(wasm: Wasm, panic: unknown): void {
  try {
    const probe = writeStream(wasm, tableToIPC(probeTable(), "stream"));
    wasm.readParquet(probe).free();
  } catch {
    throw new ZarrStoreError("io", "parquet-wasm broke down over damaged files; start the process anew", {
      cause: panic,
    });
  }
}

function probeTable(): Table {
  return tableFromColumns({ columns: [{ name: "probe", type: "utf8" }] }, { probe: ["probe", null] });
}

/** `PAR1`, data, footer, the footer's length in four bytes, `PAR1`. Source: the Parquet format, "File format". */
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
    `${where} is no Parquet file: expected ${expected}, found ${found}`,
    {
      path: where,
      expected,
      found,
      cause,
    },
  );
}

/**
 * Where `parquet_wasm_bg.wasm` is (a URL), or what it holds: a `Response`, an `ArrayBuffer`, a typed array, or a compiled
 * `WebAssembly.Module`, whose type a program without the library `DOM` does not know.
 */
export type ParquetWasmSource = string | URL | object;

type Wasm = typeof ParquetWasm;

let wasmSource: ParquetWasmSource | undefined;
let loading: Promise<Wasm> | undefined;

/**
 * Says where a browser finds `parquet-wasm/esm/parquet_wasm_bg.wasm`, if the bundler does not put it beside the
 * script by itself (Vite does, esbuild does not). To be called before the first table is read or written.
 * Node needs and heeds no such call.
 */
export function setParquetWasm(source: ParquetWasmSource): void {
  wasmSource = source;
}

/** Loads parquet-wasm on first use, once. A failure is not kept, so that the next use tries again. */
function loadParquetWasm(): Promise<Wasm> {
  loading ??= startParquetWasm().catch((cause: unknown) => {
    loading = undefined;
    throw new ZarrStoreError("io", "cannot load parquet-wasm; in a browser, see setParquetWasm", { cause });
  });
  return loading;
}

async function startParquetWasm(): Promise<Wasm> {
  const wasm: Wasm = await import("parquet-wasm");
  // For Node the package resolves to a module that is ready; everywhere else its default export starts it.
  const start: unknown = Reflect.get(wasm, "default");
  if (typeof start === "function") {
    await start(wasmSource === undefined ? undefined : { module_or_path: wasmSource });
  }
  return wasm;
}
