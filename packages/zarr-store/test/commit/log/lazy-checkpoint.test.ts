import { assert, beforeEach, expect, test } from "vitest";
import { openCheckpoint, readCheckpoint } from "../../../src/commit/log/checkpoint.ts";
import { isStoredGroup } from "../../../src/commit/log/head.ts";
import { sectionGroups } from "../../../src/commit/log/section-groups.ts";
import { CHECKPOINT } from "../../../src/commit/records/control-keys.ts";
import { checkDataset, type KeyValueStore, memoryStore, openDataset } from "../../../src/index.ts";
import { forgeCheckpoint } from "../../support/forge-checkpoint.ts";
import { type CollectedLog, collectLog, testRuntime } from "../../support/test-runtime.ts";

const IDS = ["a", "b", "c"];
const unexpected = (_key: string, why: string): never => {
  throw new Error(why);
};

let store: KeyValueStore;
let logger: CollectedLog;

const open = async (mode: "r" | "a" = "a") => openDataset(store, { mode, logger, runtime: testRuntime() });

beforeEach(async () => {
  store = memoryStore();
  logger = collectLog();
  const dataset = await open();
  await dataset.transaction(async (contents) => {
    for (const id of IDS) {
      await contents.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) }, { id });
      await contents.record(id).saveJson("p", { of: id });
    }
  });
  await dataset.updateManifest();
});

/** Gives the artifact of an image a size that no writer would have given it. */
async function forgeEntryOf(id: string): Promise<void> {
  await forgeCheckpoint(store, ({ groups }) => {
    for (const [path, object] of groups.get(`images/${id}`) ?? []) {
      if (path.endsWith("p.json")) {
        groups.get(`images/${id}`)?.set(path, { ...object, sizeBytes: "many" as unknown as number });
      }
    }
  });
}

test("an open checkpoint says the same as one that is decoded whole", async () => {
  const whole = await readCheckpoint(store, unexpected);
  const opened = await openCheckpoint(store, unexpected);
  expect([...opened!.groups.keys()]).toEqual([...whole!.groups.keys()]);
  for (const [group, objects] of whole!.groups) {
    const read = opened!.groups.get(group)!;
    assert(isStoredGroup(read));
    expect(read.objects()).toEqual(objects);
    expect(read.objects()).toBe(read.objects());
    const { names, sha256, sizeBytes } = read.listing()!;
    const skip = group === "" ? 0 : group.length + 1;
    expect(names.map((name, at) => [name, sha256(at), sizeBytes(at)])).toEqual(
      [...objects].map(([path, object]) => [path.slice(skip), object.sha256, object.sizeBytes]),
    );
  }
  for (const id of IDS) {
    expect(await opened!.images.get(id)).toEqual(whole!.images.get(id));
  }
  expect(await opened!.images.get("0")).toBeUndefined();
  expect(await opened!.images.get("z")).toBeUndefined();
});

test("a bad entry is found when its image is touched: then the log is read, and nothing is missing", async () => {
  await forgeEntryOf("b");
  const dataset = await open("r");
  expect(await dataset.listImageIds()).toEqual(IDS);
  expect(await dataset.record("a").loadJson("p")).toEqual({ of: "a" });
  expect(logger.warnings).toEqual([]);
  expect(await dataset.record("b").loadJson("p")).toEqual({ of: "b" });
  expect(logger.warnings).toEqual([
    expect.stringContaining("has a bad entry of images/b: the checkpoint has a malformed object"),
  ]);
  expect(await dataset.record("c").loadJson("p")).toEqual({ of: "c" });
  expect(logger.warnings).toHaveLength(1);
});

test("a bad entry is found by check as well, and a repair removes it with its checkpoint", async () => {
  await forgeEntryOf("c");
  const { problems } = await checkDataset(store, { runtime: testRuntime() });
  expect(problems).toEqual([
    expect.objectContaining({ kind: "log", path: CHECKPOINT, message: expect.stringContaining("malformed") }),
  ]);
  const dataset = await open();
  await dataset.repair();
  expect((await checkDataset(store, { runtime: testRuntime() })).problems).toEqual([]);
});

test("a writer that touches a bad entry commits on top of the log", async () => {
  await forgeEntryOf("a");
  const dataset = await open();
  await dataset.record("a").saveJson("p", { of: "a", again: true });
  await dataset.deleteImage("b");
  expect(await (await open("r")).record("a").loadJson("p")).toEqual({ of: "a", again: true });
  expect(await (await open("r")).listImageIds()).toEqual(["a", "c"]);
});

