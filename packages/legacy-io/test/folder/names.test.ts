import { parseArtifactName, parseAttachmentName } from "@kym/zarr-store";
import { compareCodePoints } from "@kym/zarr-store/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { characterAt, LAST_CHARACTER, numberOfCharacter } from "../../../../test/support/any-character.ts";
import { artifactOfFileName, fileNameOfArtifact } from "../../src/folder/artifact-file-name.ts";
import { attachmentName, fileNameOfAttachment } from "../../src/folder/attachment-name.ts";
import { comparePaths } from "../../src/folder/compare-paths.ts";
import { namePattern } from "../../src/folder/paths/name-pattern.ts";
import { codeOf } from "../support/caught.ts";

const anyCharacter = fc.nat(LAST_CHARACTER).map(characterAt, numberOfCharacter);

const segment = fc
  .stringMatching(/^[a-z0-9][a-z0-9._-]{0,9}$/)
  .filter((text) => isName(() => parseArtifactName(text)));
const artifactName = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"))
  .filter((name) => isName(() => parseArtifactName(name)));

function isName(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

test("an artifact's name goes into a file name and comes back", () => {
  fc.assert(
    fc.property(artifactName, (name) => {
      const fileName = fileNameOfArtifact(name);
      expect(fileName).not.toContain("/");
      expect(artifactOfFileName(fileName)).toBe(name);
    }),
    { numRuns: 1000 },
  );
  expect(fileNameOfArtifact("velocity_events/params")).toBe("velocity_events__params");
  expect(fileNameOfArtifact("a__b/c_")).toBe("a~5F~5Fb__c_");
});

test("two artifacts never have one file name", () => {
  fc.assert(
    fc.property(artifactName, artifactName, (a, b) => {
      expect(fileNameOfArtifact(a) === fileNameOfArtifact(b)).toBe(a === b);
    }),
  );
});

test.for(["", "__", "a__", "__a", "a___b", "a b", "data", "../x", "a~5F", "a~", "é"])(
  "%j is no artifact",
  (name) => {
    expect(artifactOfFileName(name)).toBeUndefined();
  },
);

const fileName = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("~", "_", ".", "a", "5", "F", "é", "/"), minLength: 1, maxLength: 8 }),
);

test("any file name becomes the name of an attachment, and comes back", () => {
  fc.assert(
    fc.property(
      fileName.filter((name) => name.isWellFormed()),
      (name) => {
        const attachment = attachmentName(name);
        expect(attachment).toMatch(/^[A-Za-z0-9._~-]+$/);
        expect(parseAttachmentName(attachment)).toBe(attachment);
        expect(fileNameOfAttachment(attachment)).toBe(name);
      },
    ),
    { numRuns: 1000 },
  );
  expect(attachmentName("20250722 A89+.csv")).toBe("20250722~20A89~2B.csv");
  for (const [fileName, name] of [
    ["zarr.json", "~7Aarr.json"],
    ["AUX.txt", "~41UX.txt"],
    ["com1", "~63om1"],
    ["notes.", "notes~2E"],
    ["..", "~2E~2E"],
    ["console.log", "console.log"],
  ] as const) {
    expect([attachmentName(fileName), fileNameOfAttachment(name)]).toEqual([name, fileName]);
    expect(parseAttachmentName(name)).toBe(name);
  }
  expect([".", "..", "__a", "~", "µ"].map(attachmentName)).toEqual([
    "~2E",
    "~2E~2E",
    "~5F_a",
    "~7E",
    "~C2~B5",
  ]);
});

test("what is no name of an attachment is refused, so that none has two spellings", async () => {
  for (const name of ["", "~", "~2", "~2e", "~41", "a b", "__a", ".", "..", "~C2", "~ZZ", "é"]) {
    expect(await codeOf(() => fileNameOfAttachment(name))).toBe("invalid_name");
  }
  expect(await codeOf(() => attachmentName(""))).toBe("invalid_name");
  expect(await codeOf(() => attachmentName("\uD800"))).toBe("invalid_name");
});

test("patterns have *, ? and alternatives, in any case; brackets are plain", async () => {
  const matches = (pattern: string, name: string): boolean => namePattern(pattern)(name);
  expect(matches("*.{tif,tiff}", "A.TIFF")).toBe(true);
  expect(matches("*.{tif,tiff}", "a.tif.txt")).toBe(false);
  expect(matches("c[1]?.tif", "c[1]x.tif")).toBe(true);
  expect(matches("c[1].tif", "c1.tif")).toBe(false);
  expect(matches("a*b*c", "axxbyyc")).toBe(true);
  expect(matches("", "")).toBe(true);
  expect(matches("?", "😀")).toBe(true);
  for (const pattern of ["{a", "a}", "{a,{b,c}}", "{a,b}".repeat(9)]) {
    expect(await codeOf(() => namePattern(pattern))).toBe("invalid_argument");
  }
});

test("a hostile pattern ends, where backtracking would take longer than the sun has", () => {
  expect(namePattern(`${"*a".repeat(100)}b`)("a".repeat(5000))).toBe(false);
});

test("paths are in order by parts, strings by code points", () => {
  const paths = ["b", "a b/x", "a/z", "a/b/c", "a", "\u{1F600}", "\uFF5E", "A"];
  expect(paths.toSorted(comparePaths)).toEqual([
    "A",
    "a",
    "a/b/c",
    "a/z",
    "a b/x",
    "b",
    "\uFF5E",
    "\u{1F600}",
  ]);
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (a, b) => {
      const [left, right] = [[...a], [...b]].map((text) =>
        text.map((c) => String(c.codePointAt(0)).padStart(8, "0")).join(","),
      );
      expect(Math.sign(compareCodePoints(a, b))).toBe((left ?? "") < (right ?? "") ? -1 : a === b ? 0 : 1);
    }),
  );
});
