import type { Row } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { buildReport } from "../../src/report/numbers/build-report.ts";
import type { ImageFacts } from "../../src/report/numbers/image-facts.ts";
import type { ReportData } from "../../src/report/report-data.ts";

/** A scan with user events, so that each has one value at least. */
function scan(imageId: string, row: Row, userEvents = 1): ImageFacts {
  return {
    ...{ imageId, name: imageId, analyses: [], hasReadableMetadata: true, userEvents, pooled: new Map() },
    row: { accepted: true, lines: 1000n, ms_per_line: 1, um_per_px: 0.5, ...row },
  };
}

function labScan(path: string, row: Row = {}, userEvents?: number): ImageFacts {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return scan(path, { rel_path: `${path}.tif`, file_name: file, ...row }, userEvents);
}

function report(images: readonly ImageFacts[]): ReportData {
  return buildReport({
    title: "study",
    madeBy: { program: "kym", version: "0.1.0" },
    source: { dataset: "study.zarr", datasetVersion: 1, committedUtc: null },
    selection: { where: null, inDataset: images.length, shown: images.length, leftOutForNull: 0 },
    ingest: { file: null, words: "", failed: [], skipped: [], conflicts: [], orphans: [] },
    images,
  });
}

test("without images there is a report that compares nothing", () => {
  const { groupings, summary, notes } = report([]);
  expect(groupings).toEqual([]);
  expect(summary).toMatchObject({ images: 0, accepted: 0, durationS: 0 });
  expect(notes).toEqual([]);
});

test("without a condition or treatment no groups are compared, and a note says so", () => {
  const { groupings, notes } = report([scan("a", {}), scan("b", {})]);
  expect(groupings).toEqual([]);
  expect(notes).toContain("No groups are compared: no accepted image has a condition or a treatment.");
});

test("where no image is accepted, the note says that and not that conditions are missing", () => {
  const { groupings, notes } = report([scan("a", { accepted: false, condition: "Control" })]);
  expect(groupings).toEqual([]);
  expect(notes[0]).toBe("No groups are compared: no image is accepted.");
});

test("three treatments are compared by Kruskal and Wallis beside two conditions by Mann and Whitney", () => {
  const images = [
    ["Control", "14d Saline", 0],
    ["Control", "14d Saline", 1],
    ["AngII", "14d AngII", 3],
    ["AngII", "14d AngII", 4],
    ["AngII", "28d AngII", 6],
    ["AngII", "28d AngII", 8],
  ] as const;
  const { groupings, notes } = report(
    images.map(([condition, treatment, events], index) =>
      scan(`${index}`, { condition, treatment, animal: `A${index}` }, events),
    ),
  );
  expect(groupings.map(({ field, groups }) => [field, groups])).toEqual([
    ["condition", ["Control", "AngII"]],
    ["treatment", ["14d Saline", "14d AngII", "28d AngII"]],
  ]);
  const [byCondition, byTreatment] = groupings.map(({ measures }) => measures[0]!.test);
  expect(byCondition).toMatchObject({ kind: "mann_whitney", u: 0, effect: -1 });
  expect(byTreatment).toMatchObject({ kind: "kruskal_wallis", df: 2 });
  expect(byTreatment!.words).toMatch(
    /^Kruskal–Wallis H = 4\.57 with 2 degrees of freedom, n = 2 \(14d Saline\), 2 \(14d AngII\), 2 \(28d AngII\), p = 0\.102, epsilon squared = 0\.914\.$/,
  );
  expect(notes).toContain("4 tests were made, and no p is corrected for their number.");
});

test("without a treatment field, folders of the lab's form give it, and others do not", () => {
  const { groupings } = report([
    labScan("28d AngII/20250722/20250722_A89_0002"),
    labScan("28d AngII/20250722/20250722_A89_0003"),
    labScan("28d Saline/20250723/20250723_S12_0001"),
    labScan("somewhere/else/20250723_S12_0002"),
    labScan("20250722_A89_0009"),
  ]);
  expect(groupings).toHaveLength(1);
  expect(groupings[0]).toMatchObject({
    field: "treatment",
    from: "the names of the folders, <treatment>/<date>/<date>_<animal>_<number>",
    groups: ["28d Saline", "28d AngII"],
    ungrouped: {
      reason: "their treatment is not known",
      imageIds: ["somewhere/else/20250723_S12_0002", "20250722_A89_0009"],
    },
    units: { kind: "animal" },
  });
});

