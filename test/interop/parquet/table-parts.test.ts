// A large pooled table is a folder of parts: DuckDB, pandas and pyarrow read it by one call, and `kym query` as any other table.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineIndexer, KymDataset } from "@kym/kym-dataset";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect, test } from "vitest";
import { kymJson } from "../../../apps/cli/test/support/kym.ts";
import { hasPython, runPython } from "../python-environment.ts";

const IMAGES = 24;
const indexer = defineIndexer({
  name: "radon",
  schemaVersion: "1",
  schema: {
    columns: [
      { name: "vel_mean", type: "float64" },
      { name: "note", type: "utf8" },
    ],
  },
  analysisVersion: "test.radon@1",
  inputs: [{ format: "json", name: "result" }],
  context: async () => null,
  extract: async (record) => [{ vel_mean: Number(await record.loadJson("result")), note: null }],
});

test.runIf(await hasPython())(
  "DuckDB, pandas, pyarrow and kym query read the parts of a table as one",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-parts-"));
    try {
      const path = join(cwd, "study.zarr");
      {
        await using dataset = await openLocalDataset(path, { durability: "none" });
        await dataset.transaction(async (transaction) => {
          for (let index = 0; index < IMAGES; index++) {
            const record = await transaction.addImage(createNdArray("uint8", [1, 1]), {
              id: `scan-${index}`,
            });
            await record.saveJson("result", index);
          }
        });
        await new KymDataset(dataset, { partsBeyondBytes: 1 }).updateIndex(indexer);
      }
      const said = await runPython(
        `
import glob, json, sys
import duckdb, pandas, pyarrow.dataset
folder = sys.argv[1] + "/tables/kym_radon"
pattern = folder + "/*.parquet"
files = len(glob.glob(pattern))
rows = duckdb.sql(f"select count(*), sum(vel_mean), count(distinct image_id) from read_parquet('{pattern}')").fetchall()[0]
frame = pandas.read_parquet(folder)
table = pyarrow.dataset.dataset(folder).to_table()
print(json.dumps([files > 1, rows, [len(frame), frame.vel_mean.sum()], [table.num_rows, table.schema.names]]))
`,
        [path],
      );
      const sum = (IMAGES * (IMAGES - 1)) / 2;
      expect(JSON.parse(said)).toEqual([
        true,
        [IMAGES, sum, IMAGES],
        [IMAGES, sum],
        [IMAGES, expect.arrayContaining(["image_id", "vel_mean", "note"])],
      ]);
      const { data } = await kymJson(
        ["query", path, "select count(*) as n, sum(vel_mean) as s from kym_radon"],
        { cwd },
      );
      expect(data).toEqual([{ n: IMAGES, s: sum }]);
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
