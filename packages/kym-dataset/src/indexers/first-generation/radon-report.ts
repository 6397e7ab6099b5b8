// The Python system's first-generation indexer of Radon reports, which fills `radon_report`.

import { ARTIFACTS, isJsonObject } from "@kym/kym-schema";
import { FIRST_RADON_COLUMNS } from "@kym/kym-schema/tables";
import { type CellValue, type ReadOptions, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../../errors.ts";
import { jsonArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { projectRow } from "./project-row.ts";

/** The names that other programs use for these columns. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  mean_velocity: "vel_mean",
  median_velocity: "vel_median",
  n_valid: "vel_n_valid",
  notes: "note",
};

const REPORT = ARTIFACTS.radonReport;
const INPUT = {
  known: [...FIRST_RADON_COLUMNS.map(({ name }) => name), ...Object.values(OTHER_NAMES)],
  keys: [],
};

/**
 * Pools the artifact `radon_report` into the table of the same name. The artifact is a table, or JSON: an object is one
 * row, a list of objects is several. The columns are those of the Python system; any other column is dropped.
 */
export const radonReportIndexer: Indexer<null> = defineIndexer({
  name: "radon_report_v1",
  tableName: REPORT,
  schemaVersion: "v0.1",
  schema: { columns: FIRST_RADON_COLUMNS },
  analysisVersion: "kymflow.radon_report@0.1",
  inputs: [{ format: "parquet", name: REPORT }, jsonArtifact(REPORT)],
  context: async () => null,

  async extract(record, { input, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const rows =
      input.format === "json"
        ? await jsonRows(record, { signal })
        : [...rowsOf(checkColumns(await loadInputTable(record, input, INPUT, { signal })))];
    return rows.map((row) => projectRow(row, FIRST_RADON_COLUMNS, OTHER_NAMES));
  },
});

/** @throws {KymDatasetError} `schema_mismatch` if the table has no column that the report has */
function checkColumns(table: Table): Table {
  const names = table.schema.fields.map(({ name }) => name);
  if (!names.some((name) => INPUT.known.includes(name))) {
    throw new KymDatasetError(
      "schema_mismatch",
      `${REPORT} has no column ${INPUT.known.join(", ")}; there are ${names.join(", ") || "none"}`,
      { path: REPORT, expected: INPUT.known, found: names },
    );
  }
  return table;
}

/** Reads an object as one row and a list of objects as rows; skips everything else. */
async function jsonRows(record: ZarrImageRecord, options: ReadOptions): Promise<readonly Row[]> {
  const value = await record.loadJson(REPORT, options);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter(isJsonObject).map((item) => {
    const cells = Object.entries(item).flatMap(([name, cell]): [string, CellValue][] =>
      isCell(cell) ? [[name, cell]] : [],
    );
    return Object.fromEntries(cells);
  });
}

function isCell(value: unknown): value is string | number | bigint | boolean | null {
  return value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
}
