// What a report says of the simulated study, beside what is computed here from the truth of its scans.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  MeasureKey,
  ReportData,
  ReportImage,
  ReportMeasure,
} from "../../apps/cli/src/report/report-data.ts";
import { found, tellingWords } from "../../apps/cli/test/blind/telling-words.ts";
import { kym } from "../../apps/cli/test/support/kym.ts";
import type { SimulatedScan } from "../../apps/demos/src/simulator/simulate-lab-folder.ts";
import { type SimulatedStudy, simulatedStudy } from "./simulated-study.ts";

let study: SimulatedStudy;
let data: ReportData;
beforeAll(async () => {
  study = await simulatedStudy();
  data = await study.report();
});
afterAll(() => study.remove());

function measure({ groupings }: ReportData, key: MeasureKey): ReportMeasure {
  const found = groupings[0]?.measures.find((one) => one.key === key);
  expect(found, key).toBeDefined();
  return found!;
}

function imageOf({ images }: ReportData, stem: string): ReportImage {
  return images.find(({ telling }) => telling?.name === stem)!;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of a scan's ROIs, each the mean of its windows as the lab's file has them; undefined without an analysis. */
function velocityOf({ rois, plan }: SimulatedScan): number | undefined {
  const means = rois.flatMap(({ trace }) =>
    trace === undefined
      ? []
      : [mean(Array.from(trace.velocityMmPerS).filter((value) => Math.abs(value) <= 1e6))],
  );
  return means.length === 0 || plan.image !== "whole" ? undefined : mean(means);
}

/** The velocities of the accepted scans of a condition, by animal. */
function velocitiesOf(condition: string): Map<string, number[]> {
  const animals = new Map<string, number[]>();
  for (const scan of study.scans) {
    const velocity = velocityOf(scan);
    const [, animal = ""] = scan.plan.stem.split("_");
    if (scan.plan.condition === condition && scan.plan.accepted && velocity !== undefined) {
      animals.set(animal, [...(animals.get(animal) ?? []), velocity]);
    }
  }
  return animals;
}

test.each(["Control", "AngII"])(
  "velocities of %s are means of ROIs, then of animals, with the SEM of the animals",
  (condition) => {
    const { groups } = measure(data, "velocity");
    const group = groups.find(({ name }) => name === condition)!;
    const animals = velocitiesOf(condition);
    const [one = 0, two = 0] = [...animals.values()].map(mean);
    expect(group).toMatchObject({ n: [...animals.values()].flat().length, nUnits: 2 });
    expect(group.mean).toBeCloseTo((one + two) / 2, 6);
    expect(group.sem).toBeCloseTo(Math.abs(one - two) / 2, 6);
    expect(new Set(group.points.map(({ unit }) => unit))).toEqual(new Set(animals.keys()));
    const values = [...animals.values()].flat().sort((a, b) => a - b);
    const middle = values.length / 2;
    expect(group.median).toBeCloseTo(mean(values.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)), 6);
  },
);

test("the test of two conditions says U, p, the numbers that enter, and which is higher", () => {
  // Six Control scans, all faster than the four of AngII: of 210 orders one is as extreme on each side.
  expect(measure(data, "velocity").test).toMatchObject({
    kind: "mann_whitney",
    u: 24,
    p: 2 / 210,
    method: "exact",
    effect: 1,
    entered: [
      { group: "Control", n: 6 },
      { group: "AngII", n: 4 },
    ],
    words:
      "Mann–Whitney U = 24 for Control, n = 6 (Control), 4 (AngII), p = 0.00952 (two-sided, exact), rank-biserial r = 1: Control is higher in 100 % of pairs.",
  });
});

test("Control is compared first, by the field of the images, and animals are from the file names", () => {
  expect(data.groupings).toHaveLength(1);
  expect(data.groupings[0]).toMatchObject({
    field: "condition",
    from: "the field condition of the images",
    groups: ["Control", "AngII"],
    units: { kind: "animal", words: "Mean ± SEM are over animals, as the file names say." },
  });
});

