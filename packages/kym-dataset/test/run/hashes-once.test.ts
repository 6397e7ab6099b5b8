import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  portableRuntime,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { beforeEach, expect, test } from "vitest";
import { defineIndexer, type IndexEvent, type Indexer, KymDataset, paramsHash } from "../../src/index.ts";
import { addImage } from "../support/image-fixture.ts";

const IDS = ["a", "b", "c"];
const INCREMENTAL = { mode: "incremental" } as const;

/** Everything that is hashed of an image differs from what is hashed of another. */
const indexer = defineIndexer({
  name: "once",
  schemaVersion: "1",
  schema: { columns: [{ name: "value", type: "float64" }] },
  analysisVersion: "lab.once@1",
  inputs: [{ format: "json", name: "once/result" }],
  sources: [{ format: "json", name: "once/params" }],
  params: (record) => record.loadJson("once/params"),
  context: async (record) => ({ of: record.id }),
  rois: (context) => [context],
  extract: async (record) => [{ value: Number(await record.loadJson("once/result")) }],
});

interface Session {
  readonly dataset: ZarrDataset;
  readonly kym: KymDataset;
  /** The texts that were hashed since the last call, in order. */
  readonly takeHashed: () => readonly string[];
}

/** A session whose runtime notes every text that it hashes. */
async function openSession(store: KeyValueStore): Promise<Session> {
  let hashed: string[] = [];
  const sha256Text = (text: string): string => {
    hashed.push(text);
    return paramsHash(JSON.parse(text));
  };
  const dataset = await openDataset(store, { runtime: { ...portableRuntime(), sha256Text } });
  const takeHashed = (): readonly string[] => {
    const taken = hashed;
    hashed = [];
    return taken;
  };
  return { dataset, kym: new KymDataset(dataset), takeHashed };
}

async function saveResult(dataset: ZarrDataset, id: string, value: number): Promise<void> {
  await dataset.record(id).saveJson("once/result", value);
}

/** Of each image its inputs and its sources, and, where they are read, its params, its context and its ROIs. */
const WHOLE = 5;

let session: Session;
beforeEach(async () => {
  const store = memoryStore();
  session = await openSession(store);
  for (const [index, id] of IDS.entries()) {
    await addImage(session.dataset, id);
    await saveResult(session.dataset, id, index);
    await session.dataset.record(id).saveJson("once/params", { smoothing: index });
  }
});

test("a run over new images computes each hash once, those at the commit included", async () => {
  expect(await session.kym.updateIndex(indexer)).toMatchObject({ updated: 3, committed: true });
  const hashed = session.takeHashed();
  expect(hashed).toHaveLength(WHOLE * IDS.length);
  expect(new Set(hashed).size).toBe(hashed.length);
});

test("a run over what has not changed hashes nothing again in the same session", async () => {
  await session.kym.updateIndex(indexer);
  session.takeHashed();
  expect(await session.kym.updateIndex(indexer, INCREMENTAL)).toMatchObject({ updated: 0, skipped: 3 });
  expect(await session.kym.getStaleness(indexer, "a")).toMatchObject({ state: "fresh" });
  expect(session.takeHashed()).toEqual([]);
});

test("after an edit a run hashes the inputs and sources of that image once, and reads no other", async () => {
  await session.kym.updateIndex(indexer);
  await saveResult(session.dataset, "b", 7);
  session.takeHashed();
  expect(await session.kym.updateIndex(indexer, INCREMENTAL)).toMatchObject({ updated: 1, skipped: 2 });
  const hashed = session.takeHashed();
  expect(hashed).toHaveLength(WHOLE);
  expect(new Set(hashed).size).toBe(WHOLE);
});

test("images that another session edits during a run are compared at the commit without a hash", async () => {
  const { dataset, kym, takeHashed } = session;
  const others = Promise.withResolvers<void>();
  const waiting: Indexer = {
    ...indexer,
    extract: async (record, args) => {
      const rows = await indexer.extract(record, { ...args, context: { of: record.id } });
      if (record.id === "c") {
        await others.promise;
        await saveResult(dataset, "b", 7);
        await record.saveJson("once/remark", "not an input");
      }
      return rows;
    },
  };
  const onEvent = ({ done }: IndexEvent): void => {
    if (done === IDS.length - 1) {
      others.resolve();
    }
  };
  const report = await kym.updateIndex(waiting, { onEvent });
  expect(report).toMatchObject({ updated: 3, committed: true });
  const hashed = takeHashed();
  expect(hashed).toHaveLength(WHOLE * IDS.length);
  expect(new Set(hashed).size).toBe(hashed.length);
  const indexed = Array.from(rowsOf(await report.table()), ({ image_id: id, value }) => [id, value]);
  expect(indexed).toEqual([
    ["a", 0],
    ["c", 2],
  ]);
});
