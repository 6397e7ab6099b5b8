import { describe, expect, it } from "vitest";
import { parseStoreKey, type UndoOutcome, type ZarrDataset } from "../../../src/index.ts";
import { addImage, editNotes, RULES, type UndoWorld, undoWorld } from "./undo-world.ts";

async function start(): Promise<UndoWorld & { readonly dataset: ZarrDataset }> {
  const world = undoWorld();
  const dataset = await world.open(1);
  await addImage(dataset, "one", { note: "first", step: 2 });
  await addImage(dataset, "two", { note: "other" });
  return { ...world, dataset };
}

const undo = (dataset: ZarrDataset, version?: number): Promise<UndoOutcome> =>
  dataset.past.undo({ ...RULES, version });

async function lastDetails(dataset: ZarrDataset): Promise<unknown> {
  return (await Array.fromAsync(dataset.log())).at(-1)?.details;
}

describe("undoing a commit", () => {
  it("brings back every byte, with the summary and the scales, in a commit that names it", async () => {
    const { dataset, objects } = await start();
    const before = await objects();
    const version = await editNotes(dataset, "one", { note: "second", step: 3 });
    expect(await objects()).not.toEqual(before);
    const undone = await undo(dataset);
    expect(undone).toMatchObject({
      outcome: "undone",
      record: { version },
      version: version + 1,
      files: [{ imageId: "one", artifact: "metadata", how: "restored" }],
      nodes: ["images/one/zarr.json", "images/one/data/zarr.json"],
    });
    expect(await objects()).toEqual(before);
    expect(await lastDetails(dataset)).toEqual({ undoes: version });
    expect(await dataset.check({ level: "data" })).toMatchObject({ problems: [], notes: [] });
  });

  it("a second undo goes further back, past undos, pooled tables and collections, until nothing is left", async () => {
    const { dataset, objects } = await start();
    const before = await objects();
    const first = await editNotes(dataset, "one", { note: "second" });
    const second = await editNotes(dataset, "two", { note: "changed" });
    await dataset.saveTable("pooled", [{ image_id: "one" }], {
      schema: { columns: [{ name: "image_id", type: "utf8" }] },
    });
    await dataset.gc({ dryRun: false });
    expect(await undo(dataset)).toMatchObject({ outcome: "undone", record: { version: second } });
    expect(await undo(dataset)).toMatchObject({ outcome: "undone", record: { version: first } });
    const { "tables/pooled.parquet": _, ...rest } = await objects();
    expect(rest).toEqual(before);
    // The next older commits added the images.
    expect(await undo(dataset)).toMatchObject({ outcome: "refused", because: "added_images" });
  });

  it("the undo of an undo is the redo, and then the commit can be undone again", async () => {
    const { dataset, objects } = await start();
    const before = await objects();
    const version = await editNotes(dataset, "one", { note: "second", step: 3 });
    const after = await objects();
    await undo(dataset);
    expect(await undo(dataset, version)).toMatchObject({
      outcome: "refused",
      because: "already_undone",
      undoneBy: version + 1,
    });
    expect(await undo(dataset, version + 1)).toMatchObject({ outcome: "undone" });
    expect(await objects()).toEqual(after);
    expect(await undo(dataset)).toMatchObject({ outcome: "undone", record: { version } });
    expect(await objects()).toEqual(before);
  });

  it("what was added goes, what was deleted comes back, and tables come back byte for byte", async () => {
    const { dataset, objects } = await start();
    const schema = { columns: [{ name: "v", type: "float64" }] } as const;
    await dataset.record("one").saveParquet("events", [{ v: 1 }], { schema });
    const before = await objects();
    await dataset.transaction(async (transaction) => {
      const record = transaction.record("one");
      await record.saveParquet("events", [{ v: 2 }], { schema });
      await record.json.delete("qc");
      await record.saveJson("new", { added: true });
      await transaction.record("two").json.delete("metadata");
    });
    const undone = await undo(dataset);
    expect(
      undone.outcome === "undone" && undone.files.map(({ artifact, how }) => `${artifact} ${how}`),
    ).toEqual(["events restored", "qc restored", "new deleted", "metadata restored"]);
    expect(await objects()).toEqual(before);
  });

  it("a dry run says the same and writes nothing, also for a dataset that is only read", async () => {
    const { dataset, open, objects } = await start();
    const version = await editNotes(dataset, "one", { note: "second" });
    const before = await objects();
    const reader = await open(2, { mode: "r" });
    expect(await reader.past.undo({ ...RULES, dryRun: true })).toMatchObject({
      outcome: "undone",
      record: { version },
      version: undefined,
      files: [{ imageId: "one", how: "restored" }],
    });
    await expect(reader.past.undo(RULES)).rejects.toMatchObject({ code: "read_only" });
    expect(await objects()).toEqual(before);
    expect(dataset.version).toBe(version);
  });
});

