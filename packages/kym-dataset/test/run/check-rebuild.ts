import {
  createNdArray,
  memoryStore,
  openDataset,
  parseStoreKey,
  type Row,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import fc from "fast-check";
import { expect } from "vitest";
import { type Indexer, KymDataset, radonIndexer, velocityEventIndexer } from "../../src/index.ts";
import {
  EVENT_SCHEMA,
  eventRow,
  rectEnvelope,
  saveAnalysis,
  saveRois,
  saveTraces,
} from "../support/image-fixture.ts";

type Edit =
  | { readonly edit: "addImage"; readonly id: string; readonly pixel: number }
  | { readonly edit: "deleteImage"; readonly id: string }
  | {
      readonly edit: "events";
      readonly id: string;
      readonly scores: readonly number[];
      readonly extra: string;
    }
  | { readonly edit: "foreignEvents"; readonly id: string }
  | { readonly edit: "params"; readonly id: string; readonly window: number }
  | {
      readonly edit: "analysis";
      readonly id: string;
      readonly velocities: readonly number[];
      readonly y1: number;
    }
  | {
      readonly edit: "rois";
      readonly id: string;
      readonly name: string;
      readonly y1: number;
      readonly accepted: boolean;
    }
  | { readonly edit: "deleteResults"; readonly id: string; readonly suffix: string }
  | { readonly edit: "version"; readonly version: string }
  | { readonly edit: "index"; readonly process: number; readonly mode: "replace" | "incremental" };

type ImageEdit = Exclude<Edit, { edit: "version" | "index" }>;

const id = fc.constantFrom("a", "b", "c");
const y1 = fc.integer({ min: 1, max: 6 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ edit: fc.constant("addImage"), id, pixel: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant("deleteImage"), id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      edit: fc.constant("events"),
      id,
      scores: fc.array(fc.nat(9), { maxLength: 3 }),
      extra: fc.constantFrom("", "quality", "remark"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant("foreignEvents"), id }) },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant("params"), id, window: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      edit: fc.constant("analysis"),
      id,
      velocities: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 4 }),
      y1,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      edit: fc.constant("rois"),
      id,
      name: fc.constantFrom("x", "y"),
      y1,
      accepted: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      edit: fc.constant("deleteResults"),
      id,
      suffix: fc.constantFrom("events.parquet", "velocity.parquet", "params.json", "metadata.json"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant("version"), version: fc.constantFrom("1", "2") }) },
  {
    weight: 5,
    arbitrary: fc.record({
      edit: fc.constant("index"),
      process: fc.nat(1),
      mode: fc.constantFrom("incremental", "replace"),
    }),
  },
);

function indexersOf(version: string): readonly Indexer[] {
  return [velocityEventIndexer, radonIndexer].map((indexer) => ({
    ...indexer,
    analysisVersion: `${indexer.analysisVersion}.${version}`,
  }));
}

async function applyToImage(dataset: ZarrDataset, change: ImageEdit): Promise<void> {
  const record = dataset.record(change.id);
  if (change.edit === "addImage") {
    // Under the id that it had: the pixels of an image never change, but another may take its place.
    await dataset.deleteImage(change.id);
    const pixels = new Uint16Array(24).fill(change.pixel);
    await dataset.addImage(createNdArray("uint16", [6, 4], pixels), { id: change.id });
    return;
  }
  if (!(await record.exists())) {
    return;
  }
  switch (change.edit) {
    case "deleteImage":
      await dataset.deleteImage(change.id);
      return;
    case "events": {
      const { extra } = change;
      const columns = extra === "" ? [] : [{ name: extra, type: "int64" } as const];
      const rows = change.scores.map(
        (score): Row => ({ ...eventRow(score), ...(extra && { [extra]: score }) }),
      );
      await record.saveParquet("velocity_events/events", rows, {
        schema: { columns: [...EVENT_SCHEMA.columns, ...columns] },
      });
      return;
    }
    case "foreignEvents":
      await record.saveParquet("velocity_events/events", [{ ...eventRow(1), image_id: "somebody" }], {
        schema: { columns: [...EVENT_SCHEMA.columns, { name: "image_id", type: "utf8" }] },
      });
      return;
    case "params":
      await record.saveJson("velocity_events/params", { window: change.window });
      await record.saveJson("radon/params", { window: change.window });
      return;
    case "analysis":
      await saveAnalysis(record, [rectEnvelope(1, 0, change.y1)]);
      await saveTraces(record, { 1: change.velocities });
      return;
    case "rois":
      await saveRois(record, [{ ...rectEnvelope(1, 0, change.y1), name: change.name }], {
        accepted: change.accepted,
      });
      return;
    case "deleteResults":
      await record.deleteAnalysis({ suffixes: [change.suffix] });
      return;
    default:
      change satisfies never;
  }
}

