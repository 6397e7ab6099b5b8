import { mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type KeyValueStore, memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OnChange, type RefreshMode, writeNpy } from "../../../src/index.ts";
import {
  type IngestReport,
  ingestLegacyFolder,
  type RefreshOptions,
  refreshFromFolder,
} from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

const EVENTS_JSON = JSON.stringify({
  version: "1.0",
  analysis_metadata: { "1:1": { roi_id: 1, channel: 1, velocity_events: [] } },
});
const CHANGED = "the image changed since it was ingested";
const METADATA = "analysis/metadata.json";
const QC = "analysis/qc.json";
/** The list of open conflicts. */
const OPEN = "analysis/open_conflicts.json";
/** The attributes of the image. */
const RECORD = "zarr.json";

describe("refreshing from a folder", () => {
  let store: KeyValueStore;
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    store = memoryStore();
    dataset = await openDataset(store);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const ingest = async (files: Files): Promise<IngestReport> => {
    folder = await makeLabFolder(files);
    return ingestLegacyFolder(dataset, folder);
  };
  const put = async (files: Files): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  };
  const refresh = (options: RefreshOptions = {}): Promise<IngestReport> =>
    refreshFromFolder(dataset, folder, options);
  const only = async () => {
    const [id = "", ...rest] = await dataset.listImageIds();
    expect(rest).toEqual([]);
    return dataset.record(id);
  };
  /** The objects that a refresh changed, but for the provenance that always notes it. */
  const changedBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const record = await only();
    const before = await record.objectHashes();
    await work();
    const after = await record.objectHashes();
    return [...new Set([...before.keys(), ...after.keys()])]
      .filter((key) => before.get(key) !== after.get(key) && key !== "analysis/provenance.json")
      .toSorted();
  };
  /** Asserts that the dataset is up to date: another refresh finds nothing to do and commits nothing. */
  const expectSettled = async (): Promise<void> => {
    const before = dataset.version;
    const report = await refresh();
    const { ingested, updated, failed, conflicts } = report;
    expect({ ingested, updated, failed, conflicts }).toEqual({
      ingested: [],
      updated: [],
      failed: [],
      conflicts: [],
    });
    expect(dataset.version).toBe(before);
  };

  it("hashes a sidecar whose time says little, and every file with verify", async () => {
    const qc = (passed: number): string => JSON.stringify({ passed });
    await ingest({ "a.tif": tinyTiff(1), "a.qc.json": qc(1) });
    const old = new Date("2026-01-02T03:04:05.000Z");
    for (const name of ["a.qc.json", "a.tif"]) {
      await utimes(join(folder, name), old, old);
    }
    expect((await refresh()).unchanged).toHaveLength(1);
    // Written again with the same size and time: a time to the second does not show it, but the bytes do.
    await put({ "a.qc.json": qc(2) });
    await utimes(join(folder, "a.qc.json"), old, old);
    expect((await refresh()).updated).toHaveLength(1);
    expect(await (await only()).loadJson("qc")).toEqual({ passed: 2 });
    await put({ "a.tif": tinyTiff(2) });
    const { mtimeNs } = await stat(join(folder, "a.tif"), { bigint: true });
    expect(mtimeNs).not.toBe(0n);
    expect((await refresh({ verify: true, dryRun: true })).skipped).toMatchObject([{ reason: CHANGED }]);
  });

  it("ingests what is new, once (ticket 6)", async () => {
    await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
    await put({ "c.tif": tinyTiff(3) });
    const report = await refresh();
    expect(report.newImageIds).toHaveLength(1);
    expect(report.ingested).toEqual([{ path: "c.tif", imageId: report.newImageIds[0] }]);
    expect(await dataset.loadSourcesIndex()).toHaveLength(3);
    expect((await refresh()).newImageIds).toEqual([]);
    await expectSettled();
  });

  it("refuses another mode and another rule for a change", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    await expect(refresh({ mode: "overwrite" as RefreshMode })).rejects.toMatchObject({
      code: "invalid_argument",
      details: { expected: ["skip", "reingest_if_changed"], found: "overwrite" },
    });
    await expect(refresh({ onChange: "delete" as OnChange })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("writes nothing in a dry run, and says what it would do", async () => {
    await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2), "b.qc.json": "{}" });
    await put({ "a.tif": tinyTiff(9), "b.qc.json": '{"a": 1}', "c.tif": tinyTiff(3) });
    const before = dataset.version;
    const report = await refresh({ mode: "reingest_if_changed", onChange: "supersede", dryRun: true });
    expect(dataset.version).toBe(before);
    expect(report.newImageIds).toEqual([]);
    expect(report.ingested.map(({ path, reason }) => [path, reason])).toEqual([
      ["a.tif", expect.stringContaining(`${CHANGED}: a new record in place of `)],
      ["c.tif", undefined],
    ]);
    expect(report.updated).toMatchObject([{ path: "b.tif", reason: "changed beside it: b.qc.json" }]);
    const done = await refresh({ mode: "reingest_if_changed", onChange: "supersede" });
    expect(done.ingested.map(({ path }) => path)).toEqual(report.ingested.map(({ path }) => path));
    expect(done.updated).toEqual(report.updated);
  });

  describe("a sidecar that changed", () => {
    it.each<[string, Files, Files, string[]]>([
      ["JSON", { "a.qc.json": "{}" }, { "a.qc.json": '{"passed": true}' }, [QC]],
      ["a table", { "a.t.csv": "x\n1\n" }, { "a.t.csv": "x\n2\n" }, ["analysis/t.parquet"]],
      [
        "the classic JSON",
        { "a.json": CLASSIC_JSON },
        { "a.json": CLASSIC_JSON.replace("false", "true") },
        [METADATA],
      ],
      [
        "a trace",
        { "flow-analysis/a_radon.csv": TRACE_CSV, "flow-analysis/a_radon.json": RADON_JSON },
        { "flow-analysis/a_radon.csv": TRACE_CSV.replace("1.5", "2.5") },
        ["analysis/radon/velocity.parquet"],
      ],
      ["a file that is not understood", { "a.txt": "one" }, { "a.txt": "two" }, ["attachments/a.txt"]],
      [
        "an array",
        { "a.m.npy": writeNpy({ dtype: "uint8", shape: [2], data: Uint8Array.of(1, 2) }) },
        { "a.m.npy": writeNpy({ dtype: "uint8", shape: [2], data: Uint8Array.of(1, 3) }) },
        ["analysis_arrays/m/data/c/0"],
      ],
    ])("of %s changes exactly its artifacts", async (_name, files, change, keys) => {
      await ingest({ "a.tif": tinyTiff(1), "a.other.json": "{}", ...files });
      const { id } = await only();
      await put(change);
      const changed = await changedBy(async () => {
        const report = await refresh();
        expect(report.updated).toEqual([
          { path: "a.tif", imageId: id, reason: `changed beside it: ${Object.keys(change).join(", ")}` },
        ]);
        expect(report.unchanged).toEqual([]);
      });
      expect(changed).toEqual(keys);
      await expectSettled();
    });

    it("remakes what is made of several files from all of them", async () => {
      const events = JSON.stringify({ ...JSON.parse(EVENTS_JSON), accepted: false });
      const classic = CLASSIC_JSON.replace(',"accepted":false', "");
      await ingest({
        "a.tif": tinyTiff(1),
        "a.json": classic,
        "flow-analysis/a_events.json": events,
      });
      expect(await (await only()).loadJson("metadata")).toMatchObject({ accepted: false });
      await put({ "a.json": classic.replace("µ", "noted") });
      await refresh();
      expect(await (await only()).loadJson("metadata")).toMatchObject({
        accepted: false,
        experiment_metadata: { note: "noted" },
      });
      await expectSettled();
    });

    it("is not seen as changed if only its time is another", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
      await utimes(join(folder, "a.qc.json"), 1, 1);
      await utimes(join(folder, "a.tif"), 1, 1);
      await expectSettled();
    });

    it("is seen as changed if its size is the same and its time another", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "[1]" });
      await put({ "a.qc.json": "[2]" });
      await utimes(join(folder, "a.qc.json"), 1, 1);
      expect((await refresh()).updated).toHaveLength(1);
      expect(await (await only()).loadJson("qc")).toEqual([2]);
    });

    it("is compared in mode reingest_if_changed too", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "[1]" });
      await put({ "a.qc.json": "[2, 3]" });
      const report = await refresh({ mode: "reingest_if_changed" });
      expect([report.updated.length, report.newImageIds]).toEqual([1, []]);
    });

    it("takes an artifact away that the file has no more", async () => {
      const kym = { version: "3.0", analysis_metadata: {}, kym_events: [] };
      const path = "flow-analysis/a_radon.json";
      await ingest({ "a.tif": tinyTiff(1), "flow-analysis/a_radon.csv": TRACE_CSV, [path]: RADON_JSON });
      await put({ [path]: JSON.stringify({ version: kym.version, analysis_metadata: {} }) });
      const gone = ["analysis/radon/analysis.json", "analysis/radon/params.json"];
      expect(await changedBy(refresh)).toEqual(expect.arrayContaining(gone));
      expect(await (await only()).json.list()).not.toContain("radon/params");
      await expectSettled();
    });

    it("leaves what was made of it as it is if it is broken now, and keeps the broken file", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "a.qc.json": "{}" });
      await put({ "a.json": '{"rois": [', "a.qc.json": "[1, " });
      const changed = await changedBy(async () => {
        const report = await refresh();
        expect(report.notes.map(({ path }) => path)).toEqual(["a.json", "a.qc.json"]);
      });
      expect(changed).toEqual(["attachments/a.json", "attachments/a.qc.json"]);
      await expectSettled();
      await put({ "a.json": CLASSIC_JSON.replace("false", "true"), "a.qc.json": "[4, 5]" });
      expect((await refresh()).updated).toHaveLength(1);
      const record = await only();
      expect([await record.loadJson("qc"), await record.loadMetadataPayload()]).toMatchObject([
        [4, 5],
        { accepted: true },
      ]);
      await expectSettled();
    });
  });

  describe("a conflict", () => {
    it("leaves an edited artifact, keeps the file, and says so once", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
      const record = await only();
      await record.saveJson("qc", { mine: true });
      await put({ "a.qc.json": '{"theirs": true}' });
      const planned = await refresh({ dryRun: true });
      expect(planned.updated).toEqual([]);
      expect(planned.conflicts).toMatchObject([
        { path: "a.tif", reason: `changed beside it: a.qc.json; edited in the dataset since: ${QC}` },
      ]);
      const report = await refresh();
      expect(report.conflicts).toEqual([
        {
          path: "a.tif",
          imageId: record.id,
          reason: `a.qc.json changed, but ${QC} was edited in the dataset since: the edit stays, and the new file is kept as attachments/a.qc.json`,
        },
      ]);
      expect(report.updated).toEqual([]);
      expect(await record.loadJson("qc")).toEqual({ mine: true });
      const kept = await record.loadAttachment("a.qc.json");
      expect(new TextDecoder().decode(kept)).toBe('{"theirs": true}');
      await expectSettled();
    });

    it("keeps the newest of a file that changes again, and never another's attachment", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
      const record = await only();
      await record.saveJson("qc", { mine: true });
      await record.saveAttachment("a.qc.json", Uint8Array.of(1, 2, 3));
      for (const content of ["[1]", "[2, 3]"]) {
        await put({ "a.qc.json": content });
        expect((await refresh()).conflicts).toHaveLength(1);
        expect(await record.listAttachments()).toEqual(["a.qc.json", "a.qc~20~282~29.json"]);
        const kept = await record.loadAttachment("a.qc~20~282~29.json");
        expect(new TextDecoder().decode(kept)).toBe(content);
      }
      expect(await record.loadAttachment("a.qc.json")).toEqual(Uint8Array.of(1, 2, 3));
    });

    it("is none if the dataset has come to say the same", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
      const record = await only();
      await record.json.saveBytes("qc", new TextEncoder().encode("[7]"));
      await put({ "a.qc.json": "[7]" });
      const report = await refresh();
      expect([report.conflicts, report.updated.length]).toEqual([[], 1]);
      await put({ "a.qc.json": "[8, 9]" });
      expect((await refresh()).conflicts).toEqual([]);
      expect(await record.loadJson("qc")).toEqual([8, 9]);
    });

    it("is none if the file's part of what was edited did not change", async () => {
      const two = { ...JSON.parse(CLASSIC_JSON), accepted: true };
      await ingest({ "a.tif": tinyTiff(1), "a.json": JSON.stringify(two) });
      const record = await only();
      await record.saveMetadataPayload({ ...Object(await record.loadMetadataPayload()), mine: 1 });
      await put({ "a.json": JSON.stringify(two, undefined, 2) });
      const report = await refresh();
      expect([report.conflicts, report.updated.length]).toEqual([[], 1]);
      expect(await record.loadMetadataPayload()).toMatchObject({ mine: 1 });
      await expectSettled();
    });

    it("is one for an artifact that was deleted in the dataset, for pixels of an array, for a file of its own", async () => {
      const array = (last: number): Uint8Array =>
        writeNpy({ dtype: "uint8", shape: [2], data: Uint8Array.of(1, last) });
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}", "a.m.npy": array(2) });
      const record = await only();
      await record.deleteAnalysis({ suffixes: ["qc.json"] });
      await record.saveArrayArtifact("m", { dtype: "uint8", shape: [2], data: Uint8Array.of(8, 8) });
      await record.saveJson("own", { made: "here" });
      await put({ "a.qc.json": "[1]", "a.m.npy": array(3), "a.own.json": "[1]" });
      const changed = await changedBy(async () => {
        const [conflict] = (await refresh()).conflicts;
        expect(conflict?.reason?.split("; ").filter((part) => part.includes("edited"))).toHaveLength(3);
      });
      expect(changed).toEqual([
        OPEN,
        "attachments/a.m.npy",
        "attachments/a.own.json",
        "attachments/a.qc.json",
      ]);
      await expectSettled();
    });

    it("leaves a trace that was edited, and takes in what else the files say", async () => {
      await ingest({
        "a.tif": tinyTiff(1),
        "flow-analysis/a_radon.csv": TRACE_CSV,
        "flow-analysis/a_radon.json": RADON_JSON,
      });
      const record = await only();
      await record.saveJson("radon/params", { mine: true });
      await put({ "flow-analysis/a_radon.json": RADON_JSON.replace("16", "32") });
      const changed = await changedBy(async () => expect((await refresh()).conflicts).toHaveLength(1));
      expect(changed).toEqual([OPEN, "attachments/a_radon.json"]);
    });
  });

  describe("a sidecar that appears", () => {
    it("is taken in", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      await put({ "a.json": CLASSIC_JSON, "flow-analysis/a_radon.csv": TRACE_CSV });
      const report = await refresh();
      expect(report.updated).toMatchObject([{ reason: "new beside it: a.json, flow-analysis/a_radon.csv" }]);
      const record = await only();
      expect(await record.loadMetadataPayload()).toMatchObject({ accepted: false });
      expect((await record.loadParquet("radon/velocity")).numRows).toBe(2);
      await expectSettled();
    });

    it("replaces no field that was written in the dataset before, and gives all others", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      const record = await only();
      const written = { ...Object(await record.loadMetadataPayload()), mine: true };
      await record.saveMetadataPayload({ ...written, experiment_metadata: { note: "mine" } });
      await put({ "a.json": CLASSIC_JSON });
      const [conflict] = (await refresh()).conflicts;
      expect(conflict?.reason).toBe(
        "a.json changed, but note was edited in the dataset since: the edit stays, and the new file is kept as attachments/a.json",
      );
      expect(await record.loadMetadataPayload()).toMatchObject({
        mine: true,
        experiment_metadata: { note: "mine", depth: 1 },
        rois: [{ roi_id: 1 }],
        accepted: false,
      });
      expect(await record.listAttachments()).toEqual(["a.json"]);
      await expectSettled();
    });

    it("takes the place of one that it shadows, which is kept", async () => {
      await ingest({ "x/a.tif": tinyTiff(1), "x/x-analysis/a.csv": TRACE_CSV });
      await put({ "x/flow-analysis/a_radon.csv": TRACE_CSV.replace("1.5", "9.5") });
      await refresh();
      const record = await only();
      const velocity = (await record.loadParquet("radon/velocity")).getChild("velocity_mm_s");
      expect(velocity?.get(0)).toBe(9.5);
      expect(await record.listAttachments()).toEqual(["a.csv"]);
      await expectSettled();
    });
  });

  it("reports a sidecar that vanished, and its artifacts stay", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "a.qc.json": "{}", "a.r.json": "{}" });
    await rm(join(folder, "a.json"));
    await rm(join(folder, "a.qc.json"));
    await put({ "a.r.json": "[1]" });
    const gone = ["a.json", "a.qc.json"];
    const changed = await changedBy(async () => {
      const { notes, updated } = await refresh();
      expect(notes.map(({ path }) => path)).toEqual(gone);
      expect(updated).toMatchObject([{ reason: "changed beside it: a.r.json" }]);
    });
    expect(changed).toEqual(["analysis/r.json"]);
    expect((await refresh()).notes.map(({ path }) => path)).toEqual(gone);
    await expectSettled();
  });

  describe("a TIFF that changed", () => {
    const REINGEST = { mode: "reingest_if_changed" } as const;

    it("is left alone and reported in mode skip, but for its sidecars", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
      const record = await only();
      await put({ "a.tif": tinyTiff(2), "a.qc.json": "[1]" });
      const report = await refresh();
      expect(report.skipped).toEqual([
        { path: "a.tif", imageId: record.id, reason: `${CHANGED}; changed beside it: a.qc.json` },
      ]);
      expect(await record.loadJson("qc")).toEqual([1]);
      expect((await refresh()).skipped).toMatchObject([{ reason: CHANGED }]);
      expect(await dataset.loadSourcesIndex()).toHaveLength(1);
    });

    it("becomes a new record in mode reingest_if_changed, once", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      const { id } = await only();
      await put({ "a.tif": tinyTiff(2) });
      const report = await refresh(REINGEST);
      expect(report.ingested).toEqual([
        { path: "a.tif", imageId: report.newImageIds[0], reason: `${CHANGED}: a new record beside ${id}` },
      ]);
      expect((await dataset.listImageIds()).toSorted()).toEqual([id, ...report.newImageIds].toSorted());
      expect((await refresh(REINGEST)).newImageIds).toEqual([]);
      await put({ "a.tif": tinyTiff(1) });
      expect((await refresh(REINGEST)).newImageIds).toHaveLength(1);
      expect(await dataset.loadSourcesIndex()).toHaveLength(3);
      await expectSettled();
    });

    it("takes the old record's place with supersede, in one commit, with its ROIs and accepted", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "b.tif": tinyTiff(7) });
      const [before = ""] = (await dataset.loadSourcesIndex()).map(({ image_id: id }) => id);
      const old = dataset.record(before);
      const metadata = Object(await old.loadMetadataPayload());
      const mask = { dtype: "bool", shape: [4, 3], data: new Uint8Array(12).fill(1) } as const;
      await old.saveArrayArtifact("masks/cell", mask);
      const rois = [
        ...metadata.rois,
        { roi_id: 2, roi_type: "mask", version: "1.0", name: "", data: { mask_ref: "masks/cell" } },
      ];
      const decided = { rois, roi_id_high_water_mark: 9, accepted: true };
      await old.saveMetadataPayload({ ...metadata, ...decided });
      await put({ "a.tif": tinyTiff(2) });
      const version = dataset.version;
      const report = await refresh({ ...REINGEST, onChange: "supersede" });
      expect(dataset.version).toBe(version + 1);
      expect(report.ingested[0]?.reason).toBe(`${CHANGED}: a new record in place of ${before}`);
      const [after = ""] = report.newImageIds;
      expect(await dataset.listImageIds()).not.toContain(before);
      const record = dataset.record(after);
      expect(await record.loadMetadataPayload()).toMatchObject(decided);
      expect(await record.loadArrayArtifact("masks/cell")).toMatchObject({ shape: [4, 3] });
      expect((await record.loadArray()).data[0]).toBe(200);
      expect((await refresh({ ...REINGEST, onChange: "supersede" })).newImageIds).toEqual([]);
      await put({ "a.json": CLASSIC_JSON.replace("µ", "noted") });
      expect((await refresh()).conflicts, "what was carried over is the dataset's own").toEqual([]);
      expect(await record.loadMetadataPayload()).toMatchObject({ experiment_metadata: { note: "noted" } });
      expect(await record.loadMetadataPayload()).toMatchObject({ rois, accepted: true });
    });

    it("takes ROIs and accepted from the files if those say it anew, and keeps them if the files are gone", async () => {
      const supersede = { ...REINGEST, onChange: "supersede" } as const;
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "b.tif": tinyTiff(2) });
      const rois = [{ roi_id: 1, data: { x0: 0, x1: 3, y0: 0, y1: 4 } }];
      await put({ "a.tif": tinyTiff(3), "b.tif": tinyTiff(4), "b.json": CLASSIC_JSON });
      await put({ "a.json": CLASSIC_JSON.replace("false", "true") });
      const first = await refresh(supersede);
      const metadataOf = async ({ newImageIds }: IngestReport): Promise<unknown[]> =>
        Promise.all(newImageIds.map((id) => dataset.record(id).loadMetadataPayload()));
      expect(await metadataOf(first)).toMatchObject([
        { rois, accepted: true },
        { rois, accepted: false },
      ]);
      await rm(join(folder, "b.json"));
      await put({ "b.tif": tinyTiff(5) });
      expect(await metadataOf(await refresh(supersede))).toMatchObject([{ rois, accepted: false }]);
    });

    it("is superseded once by two at the same time", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      await put({ "a.tif": tinyTiff(2) });
      const twin = await openDataset(store);
      const options = { ...REINGEST, onChange: "supersede" } as const;
      const reports = await Promise.all([refresh(options), refreshFromFolder(twin, folder, options)]);
      expect(reports.flatMap(({ newImageIds }) => newImageIds)).toEqual(await dataset.listImageIds());
      expect(await dataset.listImageIds()).toHaveLength(1);
      await expectSettled();
    });

    it("counts as changed if another of its channels changed", async () => {
      await ingest({ "a_C001T001.tif": tinyTiff(1), "a_C002T001.tif": tinyTiff(2) });
      await put({ "a_C002T001.tif": tinyTiff(3) });
      expect((await refresh()).skipped).toMatchObject([{ reason: CHANGED }]);
      expect((await refresh(REINGEST)).newImageIds).toHaveLength(1);
      expect((await refresh(REINGEST)).newImageIds).toEqual([]);
    });

    it("fails alone if it cannot be read, and the record stays", async () => {
      await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
      await put({ "a.tif": "not a TIFF any more", "b.tif": tinyTiff(3) });
      const report = await refresh({ ...REINGEST, onChange: "supersede" });
      expect(report.failed.map(({ path }) => path)).toEqual(["a.tif"]);
      expect(report.newImageIds).toHaveLength(1);
      expect(await dataset.listImageIds()).toHaveLength(2);
    });
  });

  describe("a moved file", () => {
    it("keeps its record, and what is noted of it is where it is now", async () => {
      await ingest({
        "old/a.tif": tinyTiff(1),
        "old/a.json": CLASSIC_JSON,
        "old/flow-analysis/a_radon.csv": TRACE_CSV,
      });
      const record = await only();
      await mkdir(join(folder, "new"));
      await rename(join(folder, "old"), join(folder, "new", "place"));
      const changed = await changedBy(async () => {
        const report = await refresh();
        expect(report.updated).toEqual([
          { path: "new/place/a.tif", imageId: record.id, reason: "moved from old/a.tif" },
        ]);
        expect(report.notes).toEqual([]);
      });
      expect(changed).toEqual([]);
      await expectSettled();
      expect(await record.loadJson("provenance")).toMatchObject({
        source_primary_path: join(folder, "new/place/a.tif"),
        source_rel_path: "new/place/a.tif",
        sidecars: [
          { path: join(folder, "new/place/a.json") },
          { path: join(folder, "new/place/flow-analysis/a_radon.csv") },
        ],
      });
      await put({ "new/place/a.json": CLASSIC_JSON.replace("false", "true") });
      expect((await refresh()).updated).toMatchObject([{ reason: "changed beside it: new/place/a.json" }]);
    });

    it("keeps its record under another name, with a sidecar that changed on the way", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "a.qc.json": "{}" });
      await rename(join(folder, "a.tif"), join(folder, "b.tif"));
      await rename(join(folder, "a.json"), join(folder, "b.json"));
      await rm(join(folder, "a.qc.json"));
      await put({ "b.qc.json": "[1]" });
      const changed = await changedBy(async () =>
        expect((await refresh()).updated).toMatchObject([
          { path: "b.tif", reason: "moved from a.tif; changed beside it: b.qc.json" },
        ]),
      );
      expect(changed).toEqual([QC, RECORD]);
      expect(await (await only()).attributes()).toMatchObject({ source_name: "b.tif" });
      await expectSettled();
    });

    it("is a separate image while the first one is where it was", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      await put({ "b.tif": tinyTiff(1) });
      const report = await refresh();
      expect(report.newImageIds).toHaveLength(1);
      await expectSettled();
    });

    it("leaves its old place to another, and may come back to it", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      const { id } = await only();
      await rename(join(folder, "a.tif"), join(folder, "b.tif"));
      await refresh();
      await rename(join(folder, "b.tif"), join(folder, "a.tif"));
      expect((await refresh()).updated).toMatchObject([{ path: "a.tif", imageId: id }]);
      await rename(join(folder, "a.tif"), join(folder, "c.tif"));
      await refresh();
      await put({ "a.tif": tinyTiff(1) });
      const report = await refresh();
      expect(report.ingested, "a copy, at a place that was left").toMatchObject([{ path: "a.tif" }]);
      expect(report.unchanged).toEqual([{ path: "c.tif", imageId: id }]);
      await expectSettled();
    });

    it("is followed without its sidecars too", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON });
      await rename(join(folder, "a.tif"), join(folder, "b.tif"));
      const changed = await changedBy(() => refresh({ includeSidecars: false }));
      expect(changed).toEqual([RECORD]);
    });

    it("changes no attribute of a record that does not name its source, as older versions made them", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      await (await only()).updateAttributes({ source_name: undefined });
      await rename(join(folder, "a.tif"), join(folder, "b.tif"));
      expect(await changedBy(() => refresh())).toEqual([]);
    });
  });

  describe("the calibration", () => {
    const scales = async (): Promise<unknown> =>
      (await (await only()).openArray()).attributes["dimension_units"];
    const CORRECTED = CLASSIC_JSON.replace("0.001", "0.002");
    const EDITED = CLASSIC_JSON.replace("false", "true");

    it("reaches the pixels when it is found later, when it is corrected, and when it goes away", async () => {
      await ingest({ "a.tif": tinyTiff(1) });
      expect(await scales()).toBeUndefined();
      await put({ "a.json": CLASSIC_JSON });
      expect(await changedBy(() => refresh())).toEqual([METADATA, "data/zarr.json"]);
      expect(await scales()).toEqual(["0.001 s", "0.5 \u00b5m"]);
      await put({ "a.json": CORRECTED });
      await refresh();
      expect(await scales()).toEqual(["0.002 s", "0.5 \u00b5m"]);
      await put({ "a.json": CLASSIC_JSON.replaceAll('"s","um"', '"px","px"') });
      await refresh();
      expect(await scales()).toBeUndefined();
      await expectSettled();
    });

    it("leaves the pixels of older versions as they are while it does not change", async () => {
      await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON });
      await (await only()).pixels.saveScales([null, null]);
      await put({ "a.json": EDITED });
      expect(await changedBy(() => refresh())).toEqual([METADATA]);
    });
  });

  it("does not bring a deleted image back, moved or changed", async () => {
    await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
    for (const id of await dataset.listImageIds()) {
      await dataset.deleteImage(id);
    }
    await rename(join(folder, "a.tif"), join(folder, "c.tif"));
    await put({ "b.tif": tinyTiff(5) });
    const report = await refresh({ mode: "reingest_if_changed" });
    expect(report.skipped.map(({ path, reason }) => [path, reason])).toEqual([
      ["b.tif", "its image was deleted from the dataset"],
      ["c.tif", "its image was deleted from the dataset"],
    ]);
    expect(await dataset.listImageIds()).toEqual([]);
  });

  it("gives a late TIFF the analysis that was waiting for it", async () => {
    const report = await ingest({ "a.tif": tinyTiff(1), "flow-analysis/late_radon.csv": TRACE_CSV });
    expect(report.orphans).toMatchObject([{ path: "late" }]);
    await put({ "late.tif": tinyTiff(2) });
    const late = await refresh();
    expect([late.orphans, late.ingested.map(({ path }) => path)]).toEqual([[], ["late.tif"]]);
    const record = dataset.record(late.newImageIds[0] ?? "");
    expect(await record.tables.list({ format: "parquet" })).toEqual(["radon/velocity"]);
  });

  it("keeps its work when it is stopped, and goes on from there", async () => {
    const names = Array.from({ length: 6 }, (_, index) => String(index));
    const sidecars = (content: string): Files =>
      Object.fromEntries(names.map((name) => [`${name}.qc.json`, content]));
    await ingest({
      ...Object.fromEntries(names.map((name, seed) => [`${name}.tif`, tinyTiff(seed)])),
      ...sidecars("{}"),
    });
    await put(sidecars("[1]"));
    const controller = new AbortController();
    const seen: string[] = [];
    const stopped = refresh({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "read") {
          seen.push(`${event.path} ${event.done} of ${event.total}`);
          if (event.done === 2) {
            controller.abort();
          }
        }
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect(seen).toEqual(["0.tif 1 of 6", "1.tif 2 of 6"]);
    const report = await refresh();
    expect([report.unchanged.length, report.updated.length]).toEqual([2, 4]);
    await expectSettled();
  });

  it("takes a changed sidecar in once by two at the same time", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.qc.json": "{}" });
    await put({ "a.qc.json": "[1]" });
    const twin = await openDataset(store);
    const reports = await Promise.all([refresh(), refreshFromFolder(twin, folder)]);
    expect(reports.flatMap(({ conflicts }) => conflicts)).toEqual([]);
    await dataset.refresh();
    expect(await (await only()).loadJson("qc")).toEqual([1]);
    await expectSettled();
  });
});
