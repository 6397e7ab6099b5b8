import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { readCsv, tableFromColumns } from "@kym/zarr-store/table";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseVelocityTrace, type SidecarFormat } from "../../../src/index.ts";
import { ingestLegacyFile, ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

const RATE = "heart/rate";

/** Beats a minute, as a table. */
const heart: SidecarFormat = {
  name: "heart_rate",
  endings: ["_heartrate.csv"],
  artifacts: [{ kind: "table", name: RATE }],
  parse: (bytes, { relPath }) => {
    const { schema, columns, rowCount } = readCsv(bytes, { where: relPath });
    const table = tableFromColumns(schema, columns, rowCount);
    return {
      artifacts: [{ kind: "table", name: RATE, table, schema }],
      warnings: rowCount === 0 ? ["no beats"] : [],
    };
  },
};

/** A format as a caller without types may give it. */
function formatOf(parse: () => unknown, rest: Partial<SidecarFormat> = {}): SidecarFormat {
  const artifacts = [{ kind: "json", name: RATE }] as const;
  return Object.assign({ ...heart, artifacts, ...rest }, { parse });
}

describe("an ingest with a format of one's own", () => {
  let dataset: ZarrDataset;
  let lab = "";
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
  });
  afterEach(() => rm(lab, { recursive: true, force: true }));

  const recordOf = async (name: string) => {
    const row = [...(await dataset.loadSourcesIndex())].findLast((one) => one.source_rel_path === name);
    return dataset.record(row?.image_id ?? "");
  };

  it("stores what the format gives, and knows the next time that nothing changed", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n0,400.5\n1,410\n" });
    const formats = [heart];
    const { ingested, notes } = await ingestLegacyFolder(dataset, lab, { formats });
    expect(ingested).toHaveLength(1);
    expect(notes).toEqual([]);
    const record = await recordOf("a.tif");
    const table = await record.loadParquet(RATE);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["t_s", "bpm"]);
    expect(table.getChild("bpm")?.toArray()).toEqual(Float64Array.of(400.5, 410));
    expect(await record.listAttachments()).toEqual([]);
    const again = await ingestLegacyFolder(dataset, lab, { formats });
    expect(again.unchanged).toHaveLength(1);
  });

  it("leaves a file of an added format alone where the format is not given", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n0,400\n" });
    await ingestLegacyFolder(dataset, lab);
    expect(await (await recordOf("a.tif")).tables.list({ format: "parquet" })).toEqual([]);
    const { updated } = await refreshFromFolder(dataset, lab, { formats: [heart] });
    expect(updated.map(({ reason }) => reason)).toEqual(["new beside it: a_heartrate.csv"]);
    expect(await (await recordOf("a.tif")).tables.list({ format: "parquet" })).toEqual([RATE]);
  });

  it("follows a changed file in a refresh, and keeps an edit of the dataset", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n0,400\n" });
    const formats = [heart];
    await ingestLegacyFolder(dataset, lab, { formats });
    await writeFile(join(lab, "a_heartrate.csv"), "t_s,bpm\n0,500\n1,501\n");
    const { updated } = await refreshFromFolder(dataset, lab, { formats });
    expect(updated).toHaveLength(1);
    const record = await recordOf("a.tif");
    expect((await record.loadParquet(RATE)).numRows).toBe(2);
    await record.saveParquet(RATE, [{ bpm: 1 }], { schema: { columns: [{ name: "bpm", type: "float64" }] } });
    await writeFile(join(lab, "a_heartrate.csv"), "t_s,bpm\n0,600\n");
    const { conflicts } = await refreshFromFolder(dataset, lab, { formats });
    expect(conflicts).toHaveLength(1);
    expect((await record.loadParquet(RATE)).numRows).toBe(1);
    expect(await record.listAttachments()).toEqual(["a_heartrate.csv"]);
  });

  it("is the same for one file alone", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n0,400\n" });
    const { imageId } = await ingestLegacyFile(dataset, join(lab, "a.tif"), { formats: [heart] });
    expect(await dataset.record(imageId).tables.list({ format: "parquet" })).toEqual([RATE]);
  });

  it("puts the format's warnings into the report", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n" });
    const { notes } = await ingestLegacyFolder(dataset, lab, { formats: [heart] });
    expect(notes).toMatchObject([{ path: "a_heartrate.csv", reason: "no beats" }]);
  });

  it("keeps a file as an attachment that the format cannot understand, and says why", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": 't_s,bpm\n"0' });
    const { ingested, notes } = await ingestLegacyFolder(dataset, lab, { formats: [heart] });
    expect(ingested).toHaveLength(1);
    expect(await (await recordOf("a.tif")).listAttachments()).toEqual(["a_heartrate.csv"]);
    expect(notes[0]?.reason).toMatch(/^kept as an attachment: /);
  });

  it("keeps a file as an attachment of which its format takes nothing", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "x" });
    const { notes } = await ingestLegacyFolder(dataset, lab, { formats: [formatOf(() => ({}))] });
    expect(notes).toMatchObject([{ reason: "kept as an attachment: its format reads nothing from it" }]);
  });

  it("keeps a file as an attachment that is about an image of another shape", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "x" });
    const format = formatOf(() => ({
      artifacts: [{ kind: "json", name: RATE, text: "1" }],
      whyNotOf: ([lines]: readonly number[]) => (lines === 4 ? "it is of 5 lines" : undefined),
    }));
    const { notes } = await ingestLegacyFolder(dataset, lab, { formats: [format] });
    expect(notes).toMatchObject([{ reason: "kept as an attachment: it is of 5 lines" }]);
    expect(await (await recordOf("a.tif")).json.list()).not.toContain(RATE);
  });

  const json = (text: string, name = RATE): unknown => ({ kind: "json", name, text });
  it.each<[string, () => unknown, RegExp]>([
    [
      "throws an error of its own",
      () => {
        throw new TypeError("no beats here");
      },
      /it threw TypeError: no beats here/,
    ],
    ["rejects", () => Promise.reject(new Error("later")), /it threw Error: later/],
    ["gives nothing at all", () => undefined, /undefined/],
    [
      "gives an artifact that it did not announce",
      () => ({ artifacts: [json("1", "qc")] }),
      /json "qc", which/,
    ],
    ["gives text that is not JSON", () => ({ artifacts: [json("{")] }), /JSON|line 1/],
    [
      "gives too many artifacts",
      () => ({ artifacts: Array(257).fill(json("1")) }),
      /257 artifacts; at most 256/,
    ],
    [
      "gives JSON that is too long",
      () => ({ artifacts: [json(`"${"x".repeat(2 ** 28)}"`)] }),
      /268435458 bytes; at most 268435456/,
    ],
    ["gives facts of which nothing can be made", () => ({ classic: { rois: 1 } }), /failed on/],
    [
      "gives a trace that is too long",
      () => ({ trace: { table: { rowCount: 2 ** 30, schema: { columns: [{}] }, columns: {} } } }),
      /8589934592 bytes/,
    ],
  ])("fails only the image whose format %s", async (_what, parse, reason) => {
    lab = await makeLabFolder({
      "a.tif": tinyTiff(1),
      "a_heartrate.csv": "x",
      "b.tif": tinyTiff(2),
    });
    const formats = [formatOf(parse)];
    const report = await ingestLegacyFolder(dataset, lab, { formats });
    expect(report.ingested.map(({ path }) => path)).toEqual(["b.tif"]);
    expect(report.failed).toMatchObject([{ path: "a.tif", reason: expect.stringMatching(reason) }]);
    expect(report.failed[0]?.reason).toMatch(/^the sidecar format heart_rate failed on a_heartrate.csv: /);
    const alone = ingestLegacyFile(dataset, join(lab, "a.tif"), { formats });
    await expect(alone).rejects.toMatchObject({
      name: "LegacyIoError",
      code: "invalid_argument",
      details: { path: "a_heartrate.csv" },
    });
  });

  it("fails only the image whose array does not fit its shape", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "x", "b.tif": tinyTiff(2) });
    const array = { dtype: "uint8", shape: [3], data: Uint8Array.of(1) };
    const format = formatOf(() => ({ artifacts: [{ kind: "array", name: "beats", array }] }), {
      artifacts: [{ kind: "array", name: "beats" }],
    });
    const { failed, ingested } = await ingestLegacyFolder(dataset, lab, { formats: [format] });
    expect(ingested.map(({ path }) => path)).toEqual(["b.tif"]);
    expect(failed[0]?.reason).toMatch(/has 3 elements, its data has 1/);
  });

  it("fails only the image in a refresh, and leaves what it has", async () => {
    const files = { "a.tif": tinyTiff(1), "a_heartrate.csv": "t_s,bpm\n0,400\n" };
    lab = await makeLabFolder({ ...files, "b.tif": tinyTiff(2), "b_heartrate.csv": "t_s,bpm\n0,1\n" });
    await ingestLegacyFolder(dataset, lab, { formats: [heart] });
    await writeFile(join(lab, "a_heartrate.csv"), "broken, and longer than it was before");
    await writeFile(join(lab, "b_heartrate.csv"), "t_s,bpm\n0,1\n0,2\n");
    const formats: readonly SidecarFormat[] = [
      {
        ...heart,
        parse: (bytes, source) => {
          if (source.relPath === "a_heartrate.csv") {
            throw new TypeError("no beats here");
          }
          return heart.parse(bytes, source);
        },
      },
    ];
    const { failed, updated } = await refreshFromFolder(dataset, lab, { formats });
    expect(failed).toMatchObject([{ path: "a.tif", reason: expect.stringContaining("no beats here") }]);
    expect(updated.map(({ path }) => path)).toEqual(["b.tif"]);
    expect((await (await recordOf("a.tif")).loadParquet(RATE)).numRows).toBe(1);
  });

  it("completes the image's metadata by those that a format gives", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heartrate.csv": "x" });
    const text = '{"header": {"voxels": [0.002, 0.5], "voxels_units": ["s", "um"]}, "animal": "m7"}';
    const format = formatOf(() => ({ artifacts: [json(text, "metadata")] }), {
      artifacts: [{ kind: "json", name: "metadata" }],
    });
    await ingestLegacyFolder(dataset, lab, { formats: [format] });
    const metadata = await (await recordOf("a.tif")).loadJson("metadata");
    expect(metadata).toMatchObject({
      animal: "m7",
      header: { shape: [4, 3], voxels: [0.002, 0.5], voxels_units: ["s", "um"] },
      rois: [],
      accepted: true,
    });
  });

  const traceFormat = (trace?: number): SidecarFormat =>
    formatOf(() => ({ trace: { table: parseVelocityTrace(new TextEncoder().encode(OTHER_TRACE)) } }), {
      artifacts: [],
      precedence: { trace },
    });
  it.each([
    ["counts before the built-in ones where its precedence says so", 50, 9.5],
    ["counts after the built-in ones where it states no precedence", undefined, 1.5],
  ])("a trace of an added format %s", async (_what, precedence, velocity) => {
    lab = await makeLabFolder({
      "a.tif": tinyTiff(1),
      "a_heartrate.csv": "x",
      "flow-analysis/a_radon.csv": TRACE_CSV,
      "flow-analysis/a_radon.json": RADON_JSON,
    });
    const { notes } = await ingestLegacyFolder(dataset, lab, { formats: [traceFormat(precedence)] });
    const table = await (await recordOf("a.tif")).loadParquet("radon/velocity");
    expect(table.getChild("velocity_mm_s")?.get(0)).toBe(velocity);
    expect(notes.map(({ reason }) => reason)).toContain("kept as an attachment: another file says the same");
  });

  it("of two files for one artifact stores that under the artifact's own name, and keeps the other", async () => {
    lab = await makeLabFolder({
      "a.tif": tinyTiff(1),
      "a_heartrate.csv": "t_s,bpm\n0,400\n",
      "a.heart__rate.csv": "t_s,bpm\n0,1\n1,2\n",
    });
    const { notes } = await ingestLegacyFolder(dataset, lab, { formats: [heart] });
    expect((await (await recordOf("a.tif")).loadParquet(RATE)).numRows).toBe(2);
    expect(notes.map(({ path }) => path)).toEqual(["a_heartrate.csv"]);
  });

  it("refuses formats that cannot be told apart before it reads anything", async () => {
    lab = await makeLabFolder({ "a.tif": tinyTiff(1) });
    const formats = [heart, { ...heart, name: "second" }];
    await expect(ingestLegacyFolder(dataset, lab, { formats })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(await dataset.listImageIds()).toEqual([]);
  });
});

const OTHER_TRACE = "roi_id,channel,time,velocity\n1,1,0.002,9.5\n";
