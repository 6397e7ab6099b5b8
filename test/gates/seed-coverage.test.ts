import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT, readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

const MAP = "docs/seed-coverage.md";
/** What each of these sections of the map is about, as a test has to name it. */
const TOPICS = [3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
  .map((ticket) => `Ticket ${ticket}`)
  .concat("Indexers handoff", "§10", "Demos");

interface Row {
  readonly topic: string;
  readonly requirement: string;
  readonly shownBy: readonly string[];
}

function rowsOf(markdown: string): readonly Row[] {
  let topic = "";
  return markdown.split("\n").flatMap((line): Row[] => {
    topic = /^## (.+?):/.exec(line)?.[1] ?? topic;
    const [, requirement, shownBy] = /^\| (.+?) \| (.+) \|$/.exec(line) ?? [];
    const isRow = requirement !== undefined && requirement !== "requirement";
    return isRow ? [{ topic, requirement, shownBy: (shownBy ?? "").split("<br>") }] : [];
  });
}

/** `documents` are the texts that the map quotes where something is superseded, by name. */
function faultsOf(tree: SourceTree, documents: ReadonlyMap<string, string>): readonly string[] {
  return rowsOf(tree.get(MAP) ?? "").flatMap(({ topic, requirement, shownBy }) =>
    shownBy.flatMap((evidence) => {
      const fault = faultOf(tree, documents, topic, evidence);
      return fault === undefined ? [] : [`${topic}, ${requirement}: ${fault}`];
    }),
  );
}

function faultOf(
  tree: SourceTree,
  documents: ReadonlyMap<string, string>,
  topic: string,
  evidence: string,
): string | undefined {
  const [, document, quote] = /^superseded by (\w+\.md): “(.+)”$/.exec(evidence) ?? [];
  if (document !== undefined && quote !== undefined) {
    const text = documents.get(document);
    return text?.includes(quote) === false ? `${document} does not say “${quote}”` : undefined;
  }
  const [, path, title] = /^`([^`]+)`: “(.+)”$/.exec(evidence) ?? [];
  if (path === undefined || title === undefined) {
    return `${evidence} names neither a test nor a sentence`;
  }
  const heading = headingOf(tree.get(path) ?? "", title);
  if (heading === undefined) {
    return `${path} has no test “${title}”`;
  }
  return namesTopic(heading, topic) ? undefined : `${path}: “${title}” does not name ${topic}`;
}

/** The title of a test with the comment that stands before it. */
function headingOf(text: string, title: string): string | undefined {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => ['"', "'", "`"].some((quote) => line.includes(quote + title + quote)));
  if (at < 0) {
    return undefined;
  }
  let start = at;
  while (start > 0 && !/^\s*(it|test|describe)\b/.test(lines[start] ?? "")) {
    start--;
  }
  const isComment = (line: string | undefined): boolean => /^\s*(\/\/|\/\*\*|\*)/.test(line ?? "");
  let first = start;
  while (isComment(lines[first - 1])) {
    first--;
  }
  return [...lines.slice(first, start), title].join("\n");
}

function namesTopic(heading: string, topic: string): boolean {
  const ticket = /^Ticket (\d+)$/.exec(topic)?.[1];
  return ticket === undefined
    ? heading.toLowerCase().includes(topic.toLowerCase())
    : new RegExp(`\\btickets? [\\d, and]*\\b${ticket}\\b`, "i").test(heading);
}

function documentsOf(folder: string): ReadonlyMap<string, string> {
  const names = ["design.md", "api.md"].filter((name) => existsSync(join(folder, name)));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

test("every row of the map of the seeds names a test that is there and names its ticket, or what supersedes it", () => {
  const documents = documentsOf(join(REPOSITORY_ROOT, "../shared/docs"));
  expect(faultsOf(readSourceTree(), documents)).toEqual([]);
});

test("every ticket of the seeds has its rows in the map", () => {
  const topics = new Set(rowsOf(readSourceTree().get(MAP) ?? "").map(({ topic }) => topic));
  expect([...topics].sort()).toEqual([...TOPICS].sort());
});

test("a missing file, another title, a test that does not name its ticket and a false quotation are found", () => {
  const tree = sourceTree({
    "a.test.ts": `
// Tickets 5 and 18.
it("hashes", () => {});
it.each([
  1,
])("counts %i", () => {});
// Ticket 5.
`,
    [MAP]: `
## Ticket 5: storage
| requirement | shown by |
|---|---|
| one | \`a.test.ts\`: “hashes” |
| two | \`b.test.ts\`: “hashes”<br>\`a.test.ts\`: “hash” |
| three | \`a.test.ts\`: “counts %i” |
| four | superseded by design.md: “so it is”<br>superseded by design.md: “so it is not” |
| five | somebody knows |
## §10: the checklist
| six | \`a.test.ts\`: “hashes” |
`,
  });
  expect(faultsOf(tree, new Map([["design.md", "and so it is."]]))).toEqual([
    "Ticket 5, two: b.test.ts has no test “hashes”",
    "Ticket 5, two: a.test.ts has no test “hash”",
    "Ticket 5, three: a.test.ts: “counts %i” does not name Ticket 5",
    "Ticket 5, four: design.md does not say “so it is not”",
    "Ticket 5, five: somebody knows names neither a test nor a sentence",
    "§10, six: a.test.ts: “hashes” does not name §10",
  ]);
});
