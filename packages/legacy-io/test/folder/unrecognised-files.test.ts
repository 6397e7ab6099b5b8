import { expect, test } from "vitest";
import { unrecognisedFiles } from "../../src/folder/unrecognised-files.ts";

test("files that no rule knows are counted once a kind, the most frequent first", () => {
  const unrecognised = ["b/x.DAT", "a.dat", "LIESMICH", "notes.pdf", "c.dat", "study.ingest-report.json"].map(
    (relPath) => ({ path: relPath, relPath, sizeBytes: 1, mtimeNs: 0n }),
  );
  expect(unrecognisedFiles({ unrecognised })).toEqual([
    { kind: ".dat", count: 3, paths: ["a.dat", "b/x.DAT", "c.dat"] },
    { kind: "", count: 1, paths: ["LIESMICH"] },
    { kind: ".pdf", count: 1, paths: ["notes.pdf"] },
  ]);
});

test("an image that the pattern leaves out is left out with its files, which are not called unrecognised", () => {
  const unrecognised = ["d/a.tif", "d/a.txt", "d/a_note.txt", "d/b.txt", "a.txt"].map((relPath) => ({
    ...{ path: relPath, relPath, sizeBytes: 1, mtimeNs: 0n },
  }));
  expect(unrecognisedFiles({ unrecognised })).toEqual([
    { kind: ".txt", count: 2, paths: ["a.txt", "d/b.txt"] },
  ]);
});