test("every accepted image is a point, is left out with a reason, or is in no group", () => {
  const [grouping] = data.groupings;
  const accepted = data.images.filter((image) => image.accepted).map(({ imageId }) => imageId);
  expect(accepted).toHaveLength(14);
  for (const { groups, leftOut } of grouping!.measures) {
    const named = [
      ...groups.flatMap(({ points }) => points.map(({ imageId }) => imageId)),
      ...leftOut.flatMap(({ imageIds }) => imageIds),
      ...grouping!.ungrouped!.imageIds,
    ];
    expect(named.sort()).toEqual([...accepted].sort());
  }
  expect(measure(data, "velocity").leftOut).toEqual([
    { reason: "it was not analysed for this", imageIds: expect.any(Array) },
  ]);
  expect(grouping!.ungrouped).toMatchObject({ reason: "their condition is not known" });
});

test("user events are counted a file and a second; an analysed file without stored events is 0, and one never analysed is unknown", () => {
  const stalled = imageOf(data, "20250715_A32_0002");
  expect(stalled.values.user_events).toBe(1);
  expect(stalled.values.user_events_per_s).toBeCloseTo(1 / stalled.durationS!, 12);
  const traceOnly = imageOf(data, "20250715_A32_0001");
  expect(traceOnly.values.user_events).toBe(0);
  expect(traceOnly.notes).toEqual([
    "Nobody's events are stored: it counts as 0 user events, as in the lab's table of files.",
  ]);
  expect(imageOf(data, "20250715_A32_0003")).toMatchObject({
    values: { user_events: null, velocity: null },
    analysis: { state: null, words: "It was never analysed." },
  });
});

test("what failed at ingest is there with its reason, and the analysis that has no scan", () => {
  expect(data.ingest).toMatchObject({
    file: "study.ingest-report.json",
    words: "The last ingest, by study.ingest-report.json: 1 failed, 1 analysed without an image.",
    failed: [
      { path: expect.stringMatching(/_0005\.tif$/), reason: expect.stringContaining("the TIFF claims") },
    ],
    orphans: [{ path: expect.stringMatching(/_0006$/) }],
  });
});

test("the summary counts rejected and uncalibrated images, and notes name them", () => {
  expect(data.summary).toMatchObject({ images: 16, accepted: 14, rejected: 2, uncalibrated: 2, stale: 0 });
  expect(data.notes).toContain("2 rejected images are in the table and in no statistics.");
  expect(data.notes).toContain(
    "2 images lack a pixel size or a line period; what needs it is not known there.",
  );
});

test("a report is plain JSON, and one of a selection says how it was chosen", async () => {
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  const some = await study.report("condition = 'Control'");
  expect(some.selection).toEqual({
    where: "condition = 'Control'",
    inDataset: 16,
    shown: 8,
    leftOutForNull: 2,
  });
  expect(some.images).toHaveLength(8);
  expect(some.notes).toContain(
    "2 images are not in the report, because something that --where asks for is not known there.",
  );
  expect(measure(some, "velocity").test).toEqual({
    kind: "none",
    words: "No test: only Control has two images with a value.",
  });
});

test("ROIs, traces with gaps and events of an image are loaded one image at a time", async () => {
  const { imageId } = imageOf(data, "20250715_A32_0002");
  const detail = await study.detail(imageId);
  const scan = study.scans.find(({ plan }) => plan.stem === "20250715_A32_0002")!;
  expect(detail).toMatchObject({
    problem: null,
    rois: [{ roiId: 1, words: "ROI 1: rect lines 0–600, px 0–14", envelope: { roi_type: "rect", meta: {} } }],
    traces: [{ roiId: 1, software: "lab", state: "current", calibrated: true }],
  });
  expect(detail.events.filter(({ byUser }) => byUser)).toHaveLength(1);
  expect(detail.traces[0]!.velocityMmPerS).toHaveLength(scan.rois[0]!.trace!.velocityMmPerS.length);
  expect(JSON.parse(JSON.stringify(detail))).toEqual(detail);
});

