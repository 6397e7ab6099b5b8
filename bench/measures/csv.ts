// Measures of one build: reading and writing a table as CSV.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

/** The name of the table among the inputs. */
export const CSV_TABLE = "table.csv";

export async function measureCsv({ root, inputs, folder }: MeasurePlace): Promise<readonly Measure[]> {
  const { readCsv, tableFromColumns, writeCsv } = await loadBuild(root, [
    "readCsv",
    "tableFromColumns",
    "writeCsv",
  ]);
  const path = join(inputs, CSV_TABLE);
  const { schema, columns, rowCount } = readCsv(readFileSync(path));
  const table = tableFromColumns(schema, columns, rowCount);
  return [
    { name: "read a CSV", run: async () => readCsv(readFileSync(path)) },
    {
      name: "write it",
      run: async () => writeFileSync(join(folder, "out.csv"), writeCsv(table, schema)),
    },
  ];
}
