import { expect, test } from "vitest";
import { emptyTable } from "../../../src/table/arrow-table.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { parquetColumnsOf } from "../../../src/table/parquet/parquet-columns.ts";

test.each([1, 2, 13, 14, 15, 126, 127, 128, 1024])(
  "a file of %i columns says so in its footer",
  async (count) => {
    const columns = Array.from(
      { length: count },
      (_, index) => ({ name: `c${index}`, type: "int32" }) as const,
    );
    const bytes = await encodeParquet(emptyTable({ columns }));
    expect(parquetColumnsOf(bytes)).toBe(count);
    expect((await decodeParquet(bytes)).numCols).toBe(count);
  },
);

test("a footer that begins otherwise says nothing", async () => {
  const bytes = await encodeParquet(emptyTable({ columns: [{ name: "c", type: "int32" }] }));
  const start = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  for (const [at, byte] of [
    [0, 0x16],
    [1, 0x82],
    [2, 0x18],
    [3, 0x1b],
  ] as const) {
    expect(parquetColumnsOf(bytes.with(start + at, byte))).toBeUndefined();
  }
});
