// Every page, heading and section that a comment, a message or a page refers to exists in this repository.
import { posix } from "node:path";
import { expect, test } from "vitest";
import { anchorsOf } from "./source/markdown-anchors.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { type WrittenText, writtenTexts } from "./source/written-text.ts";

/** The one page that may speak of the tickets that the project started from, and says what they are. */
const REQUIREMENTS = "test/requirements.md";

/** A page, with a heading or without; not a pattern (`*.md`), and not the end of a URL. */
const PAGE = /(?<![\w*/.:-])((?:\.{0,2}\/)?[\w@./-]*[\w-]\.md)(?:#([\w-]+))?/g;
const URL = /\bhttps?:\/\/\S+/g;
/** A section sign stands behind the title of a paper, a specification or a book; only those have sections by number. */
const SECTION = /(.{0,60})§/g;
const OUTSIDE_WORK =
  /(?:RFC \d+|[A-Z][\w'’.-]*(?: [\w'’.-]+)* \d[\d.]*|specification|“[^”]+”|"[^"]+")[,:]? ?$/;
/** A file or a folder, in code; `NAME` and `<name>` stand for any. */
const PATH = /`((?:packages|apps|bench|docs|scripts|test)\/[\w./<>-]+)`/g;
/** What the repository was made from, and is not in it. */
const OUTSIDE = /\btickets? \d+|\bseeds\b|\bshared\/docs\b|\bdesign §/i;

function referenceProblems(tree: SourceTree): readonly string[] {
  const texts = writtenTexts(tree, (path) => !/(^|\/)CHANGELOG\.md$|^\.changeset\//.test(path));
  return texts
    .filter(({ path, kind }) => path !== REQUIREMENTS && !(kind === "message" && isTest(path)))
    .flatMap((text) => [
      ...missingPages(tree, text),
      ...missingPaths(tree, text),
      ...looseSections(text),
      ...outside(text),
    ]);
}

function isTest(path: string): boolean {
  return /(^|\/)(test|bench)\//.test(path);
}

function missingPages(tree: SourceTree, { path, line, text }: WrittenText): readonly string[] {
  return [...text.replaceAll(URL, "").matchAll(PAGE)].flatMap(([reference, page = "", heading]) => {
    const found = placesOf(path, page).find((place) => tree.has(place));
    const isThere =
      found !== undefined && (heading === undefined || anchorsOf(tree.get(found) ?? "").includes(heading));
    return isThere ? [] : [`${path}:${line}: ${reference} is not in this repository`];
  });
}

/** Only pages: a comment in code may give an example of a path. */
function missingPaths(tree: SourceTree, { path, line, kind, text }: WrittenText): readonly string[] {
  if (kind !== "prose") {
    return [];
  }
  return [...text.matchAll(PATH)].flatMap(([, named = ""]) => {
    if (named.endsWith(".md")) {
      return [];
    }
    const known = named.split(/\/?(?:[A-Z]{3,}|<)/, 1)[0]?.replace(/\/$/, "") ?? "";
    const isThere = [...tree.keys()].some((file) => file === known || file.startsWith(`${known}/`));
    return isThere ? [] : [`${path}:${line}: ${named} is not in this repository`];
  });
}

/** A page is named from the root, from the package, or from where the reference stands. */
function placesOf(from: string, page: string): readonly string[] {
  const ofPackage = /^(?:packages|apps)\/[^/]+/.exec(from)?.[0] ?? "";
  return ["", ofPackage, posix.dirname(from)].map((folder) => posix.join(folder, page));
}

function looseSections({ path, line, text }: WrittenText): readonly string[] {
  return [...text.matchAll(SECTION)]
    .filter(([, before = ""]) => !OUTSIDE_WORK.test(before))
    .map(([found]) => `${path}:${line}: “${found.trim()}” does not name whose section it is`);
}

/** Tests are named after requirements and may say so; `test/requirements.md` is the map. */
function outside({ path, line, text }: WrittenText): readonly string[] {
  const found = isTest(path) ? undefined : OUTSIDE.exec(text)?.[0];
  return found === undefined ? [] : [`${path}:${line}: “${found}” leads outside this repository`];
}

test("every page, heading and section that is referred to is there", () => {
  expect(referenceProblems(readSourceTree())).toEqual([]);
});

test("a missing page, a missing heading, a section of nothing and a ticket are found; papers and specifications pass", () => {
  const tree = sourceTree({
    "docs/rois.md":
      "# ROIs\n\n## A moved edge\n\nSee [here](design/rois.md) and `docs/indexing.md`, design §4.\n" +
      "\n`packages/roi/src/gone.ts`, `packages/roi/src/`, `packages/roi/src/NAME.ts`, `test/<name>`, `apps/cli`.\n",
    "packages/roi/README.md":
      "# ROI\n\nMore in [the page](../../docs/rois.md#a-moved-edge). All tests end in *.md.\n",
    "packages/roi/src/a.ts": [
      "// See docs/rois.md#a-moved-edge, README.md and https://example.org/page.md.",
      "// The order is that of RFC 7946, §3.1.6, TIFF 6.0, §8, and Warren, “Hacker's Delight”, §7–3.",
      "/** Sorted as in docs/rois.md#another. Source: §2.3. Ticket 14 says so. */",
      'export const message = "see python-system.md for more";',
    ].join("\n"),
    "packages/roi/test/a.test.ts":
      '// Ticket 14, after design.md.\ntest("ticket 14: see formats.md too", () => {});',
    "CHANGELOG.md": "See gone.md.",
  });
  expect(referenceProblems(tree)).toEqual([
    "docs/rois.md:5: design/rois.md is not in this repository",
    "docs/rois.md:5: docs/indexing.md is not in this repository",
    "docs/rois.md:5: “See [here](design/rois.md) and `docs/indexing.md`, design §” does not name whose section it is",
    "docs/rois.md:5: “design §” leads outside this repository",
    "docs/rois.md:7: packages/roi/src/gone.ts is not in this repository",
    "docs/rois.md:7: test/<name> is not in this repository",
    "docs/rois.md:7: apps/cli is not in this repository",
    "packages/roi/src/a.ts:3: docs/rois.md#another is not in this repository",
    "packages/roi/src/a.ts:3: “Sorted as in docs/rois.md#another. Source: §” does not name whose section it is",
    "packages/roi/src/a.ts:3: “Ticket 14” leads outside this repository",
    "packages/roi/src/a.ts:4: python-system.md is not in this repository",
    "packages/roi/test/a.test.ts:1: design.md is not in this repository",
  ]);
});