/** Three images with events and a trace each. */
const SETUP: readonly ImageEdit[] = [
  ...["a", "b", "c"].flatMap((imageId, index): ImageEdit[] => [
    { edit: "addImage", id: imageId, pixel: index },
    { edit: "events", id: imageId, scores: [index], extra: index === 0 ? "quality" : "" },
    { edit: "analysis", id: imageId, velocities: [index, 1], y1: 4 },
  ]),
];

/** The bytes of each table, and each ledger without its times. */
async function tablesOf(
  store: ReturnType<typeof memoryStore>,
  dataset: ZarrDataset,
  indexers: readonly Indexer[],
): Promise<readonly unknown[]> {
  const found = indexers.map(async ({ tableName }) => {
    const ledger = [...rowsOf(await dataset.loadTable(`${tableName}_runs`))];
    return {
      bytes: await store.get(parseStoreKey(`tables/${tableName}.parquet`)),
      ledger: ledger.map(({ indexed_epoch_ns: _time, ...rest }) => rest),
    };
  });
  return Promise.all(found);
}

/**
 * Incremental equals rebuild, the table byte for byte, the ledger but for its times: so many random sequences of edits
 * of artifacts, params, pixels, ROIs, `accepted`, versions, deletions, indexed by two processes in turn.
 */
export async function checkRebuild(numRuns: number): Promise<void> {
  let updates = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 4, maxLength: 16 }), async (edits) => {
      const store = memoryStore();
      const processes = [await openDataset(store), await openDataset(store)] as const;
      const [dataset] = processes;
      for (const change of SETUP) {
        await applyToImage(dataset, change);
      }
      for (const indexer of indexersOf("1")) {
        expect(await new KymDataset(dataset).updateIndex(indexer)).toMatchObject({ updated: 3, missing: 3 });
      }
      let version = "1";
      for (const change of edits) {
        if (change.edit === "version") {
          version = change.version;
        } else if (change.edit === "index") {
          const kym = new KymDataset(processes[change.process] ?? dataset);
          for (const indexer of indexersOf(version)) {
            await kym.updateIndex(indexer, { mode: change.mode });
          }
        } else {
          await applyToImage(dataset, change);
        }
      }
      const indexers = indexersOf(version);
      const kym = new KymDataset(dataset);
      for (const indexer of indexers) {
        updates += (await kym.updateIndex(indexer, { mode: "incremental" })).updated;
      }
      const incremental = await tablesOf(store, dataset, indexers);
      for (const indexer of indexers) {
        expect(await kym.updateIndex(indexer, { mode: "incremental" })).toMatchObject({
          updated: 0,
          committed: false,
        });
        await dataset.deleteTable(indexer.tableName);
        await dataset.deleteTable(`${indexer.tableName}_runs`);
        await kym.updateIndex(indexer, { mode: "replace" });
      }
      expect(await tablesOf(store, dataset, indexers)).toEqual(incremental);
    }),
    { numRuns },
  );
  console.log(
    `incremental equals rebuild: ${numRuns} runs, ${updates} images updated by the last run of each`,
  );
}
