// acqstore's own collection, from two synthetic scans whose speeds are known.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  memoryStore,
  openDataset,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import type { IngestReport } from "../../../src/index.ts";
import { ingestLegacyFolder } from "../../../src/node/index.ts";

const sample = findSharedData("acqstore-sample");
const DAY = "28d Saline/20250714";

async function recordOf(dataset: ZarrDataset, name: string): Promise<ZarrImageRecord> {
  const row = (await dataset.loadSourcesIndex()).find((one) => one.source_rel_path?.endsWith(name));
  return dataset.record(row?.image_id ?? "");
}

async function rows(record: ZarrImageRecord, name: string): Promise<readonly Row[]> {
  return [...rowsOf(await record.loadParquet(name))];
}

function mean(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => sum + Number(value), 0) / values.length;
}

describe.skipIf(sample === undefined)("the collection of acqstore's sample", () => {
  let lab = "";
  let dataset: ZarrDataset;
  let first: ZarrImageRecord;
  let second: ZarrImageRecord;
  let report: IngestReport;
  beforeAll(async () => {
    lab = await mkdtemp(join(tmpdir(), "kym-collection-"));
    await cp(join(sample ?? "", "collection.ome.zarr"), join(lab, "collection.ome.zarr"), {
      recursive: true,
    });
    await cp(join(sample ?? "", "randomized_master.csv"), join(lab, "randomized_master.csv"));
    dataset = await openDataset(memoryStore());
    report = await ingestLegacyFolder(dataset, lab);
    first = await recordOf(dataset, "0001.tif");
    second = await recordOf(dataset, "0003.tif");
  });
  afterAll(() => rm(lab, { recursive: true, force: true }));

  it("gives both images with their shapes, steps, ROIs and conditions", async () => {
    expect([report.ingested.length, report.failed]).toEqual([2, []]);
    const paths = (await dataset.loadSourcesIndex()).map((row) => row.source_rel_path);
    expect(paths).toEqual([`${DAY}/20250714_S31_0001.tif`, `${DAY}/20250714_S31_0003.tif`]);
    const expected = [
      [first, [1000, 30], [0.001155, 0.45]],
      [second, [1000, 26], [0.001147, 0.331]],
    ] as const;
    for (const [record, shape, voxels] of expected) {
      const { header, rois, experiment_metadata: experiment } = Object(await record.loadJson("metadata"));
      expect(header).toMatchObject({ shape, voxels, voxels_units: ["s", "um"], date_str: "2025-07-14" });
      expect(rois).toHaveLength(2);
      expect(experiment).toMatchObject({ condition: "Saline", species: "mouse" });
    }
  });

  it("gives the true speeds, and each other analysis", async () => {
    const means = await Promise.all(
      [first, second].map(async (record) => {
        const windows = await rows(record, "acqstore/velocity");
        expect(windows).toHaveLength(59);
        return Number(mean(windows.map((row) => row["velocity_mm_s"])).toFixed(4));
      }),
    );
    expect(means).toEqual([1.1975, 0.7738]);
    expect(await first.json.list()).toEqual([
      "acqstore/heart_rate/summary",
      "acqstore/sum_intensity/table",
      "acqstore/velocity",
      "acqstore/velocity_events",
      "metadata",
      "provenance",
    ]);
    expect((await rows(first, "acqstore/sum_intensity/table")).length).toBeGreaterThan(600);
    expect((await rows(second, "acqstore/diameter/table"))[0]).toMatchObject({ roi_id: 2n, channel: 1n });
  });

  it("gives the reference image with its scan path, and links the randomised list", async () => {
    expect((await second.loadArrayArtifact("acqstore/reference")).shape).toEqual([64, 64]);
    expect(await second.loadJson("acqstore/reference/scan_path")).toMatchObject({
      scan_path_num_points: 2,
      scan_path_x_pixels: [5, 50],
    });
    const listed = [...rowsOf(await dataset.loadTable("acqstore_lists"))];
    expect(listed.map((row) => row["image_id"])).toEqual([first.id, second.id]);
  });
});
