// Figures of scans whose truth is known: a real one with the lab's results, and streaks of a known slope.
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, rowsOf } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym } from "../../support/kym.ts";

const LAB = findSharedData("kymographs");
/** Where an image lies in a figure. */
const [LEFT, TOP, WIDTH] = [72, 50, 600];

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-plot-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function figure(...words: readonly string[]): Promise<string> {
  const file = "scan.svg";
  const { exitCode, stderr } = await kym(["plot", ...words, "-o", file, "--force"], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
  return readFile(join(cwd, file), "utf8");
}

/** The straight pieces of the path of a class and ROI. */
function piecesOf(svg: string, name: string, roi: number): readonly (readonly number[])[] {
  const path = new RegExp(`<path class="${name}" data-roi="${roi}" d="([^"]*)"`).exec(svg)?.[1] ?? "";
  return path
    .split("M")
    .slice(1)
    .map((piece) => (piece.match(/-?[\d.]+/g) ?? []).map(Number));
}

it.runIf(LAB !== undefined)(
  "a real scan has a mark for each window that the lab measured, at its place and slope, and the lab's events",
  async () => {
    for (const name of [
      "Capillary1_0001.tif",
      "Capillary1_0001.txt",
      "Capillary1_0001.json",
      "flow-analysis",
    ]) {
      await cp(join(LAB ?? "", name), join(cwd, "lab", name), { recursive: true });
    }
    expect(await kym(["ingest", "lab", "study.zarr"], { cwd })).toMatchObject({ exitCode: 0 });
    // 20.4 s are line 17435; the stretch has a stall, a gap and two events.
    const svg = await figure("study.zarr", "Capillary1_0001", "--at", "17435lines", "--for", "900lines");
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    const [image = ""] = await dataset.listImageIds();
    const rows = [...rowsOf(await dataset.record(image).loadParquet(ARTIFACTS.radonVelocity))];
    const [from, scale] = [17_435, WIDTH / 900];
    const expected = rows.flatMap((row) => {
      const [time, velocity] = [Number(row["time_s"]), row["velocity_mm_s"]];
      const line = time / Number(row["s_per_line"]);
      return row["roi_id"] === 3n &&
        typeof velocity === "number" &&
        Math.abs(velocity) < 1e6 &&
        line >= from &&
        line <= from + 900
        ? [
            {
              x: LEFT + (line - from) * scale,
              pxPerLine: (velocity * 1000 * Number(row["s_per_line"])) / Number(row["um_per_px"]),
            },
          ]
        : [];
    });
    expect(expected.length).toBeGreaterThan(150);
    const marks = piecesOf(svg, "slopes", 3);
    expect(marks).toHaveLength(expected.length);
    // 38 columns are 152 units high.
    for (const [index, [x0 = 0, y0 = 0, x1 = 0, y1 = 0]] of marks.entries()) {
      const { x, pxPerLine } = expected[index] ?? { x: NaN, pxPerLine: NaN };
      expect(Math.abs((x0 + x1) / 2 - x)).toBeLessThan(0.02);
      const rise = ((x1 - x0) / scale) * pxPerLine * 4;
      expect(Math.abs(y1 - y0 - rise)).toBeLessThan(0.02 + 0.07 * Math.abs(pxPerLine));
    }
    const events = Array.from(
      svg.matchAll(/class="event" data-type="(\w+)" x="([\d.]+)"/g),
      ([, type, x]) => [type, Math.round((Number(x) - LEFT) / scale + from)],
    );
    expect(events.map(([type]) => type)).toEqual(["baseline_drop", "baseline_rise"]);
    expect(svg).toContain(">time (s)<");
  },
);

it("what kym analyze measures lies along the streaks, with and without a calibration", async () => {
  const [lines, columns, slope] = [96, 20, 1.5];
  const streak = (line: number, column: number): number => {
    const place = (((column - slope * line) % 12) + 12) % 12;
    return place < 5 ? 900 : 300 + ((line * 7919 + column * 104_729) % 40);
  };
  const data = Uint16Array.from({ length: lines * columns }, (_, at) =>
    streak(Math.floor(at / columns), at % columns),
  );
  await using dataset = await openLocalDataset(join(cwd, "streaks.zarr"), { summarize: summarizeMetadata });
  for (const [id, voxels] of [
    ["scaled", [0.001, 0.5]],
    ["raw", undefined],
  ] as const) {
    const record = await dataset.addImage(createNdArray("uint16", [lines, columns], data), {
      id,
      axes: ["t", "x"],
    });
    if (voxels !== undefined) {
      await record.saveJson(ARTIFACTS.metadata, {
        version: "2.0",
        header: { voxels, voxels_units: ["s", "um"] },
      });
    }
  }
  expect(await kym(["analyze", "streaks.zarr", "-j", "1"], { cwd })).toMatchObject({ exitCode: 0 });
  for (const [id, title] of [
    ["scaled", "velocity (mm/s)"],
    ["raw", "shift (px/line)"],
  ] as const) {
    const svg = await figure("streaks.zarr", id);
    const marks = piecesOf(svg, "slopes", 1);
    expect(marks).toHaveLength(21);
    for (const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] of marks) {
      // 20 columns are 110 units high, 96 lines 600 wide.
      expect((y1 - y0) / 5.5 / ((x1 - x0) / 6.25)).toBeCloseTo(slope, 1);
      expect((y0 + y1) / 2).toBeCloseTo(TOP + 55, 1);
    }
    expect(svg).toContain(`>${title}<`);
    expect(svg).toContain("ROI 1: @kym/flow (kym.radon@1), 21 windows, 0 without a number.");
  }
});
