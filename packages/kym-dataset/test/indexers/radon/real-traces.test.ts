import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseMetadata } from "@kym/kym-schema";
import { createNdArray, type Row, rowsOf } from "@kym/zarr-store";
import { describe, expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { readStripTiff } from "../../../../../test/support/read-strip-tiff.ts";
import { KymDataset, radonIndexer } from "../../../src/index.ts";
import { emptyDataset, TRACE_SCHEMA } from "../../support/image-fixture.ts";
import { readPlainCsv, readTrace } from "./legacy-trace.ts";

const FOLDER = findSharedData("kymographs");
const TRUTH = findSharedData("truth/analysis_csv_truth.json");
const SESSION = "28d AngII/20250722";

interface Kymograph {
  /** Below the folder, without extension. */
  readonly image: string;
  /** Below the folder. */
  readonly trace: string;
  /** The analysis, in either of its files. */
  readonly analysis: string;
}

const CAPILLARY: Kymograph = {
  image: "Capillary1_0001",
  trace: "flow-analysis/Capillary1_0001_radon.csv",
  analysis: "flow-analysis/Capillary1_0001_radon.json",
};

function sessionKymograph(index: string): Kymograph {
  const stem = `20250722_A89_${index}`;
  return {
    image: `${SESSION}/${stem}`,
    trace: `${SESSION}/flow-analysis/${stem}_kymanalysis.csv`,
    analysis: `${SESSION}/flow-analysis/${stem}_kymanalysis.json`,
  };
}

/** The rows that `kym_radon` has for a kymograph of the lab's folder. */
async function indexKymograph(
  folder: string,
  { image, trace, analysis }: Kymograph,
  changeVelocity: (velocity: number | null) => number | null = (velocity) => velocity,
): Promise<readonly Row[]> {
  const dataset = await emptyDataset();
  const plane = readStripTiff(readFileSync(join(folder, `${image}.tif`)));
  const record = await dataset.addImage(
    createNdArray("uint16", [plane.height, plane.width], Uint16Array.from(Array.from(plane.data, Number))),
    { axes: ["t", "x"] },
  );
  await record.saveMetadataPayload(JSON.parse(readFileSync(join(folder, `${image}.json`), "utf8")));
  const { analysis_metadata: runs } = JSON.parse(readFileSync(join(folder, analysis), "utf8"));
  await record.saveJson("radon/analysis", runs);
  const rows = readTrace(join(folder, trace)).map((row): Row => {
    const { velocity_mm_s: velocity } = row;
    return { ...row, velocity_mm_s: changeVelocity(typeof velocity === "number" ? velocity : null) };
  });
  await record.saveParquet("radon/velocity", rows, { schema: TRACE_SCHEMA });
  await new KymDataset(dataset).updateIndex(radonIndexer);
  return [...rowsOf(await dataset.loadTable("kym_radon"))];
}

function expectClose(found: unknown, expected: number): void {
  expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe.skipIf(FOLDER === undefined)("the lab's folder", () => {
  const folder = FOLDER ?? "";
  const floats = ["vel_min", "vel_max", "vel_mean", "vel_std", "vel_se", "vel_cv", "img_mean", "img_std"];
  const integers = ["roi_id", "channel", "vel_n_nan", "vel_n_zero", "vel_n_big", "img_min", "img_max"];

  test.each([
    ["as it is", (velocity: number | null): number | null => velocity],
    [
      "with its 16, 19 and 279 sentinels made blank",
      (velocity: number | null): number | null =>
        velocity !== null && Math.abs(velocity) > 1e6 ? null : velocity,
    ],
  ])("the trace of Capillary1_0001 %s gives the rows of radon_report_db.csv", async (_name, change) => {
    const rows = await indexKymograph(folder, CAPILLARY, change);
    const expected = readPlainCsv(join(folder, "radon_report_db.csv"));
    expect(rows).toHaveLength(3);
    expect(rows.map((row) => row["accepted"])).toEqual([true, true, true]);
    for (const [index, row] of rows.entries()) {
      for (const name of integers) {
        expect([name, row[name]]).toEqual([name, BigInt(expected[index]?.[name] ?? -1)]);
      }
      for (const name of floats) {
        expectClose(row[name], Number(expected[index]?.[name]));
      }
    }
    expectTruth(rows, CAPILLARY.trace);
  });

  test("the sentinels are in the file, 16, 19 and 279 of them", () => {
    const counts = new Map<unknown, number>();
    for (const { roi_id: roi, velocity_mm_s: velocity } of readTrace(join(folder, CAPILLARY.trace))) {
      if (Math.abs(Number(velocity)) > 1e6) {
        counts.set(roi, (counts.get(roi) ?? 0) + 1);
      }
    }
    expect([...counts]).toEqual([
      [1n, 16],
      [2n, 19],
      [3n, 279],
    ]);
  });

  test.each([
    ["0002", 5n, 0n, 1.658655, 0.267014],
    ["0003", 142n, 10n, 1.448553, 0.247179],
  ])(
    "A89_%s has the counts, mean and deviation of kymograph-formats.md §7.4",
    async (index, nan, zero, mean, sd) => {
      const rows = await indexKymograph(folder, sessionKymograph(index));
      expect(rows.map((row) => row["roi_id"])).toEqual([1n, 2n]);
      expect(rows[1]).toMatchObject({ vel_n_nan: nan, vel_n_zero: zero });
      expect(rows[1]?.["vel_mean"]).toBeCloseTo(mean, 6);
      expect(rows[1]?.["vel_std"]).toBeCloseTo(sd, 6);
      expectTruth(rows, sessionKymograph(index).trace);
    },
  );

  test("every classic JSON of the folder is read without a problem", () => {
    const classics = [CAPILLARY, sessionKymograph("0002"), sessionKymograph("0003")];
    const read = classics.map(({ image }) =>
      parseMetadata(readFileSync(join(folder, `${image}.json`), "utf8")),
    );
    expect(read.map(({ rois, problems }) => [rois.length, problems])).toEqual([
      [3, []],
      [2, []],
      [2, []],
    ]);
  });
});

/** Compares with what pandas made of the same CSV, ROI by ROI, in full precision. */
function expectTruth(rows: readonly Row[], trace: string): void {
  const truths: readonly Readonly<Record<string, unknown>>[] =
    TRUTH === undefined ? [] : JSON.parse(readFileSync(TRUTH, "utf8"));
  const known = truths.filter(({ file, roi }) => file === trace && roi !== null);
  expect(known).toHaveLength(TRUTH === undefined ? 0 : rows.length);
  for (const truth of known) {
    const row = rows.find(({ roi_id: id }) => id === BigInt(Number(truth["roi"])));
    expect(row?.["vel_n_nan"]).toBe(BigInt(Number(truth["nan_after"])));
    expect(row?.["vel_n_zero"]).toBe(BigInt(Number(truth["zero"])));
    expect(row?.["vel_n_big"]).toBe(BigInt(Number(truth["n_gt_mean_plus_2sd"])));
    for (const name of ["min", "max", "mean", "std", "se", "cv"]) {
      expectClose(row?.[`vel_${name}`], Number(truth[name]));
    }
  }
}
