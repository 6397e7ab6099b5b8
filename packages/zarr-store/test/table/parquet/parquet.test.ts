import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import { columnOf, emptyTable, rowsOf, tableFromRows } from "../../../src/table/arrow-table.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { type ColumnType, schemaOfTable } from "../../../src/table/table-schema.ts";
import { tableContent, tableSchema } from "../table-arbitraries.ts";

const schema = {
  columns: [
    { name: "id", type: "int64", nullable: false, unit: "ns", description: "when" },
    { name: "count", type: "int32" },
    { name: "speed", type: "float64" },
    { name: "name", type: "utf8" },
    { name: "ok", type: "bool" },
  ],
} as const;

const table = tableFromRows(
  [{ id: 9007199254740993n, count: 1, speed: 0.5, name: "é😀", ok: true }, { id: -1n }],
  schema,
);

describe("encodeParquet and decodeParquet", () => {
  test("are inverse to each other, for any schema and any values", async () => {
    await fc.assert(
      fc.asyncProperty(tableContent, async ({ schema, rows }) => {
        const decoded = await decodeParquet(await encodeParquet(tableFromRows(rows, schema), { schema }));
        expect([...rowsOf(decoded)]).toEqual(rows);
        expect(schemaOfTable(decoded)).toEqual(schema);
        expect(decoded.numRows).toBe(rows.length);
      }),
    );
  });

  test("keep the columns of a table without rows", async () => {
    await fc.assert(
      fc.asyncProperty(tableSchema, async (schema) => {
        const decoded = await decodeParquet(await encodeParquet(emptyTable(schema)));
        expect(decoded.numRows).toBe(0);
        expect(schemaOfTable(decoded)).toEqual(schema);
      }),
      { numRuns: 30 },
    );
  });

  test.each<ColumnType>(["int64", "int32", "float64", "utf8", "bool"])(
    "keep the type of a column of %s that is all null",
    async (type) => {
      const columns = [{ name: "c", type }];
      const decoded = await decodeParquet(await encodeParquet(tableFromRows([{}, {}], { columns })));
      expect(schemaOfTable(decoded)).toEqual({ columns });
      expect(columnOf(decoded, "c")).toEqual([null, null]);
    },
  );

  test("give a table of one batch, however long", async () => {
    const ids = Array.from({ length: 70_000 }, (_, id) => ({ id }));
    const long = tableFromRows(ids, { columns: [{ name: "id", type: "int32" }] });
    const decoded = await decodeParquet(await encodeParquet(long));
    expect(decoded.batches).toHaveLength(1);
    expect(columnOf(decoded, "id")).toEqual(ids.map(({ id }) => id));
  });

  test("write what others agree on: int64, int32, double, UTF8 strings, boolean, no dictionary type", async () => {
    const decoded = await decodeParquet(await encodeParquet(table));
    expect(decoded.schema.fields.map((field) => `${field} ${field.nullable}`)).toEqual([
      "id: Int64 false",
      "count: Int32 true",
      "speed: Float64 true",
      "name: Utf8 true",
      "ok: Bool true",
    ]);
  });

  test("store the missing number as NULL and not as NaN", async () => {
    const decoded = await decodeParquet(
      await encodeParquet(tableFromRows([{ id: 0, speed: Number.NaN }], schema)),
    );
    expect(decoded.getChild("speed")?.nullCount).toBe(1);
    expect(columnOf(decoded, "speed")).toEqual([null]);
  });

  test("write and read metadata of the file", async () => {
    const bytes = await encodeParquet(table, { metadata: { z: "1", a: "é", format: "x" } });
    const decoded = await decodeParquet(bytes);
    expect(Object.fromEntries(decoded.schema.metadata)).toEqual({ z: "1", a: "é", format: "x" });
  });

  test("read bytes that are part of a larger buffer", async () => {
    const bytes = await encodeParquet(table);
    const shifted = new Uint8Array(bytes.length + 11);
    shifted.set(bytes, 7);
    const decoded = await decodeParquet(shifted.subarray(7, 7 + bytes.length));
    expect([...rowsOf(decoded)]).toEqual([...rowsOf(table)]);
  });
});

