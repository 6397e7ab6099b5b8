import { decodeCommitRecord } from "../../../src/commit/records/commit-record.ts";
import { type KeyValueStore, parseStoreKey, type TableSchema, type ZarrDataset } from "../../../src/index.ts";
import { sha256 } from "../../support/test-runtime.ts";
import { editImages } from "../edit-images.ts";

export const ROWS_SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
  ],
};

/** An operation of the public API on the dataset of `fillDataset`. */
export interface Operation {
  readonly name: string;
  /** What other programs did before, or a writer that died. */
  readonly prepare?: (store: KeyValueStore) => Promise<void>;
  /** What was done before is a problem that the operation solves. */
  readonly hasProblems?: boolean;
  readonly run: (dataset: ZarrDataset, signal?: AbortSignal) => Promise<unknown>;
}

const pixels = (first: number) =>
  ({ dtype: "uint8", shape: [2, 3], data: Uint8Array.from({ length: 6 }, (_, at) => first + at) }) as const;
const rows = (...ids: readonly string[]) => ids.map((id, index) => ({ image_id: id, v: index + 0.5 }));
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Two images, every kind of artifact, two tables: version 10. `acknowledge` is called after each commit. */
export async function fillDataset(
  dataset: ZarrDataset,
  acknowledge: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const one = dataset.record("one");
  const steps = [
    () => dataset.addImage(pixels(1), { id: "one" }),
    () => dataset.addImage(pixels(11), { id: "two" }),
    () => one.saveJson("metadata", { a: 1 }),
    () => one.saveJson("qc", { passed: true }),
    () => one.saveParquet("events", rows("one"), { schema: ROWS_SCHEMA }),
    () => one.saveCsvGz("events", rows("one"), { schema: ROWS_SCHEMA }),
    () => one.saveArrayArtifact("mask", { dtype: "uint8", shape: [2], data: new Uint8Array([7, 8]) }),
    () => one.saveAttachment("notes.txt", utf8("a raw text")),
    () => dataset.saveTable("pooled", rows("one", "two"), { schema: ROWS_SCHEMA }),
    () => dataset.saveTable("other", rows("one"), { schema: ROWS_SCHEMA }),
  ];
  for (const step of steps) {
    await step();
    await acknowledge();
  }
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: "add an image",
    run: (dataset, signal) => dataset.addImage(pixels(21), { id: "three", signal }),
  },
  {
    name: "update attributes",
    run: (dataset, signal) => dataset.record("one").updateAttributes({ reviewed: true }, { signal }),
  },
  {
    name: "save JSON",
    run: (dataset, signal) => dataset.record("one").saveJson("qc", { passed: false }, { signal }),
  },
  {
    name: "save JSON as it was",
    run: (dataset, signal) => dataset.record("one").saveJson("qc", { passed: true }, { signal }),
  },
  {
    name: "save JSON as it was then",
    run: (dataset, signal) => dataset.record("one").saveJson("qc", { passed: false }, { signal }),
  },
  { name: "undo", run: (dataset, signal) => dataset.past.undo({ signal }) },
  {
    name: "save metadata",
    run: (dataset, signal) => dataset.record("one").saveMetadataPayload({ b: 22 }, { signal }),
  },
  {
    name: "save what was merged, and keep what came",
    run: (dataset, signal) =>
      dataset.transaction(
        async (transaction) => {
          const record = transaction.record("one");
          await record.files.keepInHistory(utf8('{"passed":"theirs"}'));
          await record.saveJson("qc", { passed: "merged" });
          await record.attachments.delete("notes.txt");
        },
        { signal },
      ),
  },
  {
    name: "save Parquet",
    run: (dataset, signal) =>
      dataset.record("two").saveParquet("events", rows("two"), { schema: ROWS_SCHEMA, signal }),
  },
  {
    name: "save CSV",
    run: (dataset, signal) =>
      dataset.record("one").saveCsvGz("events", rows("one", "one"), { schema: ROWS_SCHEMA, signal }),
  },
  {
    name: "save an array",
    run: (dataset, signal) =>
      dataset
        .record("one")
        .saveArrayArtifact(
          "mask",
          { dtype: "uint8", shape: [3], data: new Uint8Array([4, 5, 6]) },
          { signal },
        ),
  },
  {
    name: "save an attachment",
    run: (dataset, signal) => dataset.record("two").saveAttachment("new.txt", utf8("new"), { signal }),
  },
  {
    name: "save a table",
    run: (dataset, signal) => dataset.saveTable("more", rows("two"), { schema: ROWS_SCHEMA, signal }),
  },
  {
    name: "replace rows",
    run: (dataset, signal) =>
      dataset.replaceRowsForImageIds("pooled", new Map([["one", rows("one", "one")]]), {
        schema: ROWS_SCHEMA,
        signal,
      }),
  },
  { name: "edit images", run: (dataset, signal) => editImages(dataset, ["one", "two"], { signal }) },
  { name: "delete an image", run: (dataset, signal) => dataset.deleteImage("one", { signal }) },
  {
    name: "delete artifacts",
    run: (dataset, signal) => dataset.record("one").deleteAnalysis({ signal }),
  },
  { name: "delete a table", run: (dataset, signal) => dataset.deleteTable("other", { signal }) },
  { name: "checkpoint", run: (dataset, signal) => dataset.updateManifest({ signal }) },
  {
    name: "adopt",
    hasProblems: true,
    prepare: async (store) => {
      await store.put(parseStoreKey("images/one/analysis/qc.json"), utf8('{"passed":"edited"}'));
      await store.put(parseStoreKey("images/two/analysis/new.json"), utf8('{"new":1}'));
    },
    run: (dataset, signal) => dataset.adopt({ signal }),
  },
  {
    name: "gc",
    prepare: async (store) => {
      const staging = "__staging/9-7-1";
      const owner = { host: "here", pid: 7, started: "start of 7", txid: "9-7-1" };
      await store.put(parseStoreKey(`${staging}/__owner.json`), utf8(JSON.stringify(owner)));
      await store.put(parseStoreKey(`${staging}/images/one/analysis/late.json`), utf8("{}"));
    },
    run: (dataset, signal) => dataset.gc({ dryRun: false, signal }),
  },
  {
    name: "collect the history",
    run: (dataset, signal) => dataset.gc({ dryRun: false, historyOlderThanMs: 0, signal }),
  },
  {
    name: "repair",
    hasProblems: true,
    prepare: async (store) => {
      const path = parseStoreKey("tables/pooled.parquet");
      const bytes = await store.get(parseStoreKey("__commits/00000000000000000009.json"));
      const { txid } = await decodeCommitRecord(bytes ?? new Uint8Array(), 9, sha256);
      // As a power cut leaves it that undid the rename.
      await store.makeDirectory(parseStoreKey(`__staging/${txid}/tables`));
      await store.move(path, parseStoreKey(`__staging/${txid}/tables/pooled.parquet`));
    },
    run: (dataset, signal) => dataset.repair({ signal }),
  },
];
