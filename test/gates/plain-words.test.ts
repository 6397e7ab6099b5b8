// Comments, messages and pages are plain English: a short list of constructions that a reader stumbles over.
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { writtenTexts } from "./source/written-text.ts";

/** The list is there to make a writer think. Each entry says what to write instead. */
const CONSTRUCTIONS: readonly (readonly [found: RegExp, instead: string])[] = [
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b)[a-z]+/gi, "is not a"],
  [/\b(?:is|are) none\b/gi, "is not, has nothing"],
  [/(?:^|[.;:] )Who\b(?![^.]*\?)/g, "a caller that, a program that"],
  [/\bso many-th\b/gi, "every 25th"],
  [
    /\bone an? (?:batch|file|image|second|line|channel|row|commit|package|folder|record|column)\b/gi,
    "one per",
  ],
  [
    /\b(?:line|row|file|entry) an? (?:batch|file|image|channel|commit|package|folder|record|column)\b/gi,
    "per",
  ],
  [/\b(?:taken|took|takes?|taking) in\b/gi, "ingested, read, added"],
  [/\bthat which\b/gi, "name the thing"],
  [/\b(?:has|have) not(?=[,.;:])/gi, "does not have it"],
  [/\b(?:made|written|read) anew\b/gi, "again"],
  [/\beach once\b/gi, "without duplicates"],
  [/[,;.] else [a-z]/gi, "otherwise"],
  [/\bas (?:it|they) came\b/gi, "unchanged"],
];

/** Texts that stay as they are, each with its reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([]);

/** What users and developers read. The strings of tests are their titles and their data, and are left out. */
function wordProblems(
  tree: SourceTree,
  exceptions: ReadonlyMap<string, string> = EXCEPTIONS,
): readonly string[] {
  return writtenTexts(
    tree,
    (path) => !/(^|\/)(CHANGELOG|requirements)\.md$|^\.changeset\/|^findings\//.test(path),
  )
    .filter(({ path, kind }) => kind !== "message" || /(^|\/)src\//.test(path))
    .flatMap(({ path, line, text }) =>
      CONSTRUCTIONS.flatMap(([found, instead]) =>
        [...text.matchAll(found)]
          .map(([words]) => `${path}:${line}: “${words.trim()}”, plainly: ${instead}`)
          .filter(() => !exceptions.has(`${path}: ${text}`)),
      ),
    );
}

test("comments, messages and pages have no construction that a reader stumbles over", () => {
  expect(wordProblems(readSourceTree())).toEqual([]);
});

test("no exception to plain words outlives its text", () => {
  const texts = new Set(
    writtenTexts(readSourceTree(), () => true).map(({ path, text }) => `${path}: ${text}`),
  );
  expect([...EXCEPTIONS.keys()].filter((exception) => !texts.has(exception))).toEqual([]);
});

test("each construction is found in a comment, a message and a page; plain sentences, code and titles of tests pass", () => {
  const tree = sourceTree({
    "packages/roi/src/a.ts": [
      "/** A name is no geometry. There is no other; it is no longer used, in no more than",
      " * two steps. Who wants it",
      " * asks.",
      " */",
      'export const one = "so many rows, one a batch";',
      "export const is = `that is none of ours`; // Sorted, each once.",
    ].join("\n"),
    "packages/roi/test/a.test.ts": 'test("a name is no geometry", () => {}); // The file was taken in.',
    "docs/a.md":
      "# Who is it for?\n\nIf it is there, read it, else\nwrite it.\n\n```text\nthis is no prose\n```\n",
  });
  expect(wordProblems(tree)).toEqual([
    "packages/roi/src/a.ts:1: “is no geometry”, plainly: is not a",
    "packages/roi/src/a.ts:1: “. Who”, plainly: a caller that, a program that",
    "packages/roi/src/a.ts:6: “each once”, plainly: without duplicates",
    "packages/roi/src/a.ts:5: “one a batch”, plainly: one per",
    "packages/roi/src/a.ts:6: “is none”, plainly: is not, has nothing",
    "packages/roi/test/a.test.ts:1: “taken in”, plainly: ingested, read, added",
    "docs/a.md:3: “, else w”, plainly: otherwise",
  ]);
});
