// A lab's folder with acqstore's files, alone and beside those of the older application.
import { rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  jsonText,
  memoryStore,
  openDataset,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  exportLegacyFolder,
  findFaultyReads,
  ingestLegacyFolder,
  openTiff,
  refreshFromFolder,
} from "../../../src/node/index.ts";
import {
  acqstoreJson,
  analysis,
  DIAMETER_CSV,
  peak,
  RADON_CSV,
  rectRoi,
  SUM_CSV,
} from "../../support/acqstore-files.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

let dataset: ZarrDataset;
let lab = "";
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
});
afterEach(() => rm(lab, { recursive: true, force: true }));

async function onlyRecord(): Promise<ZarrImageRecord> {
  const [id = ""] = await dataset.listImageIds();
  return dataset.record(id);
}

async function ingest(files: Readonly<Record<string, string | Uint8Array>>): Promise<readonly string[]> {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), ...files });
  const { notes, failed } = await ingestLegacyFolder(dataset, lab);
  expect(failed).toEqual([]);
  return notes.map(({ path, reason }) => `${path}: ${reason}`);
}

async function rows(name: string): Promise<readonly Row[]> {
  return [...rowsOf(await (await onlyRecord()).loadParquet(name))];
}

const EVENT = {
  id: 1,
  x0: 0.004,
  x1: 0.002,
  event_type: "transient",
  event_stats: { n: 1, mean: Number.NaN },
};
const ANALYSES = [
  analysis("radon_velocity", 1, { analysis_version: 1 }, { window_width: 64 }),
  analysis("diameter", 1),
  analysis("sum_intensity", 1, { peak_events: [peak(1)] }),
  analysis("event", 1, { events: [EVENT], version: 2 }),
];
const FILES = {
  "a.tif.json": acqstoreJson({ analysis: ANALYSES, image_contrast: { 0: { value_max: 9 } } }),
  "a.tif.radon_velocity.csv": RADON_CSV,
  "a.tif.diameter.csv": DIAMETER_CSV,
  "a.tif.sum_intensity.csv": SUM_CSV,
};

test("times, lines and edges count from the image, and a right angle has no velocity", async () => {
  await ingest(FILES);
  const velocities = await rows("acqstore/velocity");
  expect(velocities[0]).toMatchObject({ line: 2, s_per_line: 0.002, um_per_px: 0.5, theta_deg: 45 });
  expect(velocities[0]?.["time_s"]).toBeCloseTo(0.004, 12);
  expect(velocities[0]?.["velocity_mm_s"]).toBeCloseTo(0.25, 12);
  expect(velocities[1]).toMatchObject({ theta_deg: 90, velocity_mm_s: null, acqstore_velocity_um_s: 0 });
  expect((await rows("acqstore/diameter/table"))[0]).toMatchObject({
    ...{ time_s: 0.004, line: 2, left_px: 1.25, right_px: 2.25, left_um: 0.625, right_um: 1.125 },
    ...{ diameter_um: 0.4, diameter_um_raw: 0.5, diameter_px: 0.8, diameter_px_raw: 1 },
  });
  expect((await rows("acqstore/sum_intensity/table"))[1]).toMatchObject({
    line: 2,
    time_s: 0.004,
    onset_line: 1,
  });
  expect((await rows("acqstore/sum_intensity/peaks"))[0]).toMatchObject({
    ...{ peak_id: 1n, onset_t_s: 0.002, peak_t_s: 0.004, peak_line: 2, peak_amplitude: 0.25 },
    ...{ auc: null, auc_reason: "no width", width_50_left_line: 1.5, width_50_points: 1, width_10_sec: null },
  });
  const [event] = await rows("acqstore/velocity_events");
  expect(event).toMatchObject({ event_type: "transient", event_stats: '{"mean":null,"n":1}' });
  expect(
    [event?.["t_start_s"], event?.["t_end_s"], event?.["duration_s"]].map((s) => Number(s).toFixed(6)),
  ).toEqual([...["0.004000", "0.006000", "0.002000"]]);
  expect(await (await onlyRecord()).loadJson("acqstore/contrast")).toEqual({ 0: { value_max: 9 } });
});

test("a TIFF that is opened without a dataset has the ROIs and the experiment", async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), ...FILES });
  const { artifactStore } = await openTiff(join(lab, "a.tif"));
  expect(await artifactStore.loadJson("metadata")).toMatchObject({
    experiment_metadata: { condition: "Saline" },
    rois: [{ roi_id: 1, data: { x0: 1, x1: 3, y0: 1, y1: 4 } }],
  });
});

