import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { runQuery } from "../../../src/commands/query/run-query.ts";
import { testHost } from "../../support/test-host.ts";

/** Longer than any test waits. */
const ENDLESS = "select count(*) from scores, range(100000000000), range(100)";

let work = "";
let dataset: ZarrDataset;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "kym-run-query-"));
  dataset = await openLocalDataset(join(work, "study.zarr"));
  const schema = { columns: [{ name: "image_id", type: "utf8" }] } as const;
  await dataset.saveTable("scores", [{ image_id: "scan" }], { schema });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await dataset.close();
  await rm(work, { recursive: true, force: true });
});

test("an abort before the query starts keeps it from running", async () => {
  const { onExit } = testHost();
  await expect(runQuery(dataset, ENDLESS, { signal: AbortSignal.abort(), onExit })).rejects.toThrow("abort");
});

test("an abort interrupts the query that runs, and its copies of the tables are removed", async () => {
  vi.stubEnv("TMPDIR", work);
  const { onExit } = testHost();
  const controller = new AbortController();
  const ended = expect(runQuery(dataset, ENDLESS, { signal: controller.signal, onExit })).rejects.toThrow(
    /interrupt/i,
  );
  await expect.poll(() => copiesIn(work)).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  controller.abort();
  await ended;
  expect(await copiesIn(work)).toEqual([]);
});

test("two queries at once see nothing of each other's tables", async () => {
  const { onExit } = testHost();
  const signal = new AbortController().signal;
  const sql = "create table mine as select 1 as one; select image_id, one from scores, mine";
  const results = await Promise.all([1, 2].map(() => runQuery(dataset, sql, { signal, onExit })));
  const rows = [{ image_id: "scan", one: 1 }];
  const types = ["VARCHAR", "INTEGER"];
  const result = { columns: ["image_id", "one"], types, rows, values: rows, notes: [] };
  expect(results).toEqual([result, result]);
});

test("a table that is a folder of parts is one view of all its rows, in the order of the parts", async () => {
  const { onExit } = testHost();
  const root = join(work, "parts.zarr");
  await using parted = await openLocalDataset(root);
  const columns = [
    { name: "image_id", type: "utf8" },
    { name: "n", type: "int64" },
  ] as const;
  await parted.saveTable("other", [{ image_id: "b", n: 7 }], { schema: { columns } });
  await mkdir(join(root, "tables", "events"));
  for (const [index, ids] of [
    ["a", "b"],
    ["b", "c"],
  ].entries()) {
    const data = { image_id: ids, n: [BigInt(2 * index), BigInt(2 * index + 1)] };
    const bytes = await encodeParquet(tableFromColumns({ columns }, data));
    await writeFile(join(root, "tables", "events", `part-0000000${index}.parquet`), bytes);
  }
  await parted.adopt();
  const sql = "select e.image_id, e.n, other.n as seven from events e left join other using (image_id)";
  const { rows } = await runQuery(parted, `${sql} order by e.n`, {
    signal: new AbortController().signal,
    onExit,
  });
  expect(rows).toEqual([
    { image_id: "a", n: 0n, seven: null },
    { image_id: "b", n: 1n, seven: 7n },
    { image_id: "b", n: 2n, seven: 7n },
    { image_id: "c", n: 3n, seven: null },
  ]);
});

async function copiesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith("scores.parquet") && name.startsWith("kym-query-"));
}
