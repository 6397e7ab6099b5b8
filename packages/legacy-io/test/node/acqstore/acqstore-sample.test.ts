// acqstore's own output, from two synthetic scans whose speeds are known.
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore, openDataset, rowsOf, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { readCsv } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import type { IngestReport } from "../../../src/index.ts";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";

const sample = findSharedData("acqstore-sample");
const DAY = "28d Saline/20250714";

async function recordOf(dataset: ZarrDataset, name: string): Promise<ZarrImageRecord> {
  const row = (await dataset.loadSourcesIndex()).find((one) => one.source_rel_path?.endsWith(name));
  return dataset.record(row?.image_id ?? "");
}

function mean(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => sum + Number(value), 0) / values.length;
}

describe.skipIf(sample === undefined)("the sample of acqstore", () => {
  let lab = "";
  let dataset: ZarrDataset;
  let first: ZarrImageRecord;
  let second: ZarrImageRecord;
  let report: IngestReport;
  beforeAll(async () => {
    lab = await mkdtemp(join(tmpdir(), "kym-acqstore-"));
    await cp(join(sample ?? "", "source"), lab, { recursive: true });
    for (const list of ["manifest.csv", "randomized_master.csv"]) {
      await cp(join(sample ?? "", list), join(lab, list));
    }
    dataset = await openDataset(memoryStore());
    report = await ingestLegacyFolder(dataset, lab);
    first = await recordOf(dataset, "0001.tif");
    second = await recordOf(dataset, "0003.tif");
  });
  afterAll(() => rm(lab, { recursive: true, force: true }));

  it("gives the true speeds, computed anew from the angles, and says so once", async () => {
    const means = [];
    for (const [record, startS] of [
      [first, 0.03696],
      [second, 0.036704],
    ] as const) {
      const rows = [...rowsOf(await record.loadParquet("acqstore/velocity"))];
      expect(rows).toHaveLength(59);
      expect(rows[0]).toMatchObject({ roi_id: 1n, channel: 1n, time_s: startS, line: 32 });
      means.push(Number(mean(rows.map((row) => row["velocity_mm_s"])).toFixed(4)));
    }
    expect(means).toEqual([1.1975, 0.7738]);
    const theirs = [...rowsOf(await first.loadParquet("acqstore/velocity"))];
    expect(mean(theirs.map((row) => row["acqstore_velocity_um_s"]))).toBeCloseTo(127.0324, 4);
    expect(report.notes.filter(({ reason }) => reason?.includes("reciprocal"))).toHaveLength(1);
    expect(await first.loadJson("acqstore/velocity")).toMatchObject({
      "1:1": { algorithm: "acqstore.radon_velocity@1", window_size: 64, software: "acqstore" },
    });
  });

  it("gives ROIs, experiment, calibration and every analysis", async () => {
    expect(await first.loadJson("metadata")).toMatchObject({
      header: { voxels: [0.001155, 0.45], voxels_source: ["acqstore", "acqstore"] },
      experiment_metadata: { condition: "Saline", species: "mouse", depth: 75.5, branch_order: 2 },
      rois: [
        { roi_id: 1, roi_type: "rect", name: "vessel", note: "\u00fcn\u00ef \u00b5" },
        { roi_id: 2, roi_type: "line", data: { x0: 0.5, x1: 15.5, y0: 10.5, y1: 200.5 } },
      ],
      accepted: true,
    });
    expect(await second.loadJson("metadata")).toMatchObject({
      header: { voxels: [0.001147, 0.331] },
      rois: [{ roi_id: 1 }, { roi_id: 2, name: "dia" }],
    });
    expect((await first.loadParquet("acqstore/velocity_events")).numRows).toBe(0);
    expect(await first.loadJson("acqstore/heart_rate/summary")).toMatchObject({
      "1:1": { acqstore_summary: { status: "insufficient_valid" } },
    });
    expect((await second.loadParquet("acqstore/diameter/table")).numRows).toBe(1000);
    expect(await second.loadJson("acqstore/reference/scan_path")).toMatchObject({
      ...{ scan_path_x_pixels: [5, 50], scan_path_y_pixels: [6, 40], physical_unit_x: 0.38 },
    });
  });

  it("gives the peaks of the sidecar as acqstore's own peak table has them", async () => {
    const place = "collection.ome.zarr/acq_images/acq_image_000/acqstore/analysis";
    const file = await readFile(join(sample ?? "", place, "sum_intensity__c0__r1.peaks.csv"));
    const { columns, rowCount } = readCsv(new Uint8Array(file));
    const rows = [...rowsOf(await first.loadParquet("acqstore/sum_intensity/peaks"))];
    expect(rows).toHaveLength(rowCount);
    const renamed = (title: string): string =>
      title
        .replace(/^(onset|peak)_time_sec$/, "$1_t_s")
        .replace(/^(onset|peak|width_\d+_left|width_\d+_right)_index$/, "$1_line");
    const same = Object.keys(columns).filter((title) => !/warning/.test(title));
    expect(same.length).toBeGreaterThan(60);
    const numberOrText = (cell: unknown): unknown =>
      cell === null || Number.isNaN(cell) ? null : typeof cell === "bigint" ? Number(cell) : cell;
    for (const title of same) {
      const theirs = Array.from(columns[title] ?? [], numberOrText);
      expect(
        rows.map((row) => numberOrText(row[renamed(title)])),
        title,
      ).toEqual(theirs);
    }
  });

  it("has the lists in a table, with the image of each row", async () => {
    const rows = [...rowsOf(await dataset.loadTable("acqstore_lists"))];
    expect(rows.map((row) => [row["list"], row["image_id"], row["group"], row["random_order"]])).toEqual([
      ["manifest.csv", first.id, null, null],
      ["manifest.csv", second.id, null, null],
      ["randomized_master.csv", first.id, "Saline", 0n],
      ["randomized_master.csv", second.id, "Saline", 1n],
    ]);
    expect(report.unrecognised).toEqual([]);
  });

  it.each([
    ["legacy", "lab"],
    ["imagej", undefined],
  ] as const)("gives its files back byte for byte in the format %s", async (format, layout) => {
    const out = join(lab, `../${format}-${lab.split("/").at(-1)}`);
    try {
      await exportLegacyFolder(dataset, out, { format, layout });
      const names = (await readdir(join(lab, DAY))).filter((name) => /\.tif\..+/.test(name));
      expect(names).toHaveLength(6);
      for (const name of names) {
        expect(await readFile(join(out, DAY, name))).toEqual(await readFile(join(lab, DAY, name)));
      }
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });
});
