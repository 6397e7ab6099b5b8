// Every relative link of a page leads to a file, a folder or a heading of this repository.
import { posix } from "node:path";
import { expect, test } from "vitest";
import { anchorsOf } from "./source/markdown-anchors.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

function brokenLinks(tree: SourceTree): readonly string[] {
  return [...tree]
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) =>
      linksOf(text)
        .filter((link) => !/^[a-z]+:/.test(link) && !isThere(tree, path, link))
        .map((link) => `${path}: ${link} leads nowhere`),
    );
}

/** The targets of Markdown links and images, those in code left out. */
function linksOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)/g)].map(
    ([, link]) => link ?? "",
  );
}

function isThere(tree: SourceTree, from: string, link: string): boolean {
  const [file = "", heading] = decodeURIComponent(link).split("#");
  const path = file === "" ? from : posix.join(posix.dirname(from), file).replace(/\/$/, "");
  const isFolder = [...tree.keys()].some((other) => path === "." || other.startsWith(`${path}/`));
  if (heading === undefined) {
    return tree.has(path) || isFolder;
  }
  return anchorsOf(tree.get(path) ?? "").includes(heading);
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

test("every relative link in the documentation leads somewhere", () => {
  expect(brokenLinks(readSourceTree())).toEqual([]);
});

test("a link to a missing file, folder or heading is found", () => {
  const tree = sourceTree({
    "README.md": `
# The first ten minutes, with \`kym\`
[up](docs/a.md) [folder](docs/) [self](#the-first-ten-minutes-with-kym) [web](https://example.org/x) [root](.)
[gone](docs/b.md) ![image](plot.png "Title") [no heading](docs/a.md#two) \`[code](nowhere.md)\`
\`\`\`
[code](nowhere.md)
\`\`\`
[no folder](src/)`,
    "docs/a.md": "# One\n[back](../README.md) [outside](../../README.md) [one](#one)",
  });
  expect(brokenLinks(tree)).toEqual([
    "README.md: docs/b.md leads nowhere",
    "README.md: plot.png leads nowhere",
    "README.md: docs/a.md#two leads nowhere",
    "README.md: src/ leads nowhere",
    "docs/a.md: ../../README.md leads nowhere",
  ]);
});