test("no byte of a blind list, figure, page or text has a name, a day or a condition of the study", async () => {
  const { cwd, scans } = study;
  // Three letters alone stand in packed bytes by chance.
  const names = scans.flatMap(({ plan: { stem } }) => {
    const [day = "", animal = ""] = stem.split("_");
    return [stem, day, `"${animal}"`, `>${animal}<`, ` ${animal} `];
  });
  const words = [...new Set([...(await tellingWords(cwd, "study.zarr")), ...names, "Control", "AngII"])];
  // The file that the command is asked for may be named.
  const secret = words.filter((word) => !["study", "study.zarr"].includes(word));
  const blind = { cwd, env: { KYM_SEED: "7" } };
  const listed = await kym(["ls", "study.zarr", "--blind", "--json"], blind);
  const [{ image_id: name }] = JSON.parse(listed.stdout).data;
  const runs = [
    ["ls", "study.zarr", "--pictures"],
    ["show", "study.zarr", name],
    ["plot", "study.zarr", name, "-o", "one.svg"],
    ["report", "study.zarr", "-o", "blind.html"],
  ];
  for (const args of runs) {
    const { stdout, stderr, exitCode } = await kym([...args, "--blind"], { ...blind, columns: 100 });
    expect([exitCode, found(secret, Buffer.from(stdout + stderr))], args.join(" ")).toEqual([0, []]);
  }
  expect(found(secret, await readFile(join(cwd, "one.svg")))).toEqual([]);
  const page = await readFile(join(cwd, "blind.html"), "utf8");
  // Programs and styles are the same for each study.
  const ofStudy = page.replaceAll(/<(script|style)>[\s\S]*?<\/\1>| class="[a-z -]*"/g, "");
  expect(ofStudy.length).toBeGreaterThan(100_000);
  expect(found(secret, Buffer.from(ofStudy))).toEqual([]);
  // Open, the same search finds them.
  const { stdout } = await kym(["ls", "study.zarr"], { ...blind, columns: 100 });
  expect(found(secret, Buffer.from(stdout)).length).toBeGreaterThan(10);
});

test("after edits without an index, values that still hold count, and those of a moved ROI do not", async () => {
  await study.run("edit", "study.zarr", "20250714_S31_0001", "--condition", "Sham");
  await study.run("roi", "edit", "study.zarr", "20250714_S31_0002", "1", "--px", "2:12");
  const edited = await study.report();
  expect(edited.groupings[0]!.groups).toEqual(["Control", "Sham", "AngII"]);
  const { groups, leftOut, test: outcome } = measure(edited, "velocity");
  expect(groups.map(({ n }) => n)).toEqual([4, 1, 4]);
  expect(leftOut).toContainEqual({
    reason: "its ROI was moved or deleted after it was analysed",
    imageIds: [imageOf(edited, "20250714_S31_0002").imageId],
  });
  expect(outcome.words).toContain("Not in the test, with fewer than two images: Sham (n = 1).");
  expect(imageOf(edited, "20250714_S31_0002")).toMatchObject({
    values: { velocity: null },
    analysis: { state: "roi_changed", words: "The ROI was moved or deleted after it was analysed." },
  });
  expect(edited.summary).toMatchObject({ stale: 2, outdated: 1 });
  expect(edited.notes[0]).toBe("2 images have stale rows: run kym index and make the report again.");
  await study.run("index", "study.zarr");
  const indexed = await study.report();
  expect(indexed.summary).toMatchObject({ stale: 0, outdated: 1 });
  expect(measure(indexed, "velocity")).toEqual(measure(edited, "velocity"));
});
