import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTIFACTS, editMetadata, parseMetadata, parseProvenance, summarizeMetadata } from "@kym/kym-schema";
import { saveOpenConflicts } from "@kym/kym-schema/merge";
import { jsonText, memoryStore, openDataset, type Row, rowsOf } from "@kym/zarr-store";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { expect, it } from "vitest";
import {
  ingestLegacyFolder,
  listOpenConflicts,
  refreshFromFolder,
  resolveConflicts,
} from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const FROM_COPY = { from: ["/media/bela.zarr"], attachments: [], isFromCopy: true };

it("a conflict with another copy leaves alone what a changed file is compared with", async () => {
  const dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
  const lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON });
  try {
    await ingestLegacyFolder(dataset, lab);
    const [id = ""] = await dataset.listImageIds();
    const record = dataset.record(id);
    const baseOf = async (): Promise<unknown> =>
      parseProvenance((await record.loadJsonText("provenance")).text).sidecars.flatMap(
        ({ artifacts }) => artifacts,
      );
    const before = await baseOf();
    const { text } = await record.loadJsonText("metadata");
    const theirs = editMetadata(text, { experiment: { condition: "theirs", note: "not in conflict" } });
    await dataset.transaction(async (transaction) => {
      const { json, files } = transaction.record(id);
      const hash = await files.keepInHistory(new TextEncoder().encode(theirs));
      const fields = [{ field: "experiment_metadata.condition", base: '""', theirs: '"theirs"' }];
      await saveOpenConflicts(json, [{ ...FROM_COPY, key: "analysis/metadata.json", theirs: hash, fields }]);
    });
    await resolveConflicts(dataset, id, "theirs");
    const { experiment } = parseMetadata((await record.loadJsonText("metadata")).text);
    expect([experiment.condition, experiment.note]).toEqual(["theirs", parseMetadata(text).experiment.note]);
    expect(await baseOf()).toEqual(before);
    expect((await refreshFromFolder(dataset, lab)).conflicts).toEqual([]);
  } finally {
    await rm(lab, { recursive: true });
  }
});

it("events in conflict are listed and settled one by one", async () => {
  const dataset = await openDataset(memoryStore());
  const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
  const record = await dataset.addImage(image, { id: "scan" });
  const schema = {
    columns: [
      { name: "event_id", type: "utf8" as const },
      { name: "event_type", type: "utf8" as const },
    ],
  };
  const events = (...types: readonly string[]): readonly Row[] =>
    types.map((type, index) => ({ event_id: `e${index}`, event_type: type }));
  await record.saveParquet(ARTIFACTS.events, events("mine", "mine", "same"), { schema });
  const cells = { event_id: ["e0", "e1", "e2"], event_type: ["theirs", "theirs", "not in conflict"] };
  const theirs = await encodeParquet(tableFromColumns(schema, cells, 3), { schema });
  await dataset.transaction(async (transaction) => {
    const { json, files } = transaction.record("scan");
    const hash = await files.keepInHistory(theirs);
    const fields = ["event:e0", "event:e1"].map((field) => ({ field, base: undefined, theirs: "{}" }));
    const key = "analysis/velocity_events/events.parquet";
    await saveOpenConflicts(json, [{ ...FROM_COPY, key, theirs: hash, fields }]);
  });
  const [listed] = await listOpenConflicts(dataset);
  expect(listed?.conflicts.map(({ name, mine }) => [name, mine])).toEqual([
    ["event:e0", '{"event_id":"e0","event_type":"mine"}'],
    ["event:e1", '{"event_id":"e1","event_type":"mine"}'],
  ]);
  const choices = new Map([
    ["event:e0", "theirs" as const],
    ["event:e1", "ours" as const],
  ]);
  await resolveConflicts(dataset, "scan", choices);
  const types = [...rowsOf(await record.loadParquet(ARTIFACTS.events))].map(({ event_type: type }) => type);
  expect(types).toEqual(["theirs", "mine", "same"]);
  expect(await listOpenConflicts(dataset)).toEqual([]);
});

it("what came of another copy is taken from its attachment if the history has it no more", async () => {
  const dataset = await openDataset(memoryStore());
  const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
  const record = await dataset.addImage(image, { id: "scan" });
  const theirs = new TextEncoder().encode('{"threshold": 2}');
  const sha256 = await dataset.runtime.sha256(theirs);
  await dataset.transaction(async (transaction) => {
    const scan = transaction.record("scan");
    await scan.saveJson("params", { threshold: 1 });
    await scan.saveAttachment("pulled-params.json", theirs);
    const key = "analysis/params.json";
    const attachments = ["attachments/pulled-params.json"];
    const conflict = { ...FROM_COPY, key, theirs: sha256, fields: undefined, attachments };
    await saveOpenConflicts(scan.json, [conflict]);
  });
  expect(await dataset.history(sha256)).toBeUndefined();
  await resolveConflicts(dataset, "scan", "theirs");
  expect(await record.loadJson("params")).toEqual({ threshold: 2 });
  expect(await record.listAttachments()).toEqual([]);
});

it("what came of another copy stays in conflict, and can be taken, after a refresh brings new metadata", async () => {
  const dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
  const sidecar = (experiment: object): string =>
    JSON.stringify({ ...JSON.parse(CLASSIC_JSON), experiment_metadata: experiment });
  const lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a.json": sidecar({ depth: 1 }) });
  try {
    await ingestLegacyFolder(dataset, lab);
    const [id = ""] = await dataset.listImageIds();
    const record = dataset.record(id);
    const { text } = await record.loadJsonText("metadata");
    const theirs = editMetadata(text, {
      experiment: { condition: "theirs", note: "theirs", region: "same" },
    });
    await dataset.transaction(async (transaction) => {
      const { json, files } = transaction.record(id);
      await json.save(
        "metadata",
        jsonText(editMetadata(text, { experiment: { condition: "mine", note: "mine", region: "same" } })),
      );
      const hash = await files.keepInHistory(new TextEncoder().encode(theirs));
      const fields = ["condition", "note", "region"].map((name) => ({
        ...{ field: `experiment_metadata.${name}`, base: '""' },
        theirs: name === "region" ? '"same"' : '"theirs"',
      }));
      await saveOpenConflicts(json, [{ ...FROM_COPY, key: "analysis/metadata.json", theirs: hash, fields }]);
    });
    await writeFile(join(lab, "a.json"), sidecar({ depth: 2, note: "of the file" }));
    expect((await refreshFromFolder(dataset, lab)).conflicts).toHaveLength(1);
    const said = async (): Promise<unknown> =>
      (await listOpenConflicts(dataset)).flatMap(({ conflicts }) =>
        conflicts.map(({ name, mine, theirs: came, from }) => [name.split(".")[1], mine, came, from[0]]),
      );
    expect(await said(), "of the note, the newest counts; the region agrees by now").toEqual([
      ["note", '"mine"', '"of the file"', "a.json"],
      ["condition", '"mine"', '"theirs"', "/media/bela.zarr"],
    ]);
    await resolveConflicts(dataset, id, "theirs");
    const { experiment } = parseMetadata((await record.loadJsonText("metadata")).text);
    expect(experiment).toMatchObject({ condition: "theirs", note: "of the file", depth: 2 });
    expect(await said()).toEqual([]);
    expect((await refreshFromFolder(dataset, lab)).conflicts).toEqual([]);
  } finally {
    await rm(lab, { recursive: true });
  }
});
