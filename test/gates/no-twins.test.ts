// Checks that no file name, function or block of lines occurs twice.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { workspacePackages } from "./source/workspace-package.ts";

const BLOCK_LINES = 8;
/** Files named after their place, which every folder may have. */
const NAMED_BY_PLACE = new Set(["errors.ts", "index.ts"]);

/** Functions that two packages export under the same name, with the reason. */
const TWIN_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  [
    "cleanVelocity",
    "the demos write what a lab's own program would: flow is not tested on what it computes itself",
  ],
  [
    "classicJsonText",
    "the demos write a lab's files by themselves: a reader is not tested on what our writers write",
  ],
  [
    "eventsJsonText",
    "the demos write a lab's files by themselves: a reader is not tested on what our writers write",
  ],
  ["crc32", "zarr-store has one for its zip files; roi builds on none of ours and keeps its own"],
  ["inflate", "zarr-store has the one that all build on; roi builds on none of ours and keeps its own"],
  [
    "olympusHeaderText",
    "the demos write a lab's files by themselves: a reader is not tested on what our writers write",
  ],
  [
    "radonJsonText",
    "the demos write a lab's files by themselves: a reader is not tested on what our writers write",
  ],
]);

/** Files of two packages that share a block of lines, with the reason. */
const TWIN_BLOCKS: ReadonlyMap<string, string> = new Map([
  [
    "packages/legacy-io/src/errors.ts = packages/zarr-store/src/errors.ts",
    "each package closes its own set of codes, and they share most of the words",
  ],
]);

interface PackageSource {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

function packageSources(tree: SourceTree): readonly PackageSource[] {
  return workspacePackages(tree).map(({ folder, name }) => ({
    name,
    files: [...tree]
      .filter(([path]) => path.startsWith(`${folder}/src/`) && path.endsWith(".ts"))
      .map(([path, text]) => ({ path, text })),
  }));
}

/** Files with the same name in a package. A file for Node may have the name of the one that runs anywhere. */
function twinFiles(sources: readonly PackageSource[]): readonly string[] {
  return sources.flatMap(({ files }) => {
    const paths = files
      .map(({ path }) => path)
      .filter((path) => !(NAMED_BY_PLACE.has(posix.basename(path)) || path.includes("/src/node/")));
    return [...grouped(paths, (path) => posix.basename(path))]
      .filter(([, same]) => same.length > 1)
      .map(([, same]) => same.join(" = "));
  });
}

/** The packages that export a function, by its name, if there are at least two. */
function twinFunctions(sources: readonly PackageSource[]): ReadonlyMap<string, readonly string[]> {
  const exported = sources.flatMap(({ name, files }) => {
    const names = files.flatMap(({ text }) =>
      [...text.matchAll(/^export (?:async )?function\*? (\w+)/gm)].map((match) => match[1] ?? ""),
    );
    return [...new Set(names)].map((one) => ({ one, name }));
  });
  const owners = [...grouped(exported, ({ one }) => one)].map(
    ([one, same]) => [one, same.map(({ name }) => name)] as const,
  );
  return new Map(owners.filter(([, names]) => names.length > 1));
}

interface Block {
  readonly package: string;
  readonly path: string;
  readonly line: number;
}

/** For two files, the lines at which their first common block begins. */
function twinBlocks(sources: readonly PackageSource[]): ReadonlyMap<string, string> {
  const blocks = sources.flatMap(({ name, files }) => files.flatMap((file) => blocksOf(name, file)));
  const twins = new Map<string, string>();
  for (const [, same] of grouped(blocks, ({ text }) => text)) {
    const [first, second] = same.filter((one, at) => at === 0 || one.package !== same[0]?.package);
    if (first !== undefined && second !== undefined) {
      const pair = `${first.path} = ${second.path}`;
      twins.set(pair, twins.get(pair) ?? `${pair}: lines ${first.line} and ${second.line}`);
    }
  }
  return twins;
}

/** Every block of significant lines: without imports, comments, empty lines and lines of brackets. */
function blocksOf(
  name: string,
  { path, text }: PackageSource["files"][number],
): readonly (Block & { readonly text: string })[] {
  const lines = text
    .replaceAll(/^(?:import|export) [^;]*? from "[^"]*";$/gm, (statement) =>
      "\n".repeat(statement.split("\n").length - 1),
    )
    .split("\n")
    .map((line, at) => ({ line: at + 1, text: line.trim() }))
    .filter(({ text: said }) => said !== "" && !/^(\/\/|\/\*|\*)/.test(said));
  return lines.slice(0, Math.max(0, lines.length - BLOCK_LINES + 1)).flatMap(({ line }, at) => {
    const block = lines.slice(at, at + BLOCK_LINES).map((one) => one.text);
    const saying = block.filter((one) => /\w/.test(one)).length;
    return saying < BLOCK_LINES / 2 ? [] : [{ package: name, path, line, text: block.join("\n") }];
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}

const SOURCES = packageSources(readSourceTree());

test("no two files of a package have one name, but entries, errors and what is Node's", () => {
  expect(twinFiles(SOURCES)).toEqual([]);
});

test("no two packages export a function of one name, but those that are listed", () => {
  expect([...twinFunctions(SOURCES).keys()].toSorted()).toEqual([...TWIN_FUNCTIONS.keys()].toSorted());
});

test("no two packages have 8 lines in common, but files that are listed", () => {
  const twins = twinBlocks(SOURCES);
  expect([...twins].filter(([pair]) => !TWIN_BLOCKS.has(pair)).map(([, said]) => said)).toEqual([]);
  expect([...TWIN_BLOCKS.keys()].filter((pair) => !twins.has(pair))).toEqual([]);
});

test("a name twice in a package, a function in two packages and a block that was copied are found", () => {
  const block = Array.from({ length: 8 }, (_, index) => `  const value${index} = ${index};`);
  const sources = packageSources(
    sourceTree({
      "packages/roi/package.json": JSON.stringify({ name: "@kym/roi" }),
      "packages/roi/src/index.ts": `export * from "./zip/inflate.ts";`,
      "packages/roi/src/zip/index.ts": "",
      "packages/roi/src/zip/inflate.ts": ["// Ours.", "export function inflate() {", ...block, "}"].join(
        "\n",
      ),
      "packages/roi/src/png/inflate.ts": "export function inflatePng() {}\nfunction inner() {}",
      "packages/roi/src/node/inflate.ts": "export function inflateByNode() {}",
      "packages/extra/package.json": JSON.stringify({ name: "@kym/extra" }),
      "packages/extra/src/raw.ts": [
        `import { one } from "./one.ts";`,
        "export async function inflate(): Promise<void> {",
        ...block.flatMap((line) => [`  ${line}`, "", "  /** Copied. */"]),
        "}",
        "function inner() {}",
      ].join("\n"),
      "packages/extra/src/less.ts": block.slice(1).join("\n"),
    }),
  );
  expect(twinFiles(sources)).toEqual(["packages/roi/src/zip/inflate.ts = packages/roi/src/png/inflate.ts"]);
  expect([...twinFunctions(sources)]).toEqual([["inflate", ["@kym/roi", "@kym/extra"]]]);
  expect([...twinBlocks(sources).values()]).toEqual([
    "packages/roi/src/zip/inflate.ts = packages/extra/src/raw.ts: lines 3 and 3",
  ]);
});
