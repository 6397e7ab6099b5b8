import { tableFromRows } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeLedger, LEDGER_SCHEMA, type LedgerEntry, parseLedger } from "../src/index.ts";

const text = fc.string({ unit: "grapheme" });
const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  imageId: text,
  analysisVersion: text,
  paramsHash: text,
  inputsSha256: text,
  sourcesSha256: text,
  contextSha256: text,
  nRows: fc.nat(),
  indexedEpochNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});

test("what is written is read, sorted by image id", () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const ledger = new Map(entries.map((one) => [one.imageId, one]));
      const read = parseLedger(encodeLedger(ledger), "ledger");
      expect(read).toEqual(ledger);
      expect([...read.keys()]).toEqual([...read.keys()].sort());
    }),
  );
});

test("no table is an empty ledger, and the columns are those of design §5", () => {
  expect(parseLedger(undefined, "ledger")).toEqual(new Map());
  expect(LEDGER_SCHEMA.columns.map(({ name }) => name)).toEqual([
    "image_id",
    "analysis_version",
    "params_hash",
    "inputs_sha256",
    "sources_sha256",
    "context_sha256",
    "n_rows",
    "indexed_epoch_ns",
  ]);
});

test("a table that is no ledger is refused, with the column", () => {
  const table = tableFromRows([{ image_id: "a" }], { columns: [{ name: "image_id", type: "utf8" }] });
  expect(() => parseLedger(table, "kym_x_runs")).toThrow(
    "kym_x_runs is no ledger: column analysis_version: expected text, found no such column",
  );
});