describe("undoing a commit after others", () => {
  it("another image does not matter, and another field of the same JSON stays", async () => {
    const { dataset } = await start();
    const version = await editNotes(dataset, "one", { note: "second" });
    await editNotes(dataset, "two", { note: "changed" });
    await editNotes(dataset, "one", { mood: "good", step: 5 });
    expect(await undo(dataset, version)).toMatchObject({
      outcome: "undone",
      files: [{ imageId: "one", how: "merged" }],
    });
    expect(await dataset.record("one").loadJson("metadata")).toEqual({
      note: "first",
      step: 5,
      mood: "good",
    });
    expect((await dataset.record("one").attributes())["summary"]).toEqual({ note: "first", step: 5 });
    expect((await dataset.record("one").openArray()).attributes["dimension_steps"]).toEqual([null, 5]);
    expect(await dataset.record("two").loadJson("metadata")).toMatchObject({ note: "changed" });
  });

  it("a merge that changes the scales writes them anew, and touches no chunk", async () => {
    const { dataset, objects } = await start();
    const version = await editNotes(dataset, "one", { step: 3 });
    await editNotes(dataset, "one", { note: "later" });
    const before = await objects();
    await undo(dataset, version);
    expect((await dataset.record("one").openArray()).attributes["dimension_steps"]).toEqual([null, 2]);
    const after = await objects();
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.sort()).toEqual([
      "images/one/analysis/metadata.json",
      "images/one/data/zarr.json",
      "images/one/zarr.json",
    ]);
  });

  it("the same field is refused, with the field and the version that changed it", async () => {
    const { dataset, objects } = await start();
    const version = await editNotes(dataset, "one", { note: "second" });
    const later = await editNotes(dataset, "one", { note: "third" });
    const before = await objects();
    expect(await undo(dataset, version)).toMatchObject({
      outcome: "refused",
      because: "changed_since",
      paths: ["images/one/analysis/metadata.json"],
      fields: new Map([["images/one/analysis/metadata.json", ["note"]]]),
      changedBy: [later],
    });
    expect(dataset.version).toBe(later);
    expect(await objects()).toEqual(before);
    // Without a rule for the artifact, any later change of the object refuses it.
    expect(await dataset.past.undo({ version })).toMatchObject({ because: "changed_since" });
  });

  it("one object that was changed since refuses all of them", async () => {
    const { dataset, objects } = await start();
    const { version } = await dataset.transaction(async (transaction) => {
      await transaction.record("one").saveJson("qc", { passed: false });
      await transaction.record("two").saveJson("qc", { passed: false });
    });
    await dataset.record("two").saveJson("qc", { passed: "perhaps" });
    const before = await objects();
    expect(await undo(dataset, version)).toMatchObject({
      because: "changed_since",
      paths: ["images/two/analysis/qc.json"],
      changedBy: [version + 1],
    });
    expect(await objects()).toEqual(before);
  });

  it("an object that has its bytes again is not touched since, and one that has the old ones needs no undo", async () => {
    const { dataset } = await start();
    const version = await editNotes(dataset, "one", { note: "second" });
    await editNotes(dataset, "one", { note: "third" });
    await editNotes(dataset, "one", { note: "second" });
    expect(await undo(dataset, version)).toMatchObject({ outcome: "undone" });
    const next = await editNotes(dataset, "one", { note: "second" });
    await editNotes(dataset, "one", { note: "first" });
    expect(await undo(dataset, next)).toMatchObject({ outcome: "refused", because: "as_before" });
  });
});

