import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { REPOSITORY_ROOT, readSourceTree, type SourceTree, sourceTree } from "./source-tree.ts";
import { libraryPackages } from "./workspace-package.ts";

interface Example {
  readonly path: string;
  readonly line: number;
  readonly code: string;
  /** What it prints: the next block, if it is one of `text`. */
  readonly output: string | undefined;
}

const BLOCK = /^```(\S*)[^\n]*\n(.*?)^```$/gms;

/** The examples of every README and of `docs/`: each `ts` block is a program of its own. */
function examplesOf(tree: SourceTree): readonly Example[] {
  const pages = [...tree].filter(([path]) => /(^|\/)README\.md$|^docs\/.*\.md$/.test(path));
  return pages.flatMap(([path, text]) => {
    const blocks = [...text.matchAll(BLOCK)].map(([, language = "", content = ""], at) => ({ language, content, at }));
    const lines = [...text.matchAll(BLOCK)].map(({ index }) => lineAt(text, index));
    return blocks
      .filter(({ language }) => language === "ts")
      .map(({ content, at }) => {
        const next = blocks[at + 1];
        const output = next?.language === "text" ? next.content : undefined;
        return { path, line: lines[at] ?? 0, code: content, output };
      });
  });
}

function exampleProblems(tree: SourceTree): readonly string[] {
  const marked = [...tree]
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^```ts +.*$/gm)].map(
        ({ index, 0: fence }) => `${path}:${lineAt(text, index)}: ${fence}`,
      ),
    );
  const readmes = new Set(examplesOf(tree).map(({ path }) => path));
  const without = libraryPackages(tree).filter(({ folder }) => !readmes.has(`${folder}/README.md`));
  return [...marked, ...without.map(({ folder }) => `${folder}/README.md: shows no example`)];
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

const workFolder = mkdtempSync(join(tmpdir(), "kym-readme-"));
const exampleFolders = new Set<string>();

afterAll(() => {
  for (const folder of [workFolder, ...exampleFolders]) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs an example as a file of the package whose README has it, in an empty folder. */
function runExample({ path, line, code }: Example): { readonly stdout: string; readonly failure: string } {
  // Not below node_modules: Node strips no types there.
  const folder = resolve(REPOSITORY_ROOT, dirname(path), ".readme-examples");
  exampleFolders.add(folder);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `line-${line}.ts`);
  writeFileSync(file, code);
  const cwd = mkdtempSync(join(workFolder, "run-"));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@kym/source", file], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { stdout, failure: status === 0 ? "" : stderr || `ended with ${status}` };
}

test("every package has an example in its README, and no example is marked as one that is not run", () => {
  expect(exampleProblems(readSourceTree())).toEqual([]);
});

test.each(examplesOf(readSourceTree()))(
  "the example at $path:$line runs and prints what it says",
  (example) => {
    const { stdout, failure } = runExample(example);
    expect(failure).toBe("");
    expect(stdout).toBe(example.output ?? stdout);
  },
);

test("a marked block, a README without an example, a failing example and other output are found", () => {
  const readme = [
    "# Rectangles",
    "```ts",
    `import { basename } from "node:path";`,
    `console.log(basename("a/b" satisfies string));`,
    "```",
    "",
    "```text",
    "b",
    "```",
    "```ts no-run",
    `throw new Error("never run");`,
    "```",
  ].join("\n");
  const tree = sourceTree({
    "README.md": readme,
    "packages/roi/package.json": "{}",
    "packages/roi/README.md": "```js\nconst notRun = 1;\n```",
  });
  expect(exampleProblems(tree)).toEqual([
    "README.md:10: ```ts no-run",
    "packages/roi/README.md: shows no example",
  ]);
  const [prints, throws] = examplesOf(tree);
  expect(prints).toMatchObject({ line: 2, output: "b\n" });
  expect(prints && runExample(prints)).toEqual({ stdout: "b\n", failure: "" });
  expect(throws && runExample(throws).failure).toContain("never run");
});
