import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowRunsOf, tableFromRows } from "../../../src/table/arrow-table.ts";

const schema = {
  columns: [
    { name: "id", type: "utf8" },
    { name: "hash", type: "utf8" },
    { name: "n", type: "int64" },
  ],
} as const;

describe("rowRunsOf", () => {
  test("gives each run of rows with the same texts, as a look at every row does", () => {
    // Texts of one, two and three bytes, and one that begins like another.
    const text = fc.option(fc.constantFrom("", "a", "ab", "µ", "…"), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.record({ id: text, hash: text }), { maxLength: 30 }), (rows) => {
        const runs = [...rowRunsOf(tableFromRows(rows, schema), ["id", "hash"])];
        expect(runs.flatMap(({ rowCount, texts: [id, hash] }) => Array(rowCount).fill({ id, hash }))).toEqual(
          rows,
        );
        expect(runs.map(({ firstRow }) => firstRow)).toEqual(
          [...rows.keys()].filter(
            (row) =>
              row === 0 || rows[row]?.id !== rows[row - 1]?.id || rows[row]?.hash !== rows[row - 1]?.hash,
          ),
        );
      }),
    );
  });

  test("has no text of a column that has none, and refuses one that is not there", () => {
    const table = tableFromRows(
      [
        { id: "a", n: 1n },
        { id: "a", n: 2n },
      ],
      schema,
    );
    expect([...rowRunsOf(table, ["id", "n"])]).toEqual([{ firstRow: 0, rowCount: 2, texts: ["a", null] }]);
    expect(() => [...rowRunsOf(table, ["name"])]).toThrow(
      expect.objectContaining({ code: "schema_mismatch" }),
    );
  });
});
