import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ALL_FORMATS } from "../../src/formats/all-formats.ts";
import { faultsOfReader, readerOf } from "../../src/readers/faults-of-reader.ts";
import { KNOWN_FAULTS } from "../../src/readers/known-faults.ts";
import { TIFF_READER } from "../../src/tiff/tiff-reader.ts";

const READERS = [TIFF_READER, ...ALL_FORMATS.map(readerOf)];
const PAGE = readFileSync(new URL("../../../../docs/correctness.md", import.meta.url), "utf8");

/** The versions of a reader that mended something. */
function mendingVersions(name: string): readonly number[] {
  const versions = KNOWN_FAULTS.filter(({ reader }) => reader === name).map(({ mendedIn }) => mendedIn);
  return [...new Set(versions)].toSorted((a, b) => a - b);
}

test.each(READERS)(
  "each version of the reader $name after the first mended a fault of the table",
  ({ name, version }) => {
    expect(mendingVersions(name)).toEqual(Array.from({ length: version - 1 }, (_, index) => index + 2));
  },
);

test("the table names no reader that does not exist", () => {
  const names = new Set(READERS.map(({ name }) => name));
  expect(KNOWN_FAULTS.filter(({ reader }) => !names.has(reader))).toEqual([]);
});

test("the page on correctness has a row for each fault: the reader, the version, the release and what was wrong", () => {
  const rows = PAGE.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toEqual(
    KNOWN_FAULTS.map(
      ({ reader, mendedIn, since, wrong }) => `| \`${reader}\` | ${mendedIn} | ${since} | ${wrong} |`,
    ),
  );
});

test("a reader without a recorded version may have had every fault, and the present version none", () => {
  const ofTiff = KNOWN_FAULTS.filter(({ reader }) => reader === "tiff");
  expect(faultsOfReader("tiff", undefined, ALL_FORMATS)).toEqual(ofTiff);
  expect(faultsOfReader("tiff", 1, ALL_FORMATS)).toEqual(ofTiff);
  expect(faultsOfReader("tiff", TIFF_READER.version, ALL_FORMATS)).toEqual([]);
});

test("a reader that this build does not have is not judged", () => {
  expect(faultsOfReader("a_format_of_somebody", undefined, ALL_FORMATS)).toEqual([]);
});
