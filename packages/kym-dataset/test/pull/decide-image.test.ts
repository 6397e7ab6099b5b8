import { expect, test } from "vitest";
import { decideImage } from "../../src/pull/decide-image.ts";

const hashes = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));
const BASE = hashes({
  "zarr.json": "z",
  "data/c/0/0": "p",
  "analysis/metadata.json": "m",
  "analysis/qc.json": "q",
});
/** With an overview, which one copy made for itself. */
const pictured = hashes({ ...Object.fromEntries(BASE), "attachments/~~overview-0123456789abcdef.json": "o" });
const edited = hashes({ ...Object.fromEntries(BASE), "analysis/metadata.json": "m2" });

test.each([
  ["both without it", undefined, undefined, undefined, "same"],
  ["added there", undefined, undefined, BASE, "new"],
  ["added here", undefined, BASE, undefined, "same"],
  ["deleted there, untouched here", BASE, BASE, undefined, "deleted"],
  ["deleted there, changed here", BASE, edited, undefined, "kept"],
  ["deleted here, untouched there", BASE, undefined, BASE, "same"],
  ["deleted here, changed there", BASE, undefined, edited, "returned"],
  ["deleted there, with an overview here", BASE, pictured, undefined, "deleted"],
  ["deleted here, with an overview there", BASE, undefined, pictured, "same"],
  ["given an overview there", BASE, BASE, pictured, "same"],
  [
    "given another overview in each",
    BASE,
    pictured,
    hashes({ ...Object.fromEntries(BASE), "attachments/~~overview-0.json": "o2" }),
    "same",
  ],
  ["deleted in both", BASE, undefined, undefined, "same"],
  ["changed here only", BASE, edited, BASE, "same"],
  ["changed alike in both", BASE, edited, hashes(Object.fromEntries(edited)), "same"],
  [
    "with other pixels",
    BASE,
    BASE,
    hashes({ ...Object.fromEntries(BASE), "data/c/0/0": "p2" }),
    "other pixels",
  ],
] as const)("an image that was %s", (_, base, ours, theirs, kind) => {
  expect(decideImage(base, ours, theirs).kind).toBe(kind);
});

test("parts that only the other copy changed are taken, and those that both changed are merged", () => {
  const here = hashes({ ...Object.fromEntries(BASE), "analysis/metadata.json": "ours" });
  const there = hashes({
    ...Object.fromEntries(BASE),
    "analysis/metadata.json": "theirs",
    "analysis/qc.json": "q2",
    "analysis_arrays/zarr.json": "g",
    "analysis_arrays/mask/zarr.json": "g",
    "analysis_arrays/mask/data/zarr.json": "a",
    "analysis_arrays/mask/data/c/0": "b",
  });
  const decision = decideImage(BASE, here, there);
  expect(
    decision.kind === "changed" && decision.parts.map(({ key, how, keys }) => [key, how, keys.length]),
  ).toEqual([
    ["analysis/metadata.json", "merge", 1],
    ["analysis/qc.json", "take", 1],
    ["analysis_arrays/mask", "take", 2],
    ["analysis_arrays/mask/zarr.json", "take", 1],
    ["analysis_arrays/zarr.json", "take", 1],
  ]);
});
