// A crash or an error of the disk at each call while a conflict is settled: all of it is done, or nothing.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { editMetadata, parseMetadata, summarizeMetadata } from "@kym/kym-schema";
import {
  jsonText,
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "@kym/zarr-store";
import { faultyStore, type StoreFault } from "@kym/zarr-store/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  ingestLegacyFolder,
  listOpenConflicts,
  refreshFromFolder,
  resolveConflicts,
} from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const ID = "image_1";
const sidecar = (condition: string): string =>
  JSON.stringify({ ...JSON.parse(CLASSIC_JSON), experiment_metadata: { condition } });

let lab = "";
/** A dataset with one open conflict. */
const conflicting = memoryStore();

beforeAll(async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a.json": sidecar("") });
  const dataset = await open(conflicting);
  await ingestLegacyFolder(dataset, lab, { newId: () => ID });
  const { text } = await dataset.record(ID).loadJsonText("metadata");
  const edit = { experiment: { condition: "mine" } };
  await dataset.record(ID).saveJson("metadata", jsonText(editMetadata(text, edit)));
  await writeFile(join(lab, "a.json"), sidecar("theirs"));
  await refreshFromFolder(dataset, lab);
});
afterAll(() => rm(lab, { recursive: true, force: true }));

const open = (store: KeyValueStore): Promise<ZarrDataset> =>
  // Without a lock, which a writer that died would hold for a while: a commit is whole without it.
  openDataset(store, { summarize: summarizeMetadata, lock: { disabled: true } });

async function copyOf(store: KeyValueStore, folder = "", to = memoryStore()): Promise<KeyValueStore> {
  for (const { name, kind } of await store.list(folder === "" ? "" : parseStoreKey(folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (kind === "file") {
      await to.put(parseStoreKey(path), (await store.get(parseStoreKey(path))) ?? new Uint8Array());
    } else {
      await copyOf(store, path, to);
    }
  }
  return to;
}

/** What there is to see: the condition, and whether the conflict and its attachment are there. */
async function seen(dataset: ZarrDataset): Promise<string> {
  const record = dataset.record(ID);
  const { experiment } = parseMetadata(await record.loadJsonText("metadata"));
  const { length } = await listOpenConflicts(dataset);
  return `${experiment.condition}, ${length} open, ${(await record.listAttachments()).length} kept`;
}

it.each([
  ["one call fails", "fails", "once"],
  ["one call is done and reported as failed", "reports", "once"],
  ["one call tears", "tears", "once"],
  ["the writer dies at a call", "fails", "from then on"],
] as const)("settling a conflict does all or nothing if %s, whichever it is", async (_name, fault, when) => {
  const outcomes = new Map<string, number>();
  for (let at = 0; ; at++) {
    const store = await copyOf(conflicting);
    const failure: StoreFault = { fault, errno: "EIO" };
    let calls = 0;
    let isOn = false;
    const faulty = faultyStore(store, () => {
      const index = isOn ? calls++ : -1;
      return index === at || (when === "from then on" && index > at) ? failure : undefined;
    });
    const dataset = await open(faulty);
    isOn = true;
    const isDone = await resolveConflicts(dataset, ID, "theirs").then(
      () => true,
      () => false,
    );
    isOn = false;
    const after = await open(store);
    const state = await seen(after);
    outcomes.set(state, (outcomes.get(state) ?? 0) + 1);
    expect(["mine, 1 open, 1 kept", "theirs, 0 open, 0 kept"]).toContain(state);
    expect(state.startsWith("theirs") || !isDone, "what was acknowledged is there").toBe(true);
    expect((await after.check()).problems).toEqual([]);
    if (state.startsWith("mine") && when === "once") {
      await resolveConflicts(dataset, ID, "theirs");
      expect(await seen(await open(store))).toBe("theirs, 0 open, 0 kept");
    }
    if (calls <= at) {
      break;
    }
  }
  expect(outcomes.size, "both outcomes were met").toBe(2);
});
