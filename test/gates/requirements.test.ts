// Each requirement that the project started from has a test that shows it, or a page that says why it is otherwise.
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

const MAP = "test/requirements.md";
/** The sections of the map. */
const TOPICS = [3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
  .map((ticket) => `Ticket ${ticket}`)
  .concat("Indexers handoff", "Checklist", "Demos", "Analysis");

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

function faultsOf(tree: SourceTree): readonly string[] {
  return rowsOf(tree.get(MAP) ?? "").flatMap(({ topic, requirement, shownBy }) =>
    shownBy.flatMap((evidence) => {
      const fault = faultOf(tree, evidence);
      return fault === undefined ? [] : [`${topic}, ${requirement}: ${fault}`];
    }),
  );
}

function faultOf(tree: SourceTree, evidence: string): string | undefined {
  const [, page, quote] = /^decided otherwise in (docs\/\S+\.md): “(.+)”$/.exec(evidence) ?? [];
  if (page !== undefined && quote !== undefined) {
    const text = (tree.get(page) ?? "").replaceAll(/\s+/g, " ");
    return text.includes(quote) ? undefined : `${page} does not say “${quote}”`;
  }
  const [, path, title] = /^`([^`]+)`: “(.+)”$/.exec(evidence) ?? [];
  if (path === undefined || title === undefined) {
    return `${evidence} names neither a test nor a sentence`;
  }
  const text = tree.get(path) ?? "";
  const isThere = ['"', "'", "`"].some((quotes) => text.includes(quotes + title + quotes));
  return isThere ? undefined : `${path} has no test “${title}”`;
}

test("every requirement names a test that exists, or a sentence that decides otherwise", () => {
  expect(faultsOf(readSourceTree())).toEqual([]);
});

test("every ticket has its rows in the map", () => {
  const topics = new Set(rowsOf(readSourceTree().get(MAP) ?? "").map(({ topic }) => topic));
  expect([...topics].sort()).toEqual([...TOPICS].sort());
});

test("a missing file, another title and a false quotation are found", () => {
  const tree = sourceTree({
    "a.test.ts": 'it("hashes", () => {});\nit.each([\n  1,\n])("counts %i", () => {});\n',
    "docs/design/a.md": "- **And so\n  it is.**",
    [MAP]: `
## Ticket 5: storage
| requirement | shown by |
|---|---|
| one | \`a.test.ts\`: “hashes” |
| two | \`b.test.ts\`: “hashes”<br>\`a.test.ts\`: “hash” |
| three | \`a.test.ts\`: “counts %i” |
| four | decided otherwise in docs/design/a.md: “so it is.”<br>decided otherwise in docs/design/a.md: “so it is not” |
| five | somebody knows |
`,
  });
  expect(faultsOf(tree)).toEqual([
    "Ticket 5, two: b.test.ts has no test “hashes”",
    "Ticket 5, two: a.test.ts has no test “hash”",
    "Ticket 5, four: docs/design/a.md does not say “so it is not”",
    "Ticket 5, five: somebody knows names neither a test nor a sentence",
  ]);
});
