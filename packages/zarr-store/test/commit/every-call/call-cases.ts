import { type OpenDatasetOptions, openDataset } from "../../../src/dataset/open-dataset.ts";
import type { ZarrDataset } from "../../../src/dataset/zarr-dataset.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { deleteImages, editImages } from "../../faults/edit-images.ts";
import { makeVersion2 } from "../../support/version-2-dataset.ts";
import { localStoreWithoutLinks } from "../../support/without-hard-links.ts";
import { growLog, startDataset } from "../packs/long-log.ts";

/** Something that a process does to a dataset, and is killed at each of its calls. */
export interface CallCase {
  readonly name: string;
  /** Makes what the process finds, in a folder that does not exist yet. */
  readonly prepare: (root: string, options: CaseOptions) => Promise<void>;
  /** What the process does between opening and closing. All that a user can see of it is one change, or none. */
  readonly run: (dataset: ZarrDataset) => Promise<unknown>;
  /** Of calls that are all alike, which a process is killed at. Default: at each. */
  readonly isChosen?: (call: number) => boolean;
}

export interface CaseOptions {
  readonly hasLinks: boolean;
}

/** The clock stands still, so that each run writes the same bytes. */
const RUNTIME: Runtime = { ...nodeRuntime(), nowEpochMs: () => 1_767_000_000_000 };

const IMAGE = "scan";
const OTHER = "other";

export const CALL_CASES: readonly CallCase[] = [
  {
    name: "the first commit of a new dataset",
    prepare: async () => undefined,
    run: (dataset) => addImage(dataset),
  },
  {
    name: "a commit that replaces, adds and deletes",
    prepare: makeDataset,
    run: (dataset) =>
      dataset.transaction(async (transaction) => {
        const record = transaction.record(IMAGE);
        await record.deleteAnalysis({ suffixes: ["/old.json"] });
        await record.files.keepInHistory(new TextEncoder().encode('{"threshold": 3}'));
        await record.saveJson("params", { threshold: 2 });
        await record.saveJson("new", { is: "new" });
      }),
  },
  {
    name: "an edit of two images and their scales",
    prepare: makeTwoImages,
    run: (dataset) => editImages(dataset, [IMAGE, OTHER]),
  },
  {
    name: "the deletion of two images",
    prepare: makeTwoImages,
    run: (dataset) => deleteImages(dataset, [IMAGE, OTHER]),
  },
  {
    name: "an undo",
    prepare: async (root, options) => {
      await makeDataset(root, options);
      await using dataset = await openFolder(root, options);
      await dataset.transaction(async (transaction) => {
        const record = transaction.record(IMAGE);
        await record.deleteAnalysis({ suffixes: ["/old.json"] });
        await record.saveJson("params", { threshold: 2 });
        await record.saveJson("new", { is: "new" });
      });
    },
    run: (dataset) => dataset.past.undo(),
  },
  {
    name: "the upgrade of a dataset of version 2, and a commit",
    prepare: (root) => makeVersion2(localStore(root)),
    run: (dataset) =>
      dataset.addImage({ dtype: "uint16", shape: [1, 2], data: new Uint16Array([1, 2]) }, { id: IMAGE }),
  },
];

/**
 * The end of a session that packs 1 000 records. What it writes comes with its first calls, of which each third is chosen;
 * those that remove the records, one after the other, are alike.
 */
export const PACKING: CallCase = {
  name: "a commit, and the packing of the log",
  prepare: async (root, { hasLinks }) => {
    const store = hasLinks ? localStore(root) : localStoreWithoutLinks(root);
    await startDataset(store, RUNTIME);
    await growLog(store, RUNTIME, 2_050);
  },
  run: (dataset) => dataset.record("one").saveJson("n1", "last"),
  isChosen: (call) => (call <= 70 && call % 3 === 0) || call % 250 === 0,
};

/** Opens a folder as this process or a worker does. Without links, it makes none here either. */
export async function openFolder(
  root: string,
  { hasLinks }: CaseOptions,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  return openDataset(hasLinks ? localStore(root) : localStoreWithoutLinks(root), {
    runtime: RUNTIME,
    // A killed writer may not have come to write its name into the lock.
    lock: { staleAfterMs: 100 },
    ...options,
  });
}

async function addImage(dataset: ZarrDataset): Promise<void> {
  await dataset.transaction(async (transaction) => {
    const data = new Uint16Array([1, 2, 3, 4]);
    const record = await transaction.addImage({ dtype: "uint16", shape: [2, 2], data }, { id: IMAGE });
    await record.saveJson("params", { threshold: 1 });
    await record.saveJson("old", { is: "old" });
  });
}

async function makeDataset(root: string, options: CaseOptions): Promise<void> {
  await using dataset = await openFolder(root, options);
  await addImage(dataset);
}

async function makeTwoImages(root: string, options: CaseOptions): Promise<void> {
  await using dataset = await openFolder(root, options);
  await addImage(dataset);
  await dataset.addImage({ dtype: "uint16", shape: [1, 2], data: new Uint16Array([5, 6]) }, { id: OTHER });
}
