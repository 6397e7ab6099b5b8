import { expect, test } from "vitest";
import { ALL_FORMATS } from "../../src/formats/all-formats.ts";
import { readersOfSidecars } from "../../src/readers/reader-of-sidecar.ts";

test.each([
  ["/lab/day1/", "/"],
  ["C:\\lab\\day1\\", "\\"],
])("the format of a sidecar is found by its name below %s", (root, separator) => {
  const at = (...parts: readonly string[]): string => `${root}${parts.join(separator)}`;
  const expected: readonly (readonly [string, string])[] = [
    [at("a.json"), "classic_json"],
    [at("a.txt"), "olympus_header"],
    [at("a.cells.csv"), "csv"],
    [at("a.cells.csv.gz"), "csv.gz"],
    [at("flow-analysis", "a_radon.csv"), "radon_csv"],
    [at("day1-analysis", "a.csv"), "v0_csv"],
  ];
  const paths = [...expected.map(([path]) => path), at("a.odd.thing"), "/elsewhere/a.txt"];
  expect([...readersOfSidecars(at("a.tif"), paths, ALL_FORMATS)].toSorted()).toEqual(expected.toSorted());
});

test("a file of another image is of no format of this one", () => {
  expect(readersOfSidecars("/lab/a.tif", ["/lab/b.json"], ALL_FORMATS)).toEqual(new Map());
});
