// Tables that share memory, read from a folder whose store can be given memory to read into.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createNdArray } from "../../../src/array/nd-array.ts";
import { tableFromRows } from "../../../src/index.ts";
import { openLocalDataset } from "../../../src/node/open-local-dataset.ts";

it.each(["parquet", "csv.gz"] as const)(
  "a large %s table that may share memory is read whole",
  async (format) => {
    const folder = await mkdtemp(join(tmpdir(), "kym-shared-memory-"));
    try {
      await using dataset = await openLocalDataset(join(folder, "a.zarr"), { durability: "none" });
      const record = await dataset.addImage(createNdArray("uint8", [1, 1], new Uint8Array(1)), { id: "one" });
      // Random values, so that the file is larger than what is read without asking for its size.
      const rows = Array.from({ length: 60_000 }, () => ({ v: Math.random() }));
      const table = tableFromRows(rows, { columns: [{ name: "v", type: "float64" }] });
      const tables = record.tables;
      await tables.save("big", table, { format });
      const loaded = await tables.load("big", { format, memory: "shared" });
      expect([loaded.numRows, loaded.getChild("v")?.get(59_999)]).toEqual([60_000, rows.at(-1)?.v]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