describe("encodeParquet", () => {
  test("writes equal tables as equal bytes, whatever the order of the metadata", async () => {
    await fc.assert(
      fc.asyncProperty(tableContent, async ({ schema, rows }) => {
        const first = await encodeParquet(tableFromRows(rows, schema), { metadata: { a: "1", b: "2" } });
        const second = await encodeParquet(await decodeParquet(first), { metadata: { b: "2", a: "1" } });
        expect(second).toEqual(first);
      }),
    );
  });

  test("writes the same bytes in another process", async () => {
    const metadata = Object.fromEntries(Array.from("qwertyuiop", (key, index) => [key, String(index)]));
    const script = `
      import { createHash } from "node:crypto";
      import { tableFromRows } from ${JSON.stringify(sourceUrl("arrow-table.ts"))};
      import { encodeParquet } from ${JSON.stringify(sourceUrl("parquet/parquet.ts"))};
      const schema = ${JSON.stringify(schema)};
      const table = tableFromRows([{ id: 9007199254740993n, count: 1, speed: 0.5, name: "é😀", ok: true }, { id: -1n }], schema);
      const bytes = await encodeParquet(table, { metadata: ${JSON.stringify(metadata)} });
      process.stdout.write(createHash("sha256").update(bytes).digest("hex"));
    `;
    const other = execFileSync(
      process.execPath,
      ["--conditions=@kym/source", "--input-type=module", "--eval", script],
      {
        encoding: "utf8",
      },
    );
    const bytes = await encodeParquet(table, { metadata });
    expect(other).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  test("compares the table with the schema before it writes", async () => {
    const columns = [{ name: "id", type: "int32" }] as const;
    await expect(encodeParquet(table, { schema: { columns }, where: "tables/t.parquet" })).rejects.toThrow(
      expect.objectContaining({
        code: "schema_mismatch",
        message: "column id of tables/t.parquet: expected int32, found int64",
      }),
    );
  });

  test("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    await expect(encodeParquet(table, { signal })).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    await expect(decodeParquet(new Uint8Array(), { signal })).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
  });
});

describe("decodeParquet", () => {
  const refusal = async (bytes: Uint8Array): Promise<string> => {
    try {
      await decodeParquet(bytes, { where: "tables/t.parquet" });
      return "accepted";
    } catch (error) {
      return isZarrStoreError(error, "invalid_file", "not_supported") ? error.message : String(error);
    }
  };

  test("says what is wrong with a file that is none, or cut short", async () => {
    const bytes = await encodeParquet(table);
    const start = "tables/t.parquet is not a Parquet file: expected";
    expect(await refusal(new Uint8Array())).toBe(`${start} at least 12 bytes, found 0 bytes`);
    expect(await refusal(new TextEncoder().encode('{"a": "json"}'))).toBe(
      `${start} PAR1 at both ends, found other bytes`,
    );
    expect(await refusal(bytes.subarray(0, -1))).toContain("PAR1 at both ends");
    expect(await refusal(bytes.subarray(1))).toContain("PAR1 at both ends");
    const longFooter = bytes.slice();
    new DataView(longFooter.buffer).setUint32(bytes.length - 8, bytes.length - 11, true);
    expect(await refusal(longFooter)).toBe(
      `${start} a footer within ${bytes.length} bytes, found one of ${bytes.length - 11}`,
    );
    const encrypted = bytes.slice();
    encrypted.set(new TextEncoder().encode("PARE"), bytes.length - 4);
    expect(await refusal(encrypted)).toBe("tables/t.parquet is encrypted Parquet");
    expect(await refusal(new TextEncoder().encode("PAR1\0\0\0\0PAR1"))).toContain(
      "Parquet that can be decoded",
    );
  });

  test("answers any damage with a typed error or a table, and works on after it", async () => {
    const bytes = await encodeParquet(table);
    const damage = fc.array(
      fc.tuple(
        fc.oneof(fc.nat(bytes.length - 1), fc.integer({ min: bytes.length - 900, max: bytes.length - 9 })),
        fc.nat(255),
      ),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = bytes.slice();
        for (const [at, byte] of changes) {
          damaged[at] = byte;
        }
        expect(await refusal(damaged)).toMatch(
          /^(accepted$|tables\/t\.parquet is (not a|encrypted) Parquet|column .* of tables\/t\.parquet|tables\/t\.parquet: not a table schema)/,
        );
      }),
      { numRuns: 400 },
    );
    expect(await encodeParquet(await decodeParquet(bytes))).toEqual(bytes);
  });

  test("does not grow with the number of files", async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `name ${id}`, speed: id / 3 }));
    const bytes = await encodeParquet(tableFromRows(rows, schema));
    const { wasmMemory } = await import("parquet-wasm");
    const turn = async (times: number): Promise<number> => {
      for (let index = 0; index < times; index += 1) {
        await encodeParquet(await decodeParquet(bytes), { schema });
      }
      return wasmMemory().buffer.byteLength;
    };
    const settled = await turn(5);
    expect(await turn(40)).toBe(settled);
  });
});

const pythonDataset = new URL("../../../../../../shared/data/python_v1/", import.meta.url).pathname;
const hasDataset = existsSync(pythonDataset);
if (!hasDataset) {
  const message = `no Parquet of pandas is read: ${pythonDataset} is absent`;
  if (process.env["CI"]) {
    throw new Error(message);
  }
  console.warn(message);
}

describe.skipIf(!hasDataset)("decodeParquet of what pandas wrote", () => {
  test("gives the rows that pandas read, snappy and zstd, with its nulls", async () => {
    const truth = JSON.parse(readFileSync(join(pythonDataset, "truth.json"), "utf8")) as {
      tables: Record<
        string,
        { rows: number; columns: Record<string, string>; records: Record<string, unknown>[] }
      >;
    };
    for (const [name, { rows, columns, records }] of Object.entries(truth.tables)) {
      const decoded = await decodeParquet(
        readFileSync(join(pythonDataset, `dataset.zarr/tables/${name}.parquet`)),
      );
      expect(decoded.numRows).toBe(rows);
      expect(
        Object.fromEntries(schemaOfTable(decoded).columns.map((column) => [column.name, column.type])),
      ).toEqual(
        Object.fromEntries(
          Object.entries(columns).map(([key, type]) => [key, type === "object" ? "utf8" : type]),
        ),
      );
      // The truth was written with nine decimals.
      const written = (cell: unknown): unknown =>
        typeof cell === "bigint" || typeof cell === "number" ? Number(Number(cell).toFixed(9)) : cell;
      const plain = Array.from(rowsOf(decoded), (row) =>
        Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, written(cell)])),
      );
      expect(plain).toEqual(records.map((record) => expect.objectContaining(record)));
    }
  });
});

function sourceUrl(file: string): string {
  return new URL(`../../../src/table/${file}`, import.meta.url).href;
}
