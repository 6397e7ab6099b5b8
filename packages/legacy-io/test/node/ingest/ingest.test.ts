import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "@kym/zarr-store";
import { openLocalDataset as openLocal } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  exportLegacyFolder,
  type IngestReport,
  ingestLegacyFile,
  ingestLegacyFolder,
} from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

describe("ingesting a folder", () => {
  let store: KeyValueStore;
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    store = memoryStore();
    dataset = await openDataset(store);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const ingest = async (files: Parameters<typeof makeLabFolder>[0]): Promise<IngestReport> => {
    folder = await makeLabFolder(files);
    return ingestLegacyFolder(dataset, folder);
  };
  const only = async () => {
    const [id = ""] = await dataset.listImageIds();
    return dataset.record(id);
  };

  it("maps header, ROIs and traces to their artifacts, and says in provenance what was made of what", async () => {
    await ingest({
      "a/b.tif": tinyTiff(1),
      "a/b.json": CLASSIC_JSON,
      "a/flow-analysis/b_radon.csv": TRACE_CSV,
      "a/flow-analysis/b_radon.json": RADON_JSON,
    });
    const record = await only();
    expect(await record.loadJson("metadata")).toMatchObject({
      version: "2.0",
      header: { shape: [4, 3], voxels: [0.001, 0.5], voxels_units: ["s", "um"] },
      experiment_metadata: { depth: 1, note: "µ" },
      rois: [{ roi_id: 1, roi_type: "rect", data: { x0: 0, x1: 3, y0: 0, y1: 4 } }],
      accepted: false,
    });
    expect(await record.loadJson("radon/params")).toEqual({ 1: { algorithm: "mpRadon", window_size: 16 } });
    expect(await record.loadJson("radon/analysis")).toMatchObject({
      1: { channel: 1, roi_revision_at_analysis: 0 },
    });
    expect((await record.loadParquet("radon/velocity")).numRows).toBe(2);
    const provenance = await record.loadJson("provenance");
    const hashes = await record.objectHashes();
    expect(provenance).toMatchObject({
      source_primary_path: join(folder, "a/b.tif"),
      source_rel_path: "a/b.tif",
      source_name: "b.tif",
      sidecars: [
        {
          path: join(folder, "a/b.json"),
          artifacts: [
            { key: "analysis/metadata.json", sha256: hashes.get("analysis/metadata.json") },
            { key: "analysis/radon/analysis.json" },
          ],
        },
        // The trace says which calibration its analyses used.
        { artifacts: [{ key: "analysis/radon/velocity.parquet" }, { key: "analysis/radon/analysis.json" }] },
        { artifacts: [{ key: "analysis/radon/params.json" }, { key: "analysis/radon/analysis.json" }] },
      ],
    });
  });

  it("believes no header of an image of another size", async () => {
    const header = (size: string) =>
      `"[Image]"\t""\r\n"Image Size"\t"${size} [pixel]"\r\n"[Dimensions]"\t""\r\n"X Dimension"\t"3, 0.0 - 1.5 [um], 0.500 [um/pixel]"\r\n"T Dimension"\t"1, 0.000 - 0.003 [s], Interval FreeRun"\r\n`;
    const report = await ingest({
      "a.tif": tinyTiff(1),
      "a.txt": header("3 * 5"),
      "b.tif": tinyTiff(2),
      "b.txt": header("3 * 4"),
    });
    const byPath = new Map(
      (await dataset.loadSourcesIndex()).map((row) => [row.source_rel_path, row.image_id]),
    );
    const headerOf = async (path: string): Promise<unknown> =>
      dataset.record(byPath.get(path) ?? "").loadJson("metadata");
    expect(await headerOf("a.tif")).toMatchObject({ header: { voxels_units: ["px", "px"] } });
    expect(await headerOf("b.tif")).toMatchObject({
      header: { voxels_units: ["s", "um"], voxels: [0.00075, 0.5] },
    });
    expect(await dataset.record(byPath.get("a.tif") ?? "").listAttachments()).toEqual(["a.txt"]);
    expect(report.notes).toMatchObject([{ path: "a.txt", reason: expect.stringContaining("5 × 3") }]);
  });

  it("says where the edited JSON and the microscope's header differ, and stores one size", async () => {
    const txt = `"[Image]"\t""\r\n"Image Size"\t"3 * 4 [pixel]"\r\n"[Dimensions]"\t""\r\n"X Dimension"\t"3, 0.0 - 27.0 [um], 9.000 [um/pixel]"\r\n`;
    const json = CLASSIC_JSON.replace('"ndim":2', '"ndim":2,"physical_size":[99,99]');
    const report = await ingest({ "a.tif": tinyTiff(1), "a.txt": txt, "a.json": json });
    expect(report.notes).toMatchObject([
      { path: "a.json", reason: expect.stringContaining("0.5 µm are used") },
    ]);
    expect(await (await only()).loadJson("metadata")).toMatchObject({
      header: { voxels: [0.001, 0.5], physical_size: [0.004, 1.5] },
    });
  });

  it("leaves an export alone that stands in the folder, also one that was not finished", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    await exportLegacyFolder(dataset, join(folder, "out"));
    await cp(join(folder, "out"), join(folder, "out.partial-01234567-0123-4123-8123-0123456789ab"), {
      recursive: true,
    });
    const report = await ingestLegacyFolder(dataset, folder);
    expect([report.found, report.unchanged.length]).toEqual([1, 1]);
  });

  it("is refused as the place of an export if it is inside the dataset", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    const inside = await openLocal(join(folder, "s.zarr"));
    await ingestLegacyFolder(inside, folder);
    await expect(exportLegacyFolder(inside, join(folder, "s.zarr", "out"))).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("keeps what it does not understand as it came, and says so", async () => {
    const report = await ingest({
      "b.tif": tinyTiff(1),
      "b.json": "{ not JSON",
      "b.txt": "a shopping list",
      "b.notes.docx": "not for us",
      "flow-analysis/b_radon.csv": "roi_id,velocity\n1\n",
    });
    expect(report.failed).toEqual([]);
    const record = await only();
    expect(await record.listAttachments()).toEqual(["b.json", "b.txt", "b_radon.csv"]);
    expect(new TextDecoder().decode(await record.loadAttachment("b.json"))).toBe("{ not JSON");
    expect(report.notes.map(({ path }) => path).sort()).toEqual([
      "b.json",
      "b.txt",
      "flow-analysis/b_radon.csv",
    ]);
  });

  it("keeps two files of one name apart", async () => {
    await ingest({
      "x/a.tif": tinyTiff(1),
      "x/a.csv": "of nothing",
      "x/x-analysis/a.csv": TRACE_CSV,
      "x/flow-analysis/a_radon.csv": TRACE_CSV,
    });
    const record = await only();
    const kept = (await record.listAttachments()).map(async (name) => {
      return [name, new TextDecoder().decode(await record.loadAttachment(name))];
    });
    expect(await Promise.all(kept)).toEqual([
      ["a.csv", "of nothing"],
      ["a~20~282~29.csv", TRACE_CSV],
    ]);
  });

  it("takes <stem>.metadata.json as the metadata itself, and keeps what else speaks of it", async () => {
    const text = '{"header": {"acquired_local_epoch_ns": 9007199254740993}, "mine": 1}';
    await ingest({
      "a.tif": tinyTiff(1),
      "a.metadata.json": text,
      "a.json": CLASSIC_JSON,
      "b.tif": tinyTiff(2),
      "b.metadata.json": "[]",
    });
    const [a = "", b = ""] = (await dataset.loadSourcesIndex()).map(({ image_id: id }) => id);
    expect(await dataset.record(a).loadMetadataPayload()).toMatchObject({
      header: { acquired_local_epoch_ns: 9007199254740993n, voxels: [0.001, 0.5] },
      mine: 1,
    });
    expect(await dataset.record(a).listAttachments()).toEqual(["a.json"]);
    expect(await dataset.record(b).loadMetadataPayload()).toMatchObject({ version: "2.0" });
    expect(await dataset.record(b).listAttachments()).toEqual(["b.metadata.json"]);
    await writeFile(join(folder, "a.metadata.json"), text.replace("1}", "2}"));
    expect((await ingestLegacyFolder(dataset, folder)).updated).toHaveLength(1);
    expect(await dataset.record(a).loadMetadataPayload()).toMatchObject({ mine: 2 });
  });

  it("writes where an image came from itself, whatever file has that name", async () => {
    const { conflicts, notes } = await ingest({ "a.tif": tinyTiff(1), "a.provenance.json": '{"a": 1}' });
    expect([conflicts, notes.map(({ path }) => path)]).toEqual([[], ["a.provenance.json"]]);
    const record = await only();
    expect(await record.loadJson("provenance")).toMatchObject({ source_rel_path: "a.tif" });
    expect(await record.listAttachments()).toEqual(["a.provenance.json"]);
  });

  it("takes named artifacts of every format, `__` for `/`", async () => {
    const json = '{"z": 1.0, "a": 12345678901234567890}';
    await ingest({
      "b.tif": tinyTiff(1),
      "b.qc__manual.json": json,
      "b.peaks.csv": "t_s,label\n0.5,x\n",
      "b.con.json": "{}",
    });
    const record = await only();
    expect((await record.loadJsonText("qc/manual")).text).toBe(json);
    expect((await record.loadParquet("peaks")).numRows).toBe(1);
    expect(await record.listAttachments()).toEqual(["b.con.json"]);
  });

  it("prefers radon over kymanalysis over the oldest traces, and keeps the others", async () => {
    const report = await ingest({
      "day/b.tif": tinyTiff(1),
      "day/flow-analysis/b_radon.csv": TRACE_CSV,
      "day/flow-analysis/b_kymanalysis.csv": TRACE_CSV.replace("1.5", "9.5"),
      "day/day-analysis/b.csv": ",time,velocity\n0,0.002,7.5\n",
    });
    const record = await only();
    const velocities = Array.from(
      (await record.loadParquet("radon/velocity")).getChild("velocity_mm_s") ?? [],
    );
    expect(velocities).toEqual([1.5, null]);
    expect(await record.listAttachments()).toEqual(["b.csv", "b_kymanalysis.csv"]);
    expect(report.notes).toHaveLength(2);
  });

  it("keeps an analysis file whose events are another file's", async () => {
    const events = (start: number) => ({
      "1": [{ event_type: "baseline_drop", t_start: start, t_peak: start, score_peak: 1 }],
    });
    await ingest({
      "b.tif": tinyTiff(1),
      "flow-analysis/b_kymanalysis.csv": TRACE_CSV,
      "flow-analysis/b_kymanalysis.json": JSON.stringify({
        version: "2.0",
        analysis_metadata: {},
        velocity_events: events(1),
      }),
      "flow-analysis/b_events.json": JSON.stringify({ version: "2.0", velocity_events: events(2) }),
    });
    const record = await only();
    const table = await record.loadParquet("velocity_events/events");
    expect(Array.from(table.getChild("t_start_s") ?? [])).toEqual([2]);
    expect(await record.listAttachments()).toEqual(["b_kymanalysis.json"]);
  });

  it("stacks the channels of one acquisition", async () => {
    await ingest({ "s_C001T001.tif": tinyTiff(1), "s_C002T001.tif": tinyTiff(2) });
    const record = await only();
    expect(await record.getAxes()).toEqual(["c", "t", "x"]);
    const { shape, data } = await record.loadArray({ dtype: "uint16" });
    expect(shape).toEqual([2, 4, 3]);
    expect([data[0], data[12]]).toEqual([100, 200]);
  });

  it("fails a file alone: a channel of another shape, an empty file", async () => {
    const report = await ingest({
      "good.tif": tinyTiff(1),
      "empty.tif": "",
      "s_C001T001.tif": tinyTiff(1),
      "s_C002T001.tif": tinyTiff(2, 5),
    });
    expect(report.failed.map(({ path }) => path)).toEqual(["empty.tif", "s_C001T001.tif"]);
    expect(report.ingested.map(({ path }) => path)).toEqual(["good.tif"]);
    const [commit] = await Array.fromAsync(dataset.log());
    expect(commit?.message, "the log counts what is there").toBe("ingest of 1 TIFF; 2 failed");
  });

  it("leaves a changed image alone and says so, and takes in what changed beside another", async () => {
    await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2), "b.json": CLASSIC_JSON });
    await writeFile(join(folder, "a.tif"), tinyTiff(3));
    await writeFile(join(folder, "b.json"), CLASSIC_JSON.replace("false", "true"));
    const report = await ingestLegacyFolder(dataset, folder);
    const imageId = expect.any(String);
    expect(report.skipped).toEqual([
      { path: "a.tif", imageId, reason: "the image changed since it was ingested" },
    ]);
    expect(report.updated).toEqual([{ path: "b.tif", imageId, reason: "changed beside it: b.json" }]);
    const before = dataset.version;
    expect((await ingestLegacyFolder(dataset, folder)).unchanged.map(({ path }) => path)).toEqual(["b.tif"]);
    expect(dataset.version).toBe(before);
  });

  it("does not bring a deleted image back", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    await dataset.deleteImage((await only()).id);
    const report = await ingestLegacyFolder(dataset, folder);
    expect(report.skipped).toMatchObject([{ path: "a.tif", reason: expect.stringContaining("deleted") }]);
    expect(await dataset.listImageIds()).toEqual([]);
  });

  it("keeps its work when it is stopped, and goes on from there", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`${index}.tif`, tinyTiff(index)]),
    );
    folder = await makeLabFolder(files);
    const controller = new AbortController();
    const stopped = ingestLegacyFolder(dataset, folder, {
      jobs: 2,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "read" && event.done === 3) {
          controller.abort();
        }
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    const kept = (await dataset.listImageIds()).length;
    expect(kept).toBeGreaterThanOrEqual(3);
    expect(kept).toBeLessThan(9);
    const report = await ingestLegacyFolder(dataset, folder);
    expect([report.unchanged.length, report.ingested.length]).toEqual([kept, 9 - kept]);
    expect(await dataset.loadSourcesIndex()).toHaveLength(9);
  });

  it("commits thousands of images in tens of commits", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 130 }, (_, index) => [`${index}.tif`, tinyTiff(index)]),
    );
    await ingest(files);
    expect(await dataset.listImageIds()).toHaveLength(130);
    expect(dataset.version).toBe(3);
  });

  it("takes one file with what belongs to it", async () => {
    folder = await makeLabFolder({
      "x/a.tif": tinyTiff(1),
      "x/a.json": CLASSIC_JSON,
      "x/b.tif": tinyTiff(2),
    });
    const { imageId, sourceRow } = await ingestLegacyFile(dataset, join(folder, "x/a.tif"));
    expect(await dataset.listImageIds()).toEqual([imageId]);
    expect(sourceRow).toMatchObject({ image_id: imageId, source_rel_path: "a.tif" });
    await expect(ingestLegacyFile(dataset, join(folder, "x/c.tif"))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("writes the scale of the axes with the pixels, and the name of the file with the record", async () => {
    folder = await makeLabFolder({
      "day/a.tif": tinyTiff(1),
      "day/a.json": CLASSIC_JSON,
      "b.tif": tinyTiff(2),
    });
    for (const compression of ["zstd", "none"] as const) {
      await using each = await openDataset(memoryStore());
      await ingestLegacyFolder(each, folder, { compression });
      const found = new Map<unknown, unknown>();
      for (const id of await each.listImageIds()) {
        const record = each.record(id);
        found.set((await record.attributes())["source_name"], (await record.openArray()).attributes);
      }
      expect(found).toEqual(
        new Map<unknown, unknown>([
          [
            "a.tif",
            {
              dimension_units: ["0.001 s", "0.5 \u00b5m"],
              dimension_steps: [0.001, 0.5],
              dimension_origins: [0, 0],
            },
          ],
          ["b.tif", {}],
        ]),
      );
    }
  });

  it("stores the same pixels without compression, of a folder and of one file, where that is asked for", async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1) });
    const pixels = new Uint8Array(Uint16Array.from({ length: 12 }, (_, index) => 100 + index).buffer);
    await ingestLegacyFolder(dataset, folder, { compression: "none" });
    await ingestLegacyFile(dataset, join(folder, "a.tif"), { compression: "none" });
    const ids = await dataset.listImageIds();
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      expect(await dataset.record(id).loadArray()).toMatchObject({ shape: [4, 3], dtype: "uint16" });
      const chunk = parseStoreKey(`images/${id}/data/c/0/0`);
      expect(await store.get(chunk)).toEqual(pixels);
    }
  });

  describe("that was exported", () => {
    let out = "";
    beforeEach(async () => {
      await ingest({
        "a.tif": tinyTiff(1),
        "b.tif": tinyTiff(2),
        "b.json": CLASSIC_JSON,
        "b.x__y.json": "[1.0]",
      });
      const { id } = await only();
      await dataset
        .record(id)
        .saveArrayArtifact(
          "masks/7",
          { dtype: "int64", shape: [2], data: new BigInt64Array([1n, -(2n ** 62n)]) },
          { axes: ["k"] },
        );
      out = join(folder, "out");
      await exportLegacyFolder(dataset, out);
    });

    it("comes back with every object as it was, and is then unchanged", async () => {
      const copy = await openDataset(memoryStore());
      expect((await ingestLegacyFolder(copy, out)).ingested).toHaveLength(2);
      for (const id of await dataset.listImageIds()) {
        expect(await copy.record(id).objectHashes()).toEqual(await dataset.record(id).objectHashes());
      }
      expect(await copy.loadSourcesIndex()).toEqual(await dataset.loadSourcesIndex());
      expect((await ingestLegacyFolder(copy, out)).unchanged).toHaveLength(2);
    });

    it("conflicts with an image of the same id and other content", async () => {
      const { id } = await only();
      await dataset.record(id).saveJson("edited", true);
      const report = await ingestLegacyFolder(dataset, out);
      expect(report.conflicts.map(({ imageId }) => imageId)).toEqual([id]);
      expect(report.unchanged).toHaveLength(1);
    });

    it("fails an image whose file was changed since", async () => {
      const { id } = await only();
      const path = join(out, "images", id, "metadata.json");
      await writeFile(path, (await readFile(path, "utf8")).replace("2.0", "2.1"));
      const report = await ingestLegacyFolder(await openDataset(memoryStore()), out);
      expect(report.failed).toMatchObject([
        { imageId: id, reason: expect.stringContaining("changed since") },
      ]);
      expect(report.ingested).toHaveLength(1);
    });

    it("is not overwritten, and never replaces a folder that is no export", async () => {
      await expect(exportLegacyFolder(dataset, out)).rejects.toMatchObject({ code: "already_exists" });
      await expect(exportLegacyFolder(dataset, folder, { overwrite: true })).rejects.toMatchObject({
        code: "already_exists",
      });
      expect((await exportLegacyFolder(dataset, out, { overwrite: true })).images).toBe(2);
    });

    it("is the same bytes each time", async () => {
      await exportLegacyFolder(dataset, join(folder, "again"));
      const manifest = (place: string) => readFile(join(folder, place, "export.json"), "utf8");
      expect(await manifest("again")).toBe(await manifest("out"));
    });

    it("cannot make ingest read outside of itself", async () => {
      const path = join(out, "export.json");
      await writeFile(
        path,
        (await readFile(path, "utf8")).replace(
          /"path": "images\/[^"]*metadata.json"/,
          '"path": "../../secret"',
        ),
      );
      await expect(ingestLegacyFolder(await openDataset(memoryStore()), out)).rejects.toMatchObject({
        code: "invalid_name",
      });
    });
  });
});
