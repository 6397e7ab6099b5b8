import { tableFromRows } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../src/staleness/index.ts";
import { encodeLedger, LEDGER_SCHEMA, parseLedger } from "../../src/table/ledger.ts";

const text = fc.string({ unit: "grapheme" });
const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  imageId: text,
  analysisVersion: text,
  paramsHash: text,
  inputsSha256: text,
  sourcesSha256: text,
  contextSha256: text,
  roisSha256: fc.option(text),
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

test("no table is an empty ledger, and the columns are those of design §5, then the ROIs' hash", () => {
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
    "rois_sha256",
  ]);
});

test("a table that is no ledger is refused, with the column", () => {
  const table = tableFromRows([{ image_id: "a" }], { columns: [{ name: "image_id", type: "utf8" }] });
  expect(() => parseLedger(table, "kym_x_runs")).toThrow(
    "kym_x_runs is not a valid ledger: column analysis_version: expected text, found no such column",
  );
});

test("a ledger that an older version wrote, without the ROIs' hash, is read", () => {
  const columns = LEDGER_SCHEMA.columns.filter(({ name }) => name !== "rois_sha256");
  const row = {
    image_id: "a",
    analysis_version: "v",
    params_hash: "p",
    inputs_sha256: "i",
    sources_sha256: "s",
    context_sha256: "c",
    n_rows: 2n,
    indexed_epoch_ns: 1n,
  };
  expect(parseLedger(tableFromRows([row], { columns }), "ledger").get("a")).toMatchObject({
    contextSha256: "c",
    roisSha256: null,
    nRows: 2,
  });
});