test.each([
  ["an image without calibration", "seconds", "Pixels", "it has angles and no velocities"],
  ["lines without a time", "Pixels", "um", "it has angles and no velocities"],
])("%s has angles alone", async (_what, rowUnit, columnUnit, note) => {
  const { image_header_metadata: header } = JSON.parse(FILES["a.tif.json"]);
  const changed = { ...header, physical_label_y: rowUnit, physical_label_x: columnUnit };
  const notes = await ingest({ ...FILES, "a.tif.json": acqstoreJson({ image_header_metadata: changed }) });
  expect(notes.join("\n")).toContain(note);
  expect((await rows("acqstore/velocity"))[0]).toMatchObject({ theta_deg: 45, velocity_mm_s: null });
});

test("a table whose ROI nothing describes keeps its values, and is named", async () => {
  const notes = await ingest({ "a.tif.radon_velocity.csv": RADON_CSV });
  expect(notes.join("\n")).toContain("no sidecar says where ROI 1 lies");
  expect((await rows("acqstore/velocity"))[0]).toMatchObject({ time_s: null, line: null, theta_deg: 45 });
});

test("beside files of the older application, acqstore's win field by field, and differences are listed", async () => {
  const classic = JSON.parse(CLASSIC_JSON);
  classic.experiment_metadata = { condition: "AngII", note: "n", region: "cortex", depth: 75.5 };
  classic.rois.push({ ...classic.rois[0], id: 5, dim0_stop: 2 });
  const files = {
    ...FILES,
    "a.json": JSON.stringify(classic),
    "flow-analysis/a_radon.csv": TRACE_CSV,
    "flow-analysis/a_radon.json": RADON_JSON,
  };
  const notes = await ingest(files);
  for (const note of [
    'a.json: condition is "AngII" there: acqstore\'s "Saline" is used',
    "a.json: ROI 1 has another place there: acqstore's is used",
    "a.json: ROI 5 is there alone, not in acqstore's file: kept",
    "a.json: accepted is false there: acqstore's true is used",
    "a.json: its 0.001 s are not used: acqstore has 0.002 s",
  ]) {
    expect(notes).toContain(note);
  }
  const record = await onlyRecord();
  const metadata = await record.loadJson("metadata");
  expect(metadata).toMatchObject({
    header: { voxels: [0.002, 0.5] },
    experiment_metadata: { condition: "Saline", note: "n", region: "cortex", depth: 75.5 },
    rois: [{ roi_id: 1, data: { x0: 1, x1: 3, y0: 1, y1: 4 }, meta: { revision: 1 } }, { roi_id: 5 }],
    accepted: true,
  });
  // The lab's trace was made of the ROI where the older file has it.
  expect(await record.loadJson("radon/analysis")).toMatchObject({
    "1": { geometry: expect.stringContaining('"bounds":[0,4,0,3]') },
  });
  // Times of files count for nothing.
  const later = await openDataset(memoryStore());
  await utimes(join(lab, "a.tif.json"), 1, 1);
  await ingestLegacyFolder(later, lab);
  const [id = ""] = await later.listImageIds();
  expect(await later.record(id).loadJson("metadata")).toEqual(metadata);
});

test("a refresh follows what changed, and keeps what was edited in the dataset", async () => {
  await ingest(FILES);
  const record = await onlyRecord();
  expect((await ingestLegacyFolder(dataset, lab)).unchanged).toHaveLength(1);
  await record.saveMetadataPayload({
    ...Object(await record.loadJson("metadata")),
    experiment_metadata: { condition: "Saline", depth: 75.5, note: "mine" },
  });
  const rois = [rectRoi(1, [0, 4], [1, 3])];
  const experiment = { condition: "AngII", depth: 75.5 };
  await writeFile(
    join(lab, "a.tif.json"),
    acqstoreJson({ analysis: ANALYSES.slice(0, 3), rois, experiment_metadata: experiment }),
  );
  const { updated, conflicts } = await refreshFromFolder(dataset, lab);
  expect([updated.length, conflicts.length]).toEqual([1, 0]);
  expect(await record.loadJson("metadata")).toMatchObject({
    experiment_metadata: { condition: "AngII", note: "mine" },
    rois: [{ data: { y0: 0, y1: 4 } }],
  });
  expect((await rows("acqstore/velocity"))[0]).toMatchObject({ time_s: 0.002, line: 1 });
  expect(await record.json.list()).not.toContain("acqstore/contrast");
  expect(await record.tables.list({ format: "parquet" })).not.toContain("acqstore/velocity_events");
  const again = await refreshFromFolder(dataset, lab);
  expect([again.updated.length, again.unchanged.length]).toEqual([0, 1]);
});

