import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonText } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { paramsHash, type Staleness } from "../src/index.ts";
import { LEDGER_SCHEMA } from "../src/table/ledger.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/indexing.md"), "utf8");

/** Every reason that the decision can give, by its state; the compiler finds one that is missing or too many. */
const REASONS: Readonly<Record<Staleness["because"], Staleness["state"]>> = {
  no_inputs: "not_analysed",
  never_indexed: "stale",
  version_changed: "stale",
  settings_changed: "stale",
  inputs_changed: "stale",
  params_changed: "stale",
  roi_changed: "stale",
  context_changed: "stale",
  rows_differ: "stale",
  marker_differs: "stale",
  schema_changed: "stale",
  sources_unchanged: "fresh",
  provenance_unchanged: "fresh",
  rows_agree: "fresh",
  no_rows_marker: "fresh",
};

/** The first two cells of each row of the tables below a heading. */
function rowsBelow(heading: string): readonly (readonly [string, string])[] {
  const section = PAGE.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([^|]*)` \| `?([^|]*?)`? \|/gm)].map(([, first = "", second = ""]) => [
    first,
    second,
  ]);
}

test("docs/indexing.md has each reason of the decision once, with its state", () => {
  const documented = rowsBelow("The decision").map(([reason, state]) => [reason, state.replace(" ", "_")]);
  expect(documented.length).toBe(Object.keys(REASONS).length);
  expect(Object.fromEntries(documented)).toEqual(REASONS);
});

test("docs/indexing.md has the columns of the ledger, in order", () => {
  expect(rowsBelow("The ledger").map(([column]) => column)).toEqual(
    LEDGER_SCHEMA.columns.map(({ name }) => name),
  );
});

test("docs/indexing.md has hashes of params that are true", () => {
  const rows = rowsBelow("The hash of params");
  expect(rows).toHaveLength(4);
  for (const [text, digest] of rows) {
    expect([text, paramsHash(jsonText(text))]).toEqual([text, digest]);
  }
});
