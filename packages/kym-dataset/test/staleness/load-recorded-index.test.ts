/** What is recorded about one image is the same, whether the rows of the others are decoded or not. */
import { memoryStore, openDataset, parseStoreKey, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { encodeParquet, schemaOfTable, tableFromColumns } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { KymDataset, velocityEventIndexer } from "../../src/index.ts";
import { loadLedgerAndTable } from "../../src/staleness/load-ledger-and-table.ts";
import { loadRecordedIndex } from "../../src/staleness/load-recorded-index.ts";
import { RunMemory } from "../../src/staleness/run-memory.ts";
import { addAnalysedImage, addImage, eventRow, saveEvents } from "../support/image-fixture.ts";

const TABLE = "kym_velocity_events";
const INDEXER = velocityEventIndexer;
const IDS = ["a", "b", "c", "d", "e", "none"];

/** Images with one row, with two, with none, never indexed, and without results. */
async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await addAnalysedImage(dataset, id, index);
  }
  await saveEvents(dataset.record("b"), [eventRow(7), eventRow(8)]);
  await saveEvents(dataset.record("c"), []);
  await new KymDataset(dataset).updateIndex(INDEXER, { mode: "incremental" });
  await addAnalysedImage(dataset, "d", 1);
  await addImage(dataset, "e");
  return dataset;
}

async function expectAlike(dataset: ZarrDataset): Promise<void> {
  const whole = await loadLedgerAndTable(dataset, INDEXER, new RunMemory(dataset.runtime));
  for (const id of IDS) {
    const found = await loadRecordedIndex(dataset, INDEXER, id, new RunMemory(dataset.runtime));
    expect(found).toEqual(whole.of(id));
  }
}

test("for images with rows, without, never indexed and unknown", async () => {
  await expectAlike(await study());
});

test("without tables, and with one of the two alone", async () => {
  const dataset = await study();
  await dataset.deleteTable(TABLE);
  await expectAlike(dataset);
  await dataset.deleteTable(`${TABLE}_runs`);
  await expectAlike(dataset);
});

test("for rows whose stamps differ, and for a table that lacks a column of the indexer", async () => {
  const dataset = await study();
  const table = await dataset.loadTable(TABLE);
  const schema = schemaOfTable(table);
  const rows = [...rowsOf(table)].map((row, at) => (at === 1 ? { ...row, params_hash: "another" } : row));
  await dataset.saveTable(TABLE, rows, { schema });
  await expectAlike(dataset);
  const columns = schema.columns.filter(({ name }) => name !== "score");
  const fewer = rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name]])));
  await dataset.saveTable(TABLE, fewer, { schema: { columns } });
  await expectAlike(dataset);
});

test("for tables that are folders of parts", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  const source = await study();
  for (const id of ["a", "b"]) {
    await addAnalysedImage(dataset, id, 1);
  }
  for (const name of [TABLE, `${TABLE}_runs`]) {
    const table = await source.loadTable(name);
    for (const [index, part] of [table.slice(0, 1), table.slice(1)].entries()) {
      await store.put(
        parseStoreKey(`tables/${name}/part-0000000${index}.parquet`),
        await encodeParquet(part),
      );
    }
  }
  await dataset.adopt();
  await expectAlike(dataset);
});

test("a table without provenance is refused alike, and a session that asks often decodes it once", async () => {
  const dataset = await study();
  const kym = new KymDataset(dataset);
  const first = await kym.explain(INDEXER, "b");
  for (let asked = 0; asked < 12; asked++) {
    expect(await kym.explain(INDEXER, "b")).toBe(first);
    expect((await kym.describeStaleness(INDEXER, "d")).staleness).toEqual(
      await kym.getStaleness(INDEXER, "d"),
    );
  }
  const schema = { columns: [{ name: "score", type: "float64" }] } as const;
  await dataset.saveTable(TABLE, tableFromColumns(schema, { score: Float64Array.of(1) }));
  const memory = new RunMemory(dataset.runtime);
  await expect(loadRecordedIndex(dataset, INDEXER, "a", memory)).rejects.toMatchObject({
    code: "schema_mismatch",
  });
});