test("an export that leaves out an edit says so, and a restored dataset is the same", async () => {
  await ingest(FILES);
  const record = await onlyRecord();
  const out = join(lab, "out");
  expect((await exportLegacyFolder(dataset, out, { layout: "lab" })).notes).toEqual([]);
  const copy = await openDataset(memoryStore());
  await ingestLegacyFolder(copy, out);
  expect(await copy.record(record.id).objectHashes()).toEqual(await record.objectHashes());
  await record.saveMetadataPayload({ ...Object(await record.loadJson("metadata")), accepted: false });
  const { notes } = await exportLegacyFolder(dataset, join(lab, "out2"), { format: "imagej" });
  expect(notes).toEqual([
    { path: "a.tif.json", reason: expect.stringContaining("unchanged: what was edited") },
  ]);
});

test.each([
  ["a.tif.json", acqstoreJson({ version: 3 }), "expected version 2, found 3"],
  ["a.tif.json", '{"version": 2, "rois": [], "analysis": [', "a.tif.json"],
  ["a.tif.radon_velocity.csv", "channel,roi_id,time_s\n0,1,0\n", "it has no column theta_deg"],
  ["a.tif.radon_velocity.csv", RADON_CSV.replace("\n0,1,0.002", "\n-1,1,0.002"), "from 0 to 998 as channel"],
  ["a.tif.radon_velocity.csv", RADON_CSV.replace("\n0,1,0.002", "\n0,,0.002"), "as roi_id, found null"],
  ["a.tif.diameter.csv", DIAMETER_CSV.replace("\n0,1,0.002,1,", "\n0,1,fast,1,"), "time_s"],
])("%s that cannot be read is kept byte for byte and named", async (name, content, reason) => {
  const notes = await ingest({ ...FILES, [name]: content });
  expect(notes.filter((note) => note.startsWith(`${name}: kept as an attachment`)).join()).toContain(reason);
  const record = await onlyRecord();
  expect(Buffer.from(await record.loadAttachment(name)).toString()).toBe(content);
});

test.each([
  ["events of one id", analysis("event", 1, { events: [EVENT, EVENT] }), "another id than those before"],
  ["an event without a time", analysis("event", 1, { events: [{ id: 1, x0: 1 }] }), ".x1, found none"],
  ["peaks of one id", analysis("sum_intensity", 1, { peak_events: [peak(1), peak(1)] }), "another id than"],
  [
    "more peaks than are read",
    analysis("sum_intensity", 1, { peak_events: Array.from({ length: 100_001 }, () => 0) }),
    "has 100001 peaks; at most 100000 are read",
  ],
])("%s are refused by name, and the rest comes in", async (_what, one, reason) => {
  const notes = await ingest({ ...FILES, "a.tif.json": acqstoreJson({ analysis: [one] }) });
  expect(notes.join("\n")).toContain(reason);
  expect(await (await onlyRecord()).loadJson("metadata")).toMatchObject({ rois: [{ roi_id: 1 }] });
});

test("a million peaks are more than a sidecar may hold: it is refused by name", async () => {
  const peaks = `[${"0,".repeat(2 ** 20)}0]`;
  const text = acqstoreJson({ analysis: [analysis("sum_intensity", 1, { peak_events: "PEAKS" })] });
  const notes = await ingest({ "a.tif.json": text.replace('"PEAKS"', peaks) });
  expect(notes.join("\n")).toMatch(/^a\.tif\.json: kept as an attachment: .*1048576/);
});

test("ROIs beyond the image are clipped or left out, by name", async () => {
  const rois = [rectRoi(1, [0, 9], [0, 3]), rectRoi(2, [9, 12], [0, 3])];
  const notes = await ingest({ "a.tif.json": acqstoreJson({ rois }) });
  expect(notes).toContain("a.tif.json: ROI 1 reaches beyond the image of 4 \u00d7 3: it is clipped");
  expect(notes).toContain("a.tif.json: ROI 2 lies outside the image of 4 \u00d7 3: it is left out");
  expect(await (await onlyRecord()).loadJson("metadata")).toMatchObject({
    rois: [{ data: { y0: 0, y1: 4 } }],
  });
});

test("an image of an earlier build, to which these files were any JSON and CSV, is found and read again", async () => {
  await ingest(FILES);
  const record = await onlyRecord();
  const { text } = await record.loadJsonText("provenance");
  const older = text.replaceAll(
    /("name":\s*)"acqstore_([a-z_]+)"(,\s*"version":\s*)2\b/g,
    (_, before, name, after) => `${before}"${name === "json" ? "json" : "csv"}"${after}3`,
  );
  expect(older).not.toBe(text);
  await record.saveJson("provenance", jsonText(older));
  const found = await findFaultyReads(dataset);
  expect(found.map(({ reader }) => reader).toSorted()).toEqual([
    ...["acqstore_diameter", "acqstore_json", "acqstore_radon_velocity", "acqstore_sum_intensity"],
  ]);
  expect((await refreshFromFolder(dataset, lab, { again: true })).updated).toHaveLength(1);
  expect(await findFaultyReads(dataset)).toEqual([]);
});
