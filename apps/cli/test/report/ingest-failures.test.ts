import { expect, test } from "vitest";
import { ingestFailures } from "../../src/report/ingest-failures.ts";

const file = "study.ingest-report.json";

test("without a report beside the dataset, nothing is claimed about failures", () => {
  expect(ingestFailures(undefined)).toMatchObject({
    file: null,
    failed: [],
    words: expect.stringContaining("either all files did, or the report did not travel with the dataset"),
  });
});

test.each(["", "[1", "null", "7"])(
  "a report with the text %j is named as one that cannot be read",
  (text) => {
    expect(ingestFailures({ file, text }).words).toBe(
      "study.ingest-report.json cannot be read, so what did not come in is not known.",
    );
  },
);

test("of a report with entries of other shapes, the entries that name a path are kept", () => {
  const text = JSON.stringify({
    failed: [
      { path: "a.tif", reason: "too short" },
      { path: 7 },
      null,
      "b.tif",
      { path: "c.tif", reason: 3 },
    ],
    skipped: { path: "d.tif" },
  });
  expect(ingestFailures({ file, text })).toEqual({
    file,
    words: "The last ingest, by study.ingest-report.json: 2 failed.",
    failed: [
      { path: "a.tif", reason: "too short" },
      { path: "c.tif", reason: "" },
    ],
    skipped: [],
    conflicts: [],
    orphans: [],
  });
});

test("a report without failures says that no file failed", () => {
  expect(ingestFailures({ file, text: "{}" }).words).toBe(
    "study.ingest-report.json: no file failed at the last ingest.",
  );
});
