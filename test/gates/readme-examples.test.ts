// Runs every `ts` example of the READMEs and pages, and compares what it prints. `test/interop/versions` does with older Nodes.

import { beforeAll, expect, test } from "vitest";
import { blocksOf, examplesOf, pagesOf } from "./source/readme-example.ts";
import { type ExampleRun, runExample, runExamplesInTurn } from "./source/run-example.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages } from "./source/workspace-package.ts";

/** Examples that would not be run or do not show what they print, and packages without an example. */
function exampleProblems(tree: SourceTree): readonly string[] {
  const marked = pagesOf(tree).flatMap(([path, text]) =>
    blocksOf(text)
      .filter(({ info }) => /^(ts\b.|typescript)/.test(info))
      .map(({ info, line }) => `${path}:${line}: ${info} is not run`),
  );
  const silent = examplesOf(tree)
    .filter(({ output }) => output === undefined)
    .map(({ path, line }) => `${path}:${line}: does not say what it prints`);
  const shown = new Set(examplesOf(tree).map(({ path }) => path));
  const without = libraryPackages(tree).filter(({ folder }) => !shown.has(`${folder}/README.md`));
  return [...marked, ...silent, ...without.map(({ folder }) => `${folder}/README.md: shows no example`)];
}

test("every package has an example in its README, and every example is run and says what it prints", () => {
  expect(exampleProblems(readSourceTree())).toEqual([]);
});

const EXAMPLES = examplesOf(readSourceTree());
let runs: readonly ExampleRun[] = [];
beforeAll(() => {
  runs = runExamplesInTurn(EXAMPLES);
}, 120_000);

test.each(EXAMPLES)("the example at $path:$line runs and prints what it says", (example) => {
  const { stdout, failure } = runs[EXAMPLES.indexOf(example)] ?? { stdout: "", failure: "was not run" };
  expect(failure).toBe("");
  expect(stdout).toBe(example.output ?? stdout);
});

test("a block that is not run, one that does not say what it prints and a README without an example are found", () => {
  const tree = sourceTree({
    "README.md": "# Kym\n\n```ts no-run\nlet a;\n```\n\n```typescript\nlet b;\n```\n",
    "packages/roi/package.json": "{}",
    "packages/roi/README.md": "```js\nlet c;\n```\n",
    "docs/roi.md": "```ts\nlet d;\n```\n\n```json\n1\n```\n",
  });
  expect(examplesOf(tree)).toHaveLength(1);
  expect(exampleProblems(tree)).toEqual([
    "README.md:3: ts no-run is not run",
    "README.md:7: typescript is not run",
    "docs/roi.md:1: does not say what it prints",
    "packages/roi/README.md: shows no example",
  ]);
});

test("an example is run, its output is compared, and a failing one is found", () => {
  const readme = '# Rect\n\n```ts\nconsole.log("b" satisfies string);\n```\n\nprints\n\n```text\na\n```\n';
  const [example] = examplesOf(sourceTree({ "README.md": readme }));
  expect(example).toEqual({ path: "README.md", line: 3, code: expect.any(String), output: "a\n" });
  expect(example && runExample(example)).toEqual({ stdout: "b\n", failure: "" });
  const failing = { path: "README.md", line: 9, code: `throw new Error("on purpose");`, output: undefined };
  expect(runExample(failing).failure).toContain("on purpose");
  const exits = { ...failing, line: 10, code: "process.exit(0);" };
  const silent = { ...failing, line: 11, code: "process.exitCode = 3;" };
  expect(example && runExamplesInTurn([failing, example, silent, exits, { ...example, line: 12 }])).toEqual([
    { stdout: "", failure: expect.stringContaining("on purpose") },
    { stdout: "b\n", failure: "" },
    { stdout: "", failure: "ended with 3" },
    { stdout: "", failure: expect.stringContaining("the process ended before") },
    { stdout: "", failure: expect.stringContaining("the process ended before") },
  ]);
});
