import fc from "fast-check";
import type { CellValue, Column, ColumnType, Row, TableSchema } from "../../src/table/table-schema.ts";
import { unicodeText } from "../json/json-arbitraries.ts";

export const columnType: fc.Arbitrary<ColumnType> = fc.constantFrom(
  "int64",
  "int32",
  "float64",
  "utf8",
  "bool",
);

const plainText = unicodeText.filter((text) => !text.startsWith("\ufeff"));

const noted = fc.record(
  { unit: fc.constantFrom("ms", "µm/s"), description: plainText },
  { requiredKeys: [] },
);

export const tableSchema: fc.Arbitrary<TableSchema> = fc
  .uniqueArray(
    fc.record({
      name: fc
        .oneof(plainText, fc.constantFrom("id", "a.b", "__proto__", "toString"))
        .filter((name) => name !== ""),
      type: columnType,
      nullable: fc.boolean(),
      notes: noted,
    }),
    { selector: (column) => column.name, minLength: 1, maxLength: 6 },
  )
  .map((columns) => ({
    columns: columns.map(
      ({ nullable, notes, ...column }): Column => ({
        ...column,
        ...notes,
        ...(nullable ? {} : { nullable }),
      }),
    ),
  }));

export function cellOf({ type, nullable }: Column): fc.Arbitrary<CellValue> {
  const values: Readonly<Record<ColumnType, fc.Arbitrary<CellValue>>> = {
    int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    int32: fc.integer(),
    float64: fc.double({ noNaN: true }),
    utf8: unicodeText,
    bool: fc.boolean(),
  };
  return nullable === false ? values[type] : fc.option(values[type], { freq: 3, nil: null });
}

/** Rows with every column of a schema. The objects are made so that any name is an own key. */
export function rowsFor(schema: TableSchema, maxLength = 40): fc.Arbitrary<readonly Row[]> {
  const cells = fc.tuple(...schema.columns.map(cellOf));
  return fc.array(
    cells.map((values) =>
      Object.fromEntries(schema.columns.map(({ name }, index) => [name, values[index] ?? null])),
    ),
    { maxLength },
  );
}

export const tableContent: fc.Arbitrary<{ readonly schema: TableSchema; readonly rows: readonly Row[] }> =
  tableSchema.chain((schema) => rowsFor(schema).map((rows) => ({ schema, rows })));
