import { type CellValue, columnOf, type rowsOf, schemaOfTable } from "@kym/zarr-store";

type Table = Parameters<typeof rowsOf>[0];

export interface PythonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface PythonArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly dimension_names: readonly string[];
  readonly sha256: string;
}

type PythonTables = Readonly<Record<string, { readonly pandas: PythonTable; readonly duckdb: PythonTable }>>;

/** What `read_study.py` prints. */
export interface PythonStudy {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly images: Readonly<
    Record<string, { readonly attributes: Readonly<Record<string, unknown>>; readonly pixels: PythonArray }>
  >;
  readonly arrays: Readonly<Record<string, PythonArray>>;
  /** The dimensions of the pixels, by image id. */
  readonly xarray: Readonly<Record<string, readonly string[]>>;
  /** By path. */
  readonly tables: PythonTables;
  readonly artifacts: PythonTables;
}

/** A table of ours as {@link normalised} gives one of Python's. */
export function spelledTable(table: Table): PythonTable {
  const { columns } = schemaOfTable(table);
  const cells = columns.map(({ name, type }) =>
    [...columnOf(table, name)].map((value) => (type === "int32" && value !== null ? BigInt(value) : value)),
  );
  const rows = Array.from({ length: table.numRows }, (_, row) =>
    cells.map((column) => spelled(column[row] ?? null)),
  );
  return { columns: columns.map(({ name }) => name), rows };
}

/** As the script spells a cell: integers as text, floats by their bits. */
function spelled(value: CellValue): unknown {
  return typeof value === "bigint" ? `int ${value}` : typeof value === "number" ? floatBits(value) : value;
}

/** Integers as text, floats by their bits. */
export function normalised(table: PythonTable | undefined): PythonTable | undefined {
  return table && { ...table, rows: table.rows.map((row) => row.map(withFloatBits)) };
}

function withFloatBits(cell: unknown): unknown {
  return typeof cell === "string" && /^-?0x[01]\.|^-?(inf|nan)$/.test(cell) ? floatBits(fromHex(cell)) : cell;
}

function floatBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `float ${view.getBigUint64(0).toString(16)}`;
}

/** The inverse of Python's `float.hex`. */
function fromHex(text: string): number {
  const match = /^(-?)0x([01])\.([0-9a-f]*)p([+-]\d+)$/.exec(text);
  if (match === null) {
    return Number(text.replace("inf", "Infinity"));
  }
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = match;
  const mantissa = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** Number(exponent);
}
