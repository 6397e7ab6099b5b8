// Checks that every exported value has a docstring.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles } from "./source/workspace-package.ts";

/** The values that a package exports, from the listings of `public-api.test.ts`. */
function publicNames(tree: SourceTree, packageName: string): ReadonlySet<string> {
  const listing = `test/gates/public-api/${packageName.replace("@kym/", "")}`;
  const texts = [...tree].filter(([path]) => path.startsWith(listing) && path.endsWith(".txt"));
  return new Set(texts.flatMap(([, text]) => [...text.matchAll(/^(\S+):/gm)].map((match) => match[1] ?? "")));
}

/** Exported functions, classes and values without a docstring for an editor to show. */
function undocumentedExports(
  tree: SourceTree,
  namesOf: (packageName: string) => ReadonlySet<string>,
): readonly string[] {
  return libraryPackages(tree).flatMap(({ folder, name }) => {
    const names = namesOf(name);
    return sourceFiles(tree, `${folder}/src`).flatMap(({ path, text }) => {
      const lines = text.split("\n");
      const declared = lines.map((line) => DECLARATION.exec(line)?.[1] ?? "");
      return declared
        .filter(
          (each, at) =>
            names.has(each) && declared.indexOf(each) === at && lines[at - 1]?.endsWith("*/") !== true,
        )
        .map((each) => `${path}: ${each} has no docstring`);
    });
  });
}

/** For an overloaded function, the docstring of the first signature is enough. */
const DECLARATION = /^export (?:abstract )?(?:async )?(?:function\*?|class|const) (\w+)/;

test("every function, class and value of an entry has a docstring", () => {
  const tree = readSourceTree();
  const problems = undocumentedExports(tree, (name) => publicNames(tree, name));
  expect(publicNames(tree, "@kym/roi").size).toBeGreaterThan(20);
  expect(problems).toEqual([]);
});

test("an export without a docstring is found, one with a docstring and one that is not public are not", () => {
  const tree = sourceTree({
    "packages/roi/package.json": JSON.stringify({ name: "@kym/roi" }),
    "packages/roi/src/a.ts": "/** Says. */\nexport const said = 1;\nexport const silent = 2;\n",
    "packages/roi/src/b.ts": "export async function quiet() {}\nexport function inner() {}\n",
  });
  expect(undocumentedExports(tree, () => new Set(["said", "silent", "quiet"]))).toEqual([
    "packages/roi/src/a.ts: silent has no docstring",
    "packages/roi/src/b.ts: quiet has no docstring",
  ]);
});