test.each([
  [
    "the field animal tells all",
    [{ animal: "m1" }, { animal: "m2" }],
    "animal",
    "Mean ± SEM are over animals, as the field animal says.",
  ],
  [
    "field and file names tell them together",
    [{ animal: "m1" }, { file_name: "20250722_A89_0002" }],
    "animal",
    "Mean ± SEM are over animals, as the field animal of 1 image and the file names of 1 say.",
  ],
  [
    "one image has no animal",
    [{ animal: "m1", date: "20250722" }, { acquired_local: "2025-07-23T10:00:00" }],
    "day",
    "Mean ± SEM are over days, because 1 of 2 images have no animal in a field or a file name.",
  ],
  [
    "nothing tells an animal",
    [{ date: "20250722" }, { date: "2025-07-23" }],
    "day",
    "Mean ± SEM are over days, because neither a field nor a file name tells an animal.",
  ],
  [
    "neither animals nor days are known",
    [{ date: "20250722" }, {}],
    "none",
    "There is no SEM, because neither a field nor a file name tells an animal, and 1 of 2 images have no day. The mean is over images.",
  ],
] as const)("where %s, it is said over what mean ± SEM are", (_, rows, kind, words) => {
  const { groupings } = report(
    rows.map((row, index) => scan(`${index}`, { condition: "AngII", ...row }, index)),
  );
  expect(groupings[0]!.units).toEqual({ kind, words });
  const [group] = groupings[0]!.measures[0]!.groups;
  expect(group).toMatchObject({
    n: 2,
    mean: 0.5,
    nUnits: kind === "none" ? 0 : 2,
    sem: kind === "none" ? null : 0.5,
  });
});

test("one day written in two ways is one day", () => {
  const rows = [{ date: "20250722" }, { date: "2025-07-22" }, { acquired_local: "2025-07-22T12:13:14.620" }];
  const { groupings } = report(rows.map((row, index) => scan(`${index}`, { condition: "AngII", ...row })));
  expect(groupings[0]!.measures[0]!.groups[0]).toMatchObject({ nUnits: 1, sem: null });
});

test("an animal in two groups is named as a reason why the groups are not independent", () => {
  const { groupings } = report([
    scan("a", { condition: "before", animal: "m1" }),
    scan("b", { condition: "after", animal: "m1" }),
    scan("c", { condition: "after", animal: "m2" }),
  ]);
  expect(groupings[0]!.units.words).toBe(
    "Mean ± SEM are over animals, as the field animal says. One animal is in more than one group; the tests take groups as independent.",
  );
});

test("rejected images are in the table and in no statistics", () => {
  const { groupings, images } = report([
    scan("a", { condition: "AngII" }),
    scan("b", { condition: "AngII", accepted: false }, 9),
  ]);
  expect(images).toHaveLength(2);
  expect(groupings[0]!.measures[0]!.groups[0]).toMatchObject({ n: 1, median: 1 });
});

test("a group of one image, equal values and a group alone give a reason instead of a number", () => {
  const test = (...groups: readonly (readonly [condition: string, events: number])[]): string =>
    report(groups.map(([condition, events], index) => scan(`${index}`, { condition }, events))).groupings[0]!
      .measures[0]!.test.words;
  expect(test(["A", 1], ["A", 2])).toBe("No test: only A has two images with a value.");
  expect(test(["A", 1], ["B", 2])).toBe("No test: no group has two images with a value.");
  expect(test(["A", 1], ["A", 1], ["B", 1], ["B", 1])).toBe("No test: all values are the same.");
  expect(test(["A", 1], ["A", 2], ["B", 3], ["B", 4], ["C", 1])).toMatch(
    /^Mann–Whitney .* Not in the test, with fewer than two images: C \(n = 1\)\.$/,
  );
});

test("conditions that differ by case are two groups, and it is said", () => {
  const { groupings } = report([
    scan("a", { condition: "AngII" }),
    scan("b", { condition: "angII" }),
    scan("c", { condition: "Control" }),
  ]);
  expect(groupings[0]).toMatchObject({
    groups: ["Control", "angII", "AngII"],
    from: "the field condition of the images; angII and AngII differ only by case or spaces",
  });
});

test("conditions that have spaces around them, or differ by how accents are composed are one group", () => {
  const { groupings } = report([
    scan("a", { condition: "Contrôle" }),
    scan("b", { condition: " Contro\u0302le" }),
  ]);
  expect(groupings[0]!.groups).toEqual(["Contrôle"]);
});