test("what is known about images is looked up in their files where its section is damaged", async () => {
  const bytes = (await store.get(CHECKPOINT))!;
  // The section of images comes first, after the header.
  const at = 16 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true) + 20;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await store.put(CHECKPOINT, bytes);
  const dataset = await open("r");
  const [image] = (await dataset.rebuildManifest()).images;
  expect(image).toMatchObject({ imageId: "a", shape: [2, 2], dtype: "uint8" });
  expect((await checkDataset(store, { runtime: testRuntime() })).problems).toEqual([
    expect.objectContaining({ path: CHECKPOINT }),
  ]);
});

test("a list of images made of the checkpoint alone is that which is made of their files", async () => {
  const dataset = await open();
  await dataset.record("b").saveArrayArtifact("masks/cells", {
    ...{ dtype: "uint8", shape: [2], data: new Uint8Array(2) },
  });
  await dataset.record("c").updateAttributes({ summary: { n: 3, of: null }, axes: ["t", "x"] });
  await dataset.record("c").saveJson("deep/q", 1);
  await dataset.updateManifest();
  // What changes after the checkpoint is looked at.
  await dataset.record("a").saveJson("later", 2);
  await dataset.record("a").updateAttributes({ summary: { n: 4 } });
  const listed = await (await open("r")).rebuildManifest();
  await store.remove(CHECKPOINT);
  expect(listed).toEqual(await (await open("r")).rebuildManifest());
  expect(listed.images.map(({ summary }) => summary)).toEqual([{ n: 4 }, {}, { n: 3, of: null }]);
  expect(listed.images[1]?.arrayArtifacts).toEqual(["masks/cells"]);
});

test.each([
  ["a size that is no number", '"x":["HASH","1",0,1]'],
  ["a hash that is too short", '"x":["00",1,0,1]'],
  ["more in an entry", '"x":["HASH",1,0,1,2]'],
  ["a name twice", '"x":["HASH",1,0,1],"x":["HASH",1,0,1]'],
  ["names in another order", '"y":["HASH",1,0,1],"x":["HASH",1,0,1]'],
  ["a name that leads out", '"../x":["HASH",1,0,1]'],
  ["a letter beyond ASCII", '"é":["HASH",1,0,1]'],
])("a group with %s has no list of names", (_name, entries) => {
  const list = (text: string): unknown => {
    const bytes = new TextEncoder().encode(
      `{"groups":{"images/a":{${text.replaceAll("HASH", HASH)}}},"txids":["t"]}`,
    );
    const [[, group] = []] = sectionGroups(bytes);
    return group && isStoredGroup(group) ? group.listing()?.names : "decoded";
  };
  expect(list('"x":["HASH",1,0,1]')).toEqual(["x"]);
  expect(list(entries)).toBeUndefined();
});

const HASH = "0".repeat(64);
const OBJECT = `["${HASH}",1,0,1]`;

test.each([
  ["a brace in a name", `{"groups":{"images/a":{"analysis/{}.json":${OBJECT}}},"txids":["t"]}`],
  ["spaces", `{ "groups": {"images/a":{"data/c/0":${OBJECT}}}, "txids": ["t"]}`],
  [
    "groups in another order",
    `{"groups":{"images/b":{"x":${OBJECT}},"images/a":{"x":${OBJECT}}},"txids":["t"]}`,
  ],
  ["an escape in a name", `{"groups":{"images/\\u0061":{"x":${OBJECT}}},"txids":["t"]}`],
])("a section with %s is decoded whole, or refused as a whole", (_name, text) => {
  const groups = (): Map<string, unknown> => new Map(sectionGroups(new TextEncoder().encode(text)));
  let found: Map<string, unknown> | undefined;
  try {
    found = groups();
  } catch (error) {
    expect(error).toMatchObject({ name: "ZarrStoreError" });
  }
  expect([...(found?.values() ?? [])].every((objects) => objects instanceof Map)).toBe(true);
});

test("a group that stands twice in a section is refused", () => {
  const text = `{"groups":{"images/a":{"x":${OBJECT}},"images/a":{"y":${OBJECT}}},"txids":["t"]}`;
  expect(() => [...sectionGroups(new TextEncoder().encode(text))]).toThrow();
});