describe("what cannot be undone", () => {
  it("images that were added, deleted or replaced, and where files came from", async () => {
    const { dataset } = await start();
    expect(await undo(dataset, 1)).toMatchObject({
      because: "added_images",
      paths: ["images/one/zarr.json"],
    });
    await dataset.deleteImage("two");
    expect(await undo(dataset)).toMatchObject({ because: "deleted_images", record: { version: 3 } });
    await dataset.transaction(async (transaction) => {
      await transaction.deleteImage("one");
      await transaction.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) }, { id: "three" });
    });
    expect(await undo(dataset)).toMatchObject({ because: "replaced_images" });
    await dataset.transaction(async (transaction) => {
      await transaction.saveSourcesIndex([]);
      await transaction.record("three").saveJson("qc", 1);
    });
    expect(await undo(dataset)).toMatchObject({ because: "noted_sources" });
  });

  it("a commit that changed no artifact, one that does not exist, and a dataset without commits", async () => {
    const { dataset, open } = await start();
    const table = { schema: { columns: [{ name: "image_id", type: "utf8" }] } } as const;
    await dataset.saveTable("pooled", [{ image_id: "one" }], table);
    expect(await undo(dataset, 3)).toMatchObject({ because: "no_artifact_changed" });
    expect(await undo(dataset, 4)).toMatchObject({ because: "no_such_version", record: undefined });
    const empty = undoWorld();
    expect(await undo(await empty.open(1))).toMatchObject({ because: "nothing_to_undo", record: undefined });
    expect(await undo(await open(2), 0)).toMatchObject({ because: "no_such_version" });
  });

  it("arrays, replaced attachments and other attributes, of which the old bytes are not kept", async () => {
    const { dataset, objects } = await start();
    const record = dataset.record("one");
    await record.saveAttachment("notes.txt", new TextEncoder().encode("old"));
    const changes = [
      (change: typeof record) => change.saveAttachment("notes.txt", new TextEncoder().encode("new")),
      (change: typeof record) =>
        change.saveArrayArtifact("mask", { dtype: "uint8", shape: [1], data: new Uint8Array(1) }),
      (change: typeof record) => change.updateAttributes({ reviewed: true }),
    ];
    for (const [index, change] of changes.entries()) {
      await dataset.transaction(async (transaction) => {
        await transaction.record("one").saveJson("qc", { passed: index });
        await change(transaction.record("one"));
      });
      const before = await objects();
      expect(await undo(dataset), `change ${index}`).toMatchObject({
        outcome: "refused",
        because: "not_kept",
      });
      expect(await objects()).toEqual(before);
    }
  });

  it("a new attachment stays, and is named", async () => {
    const { dataset } = await start();
    await dataset.transaction(async (transaction) => {
      await transaction.record("one").saveJson("qc", { passed: false });
      await transaction.record("one").saveAttachment("notes.txt", new TextEncoder().encode("new"));
    });
    expect(await undo(dataset)).toMatchObject({
      outcome: "undone",
      left: ["images/one/attachments/notes.txt"],
    });
    expect(await dataset.record("one").loadJson("qc")).toEqual({ passed: true });
  });

  it("what the history lacks, with the reason: collected, lost, or simply missing", async () => {
    const { dataset, store, clock } = await start();
    await editNotes(dataset, "one", { note: "second" });
    await store.remove(parseStoreKey(`__history/${(await store.list(parseStoreKey("__history")))[0]?.name}`));
    expect(await undo(dataset)).toMatchObject({
      because: "history_gone",
      whyGone: "missing",
      paths: ["images/one/analysis/metadata.json"],
    });
    await dataset.record("two").saveJson("qc", { passed: false });
    clock.nowEpochMs += 1000;
    await dataset.gc({ dryRun: false, historyOlderThanMs: 0 });
    expect(await undo(dataset)).toMatchObject({ because: "history_gone", whyGone: "collected" });
    const path = parseStoreKey("images/two/analysis/qc.json");
    await store.put(path, new TextEncoder().encode('"by hand"'));
    await dataset.adopt();
    expect(await undo(dataset)).toMatchObject({ because: "history_gone", whyGone: "lost" });
  });

  it("an image that was deleted since", async () => {
    const { dataset } = await start();
    const version = await editNotes(dataset, "one", { note: "second" });
    await dataset.record("one").json.delete("qc");
    await dataset.deleteImage("one");
    expect(await undo(dataset, version)).toMatchObject({ because: "image_gone", changedBy: [version + 2] });
    expect(await undo(dataset, version + 1)).toMatchObject({ because: "image_gone" });
  });
});

it("earlier bytes of a file are read by their hash, from its place or from the history", async () => {
  const { dataset } = await start();
  await editNotes(dataset, "one", { note: "second" });
  const record = (await Array.fromAsync(dataset.log())).at(-1);
  const op = record?.ops.find(({ path }) => path.endsWith("metadata.json"));
  if (op?.op !== "put") {
    throw new Error("the commit put the metadata");
  }
  const text = async (hash: string | null): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await dataset.past.read(op.path, hash ?? "")));
  expect(await text(op.prev)).toMatchObject({ note: "first" });
  expect(await text(op.sha256)).toMatchObject({ note: "second" });
  expect(await dataset.past.read(op.path, "0".repeat(64))).toBeUndefined();
});
