// Checks the dependencies and versions of each package against a list.

import { expect, test } from "vitest";
import { ARROW_RANGE } from "../support/arrow-versions.ts";
import { packageOfSpecifier } from "./source/module-specifier.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import {
  libraryPackages,
  sourceFiles,
  type WorkspacePackage,
  workspacePackages,
} from "./source/workspace-package.ts";

/** The dependencies that each package brings into a user's project. Adding one needs a change here. */
const BROUGHT_ALONG: ReadonlyMap<string, readonly string[]> = new Map([
  ["@kym/roi", ["@noble/hashes"]],
  ["@kym/zarr-store", ["fzstd", "parquet-wasm", "zarrita"]],
  ["@kym/kym-schema", []],
  ["@kym/legacy-io", ["@cornerstonejs/codec-libjpeg-turbo-8bit", "geotiff", "lerc", "saxes"]],
  ["@kym/kym-dataset", ["@noble/hashes"]],
  ["@kym/view", []],
  ["@kym/viewer-elements", ["uplot"]],
]);
const PEERS = ["apache-arrow"];

const EXACT_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

function dependencyProblems(tree: SourceTree): readonly string[] {
  return [
    ...workspacePackages(tree).flatMap((member) => [
      ...versionProblems(member),
      ...unusedDependencies(tree, member),
    ]),
    ...libraryPackages(tree).flatMap(surprises),
  ];
}

function versionProblems(member: WorkspacePackage): readonly string[] {
  const peers = [...member.peerDependencies];
  const own = [...member.dependencies, ...member.devDependencies];
  return [
    ...own
      .filter(([name, range]) =>
        name.startsWith("@kym/") ? range !== "workspace:^" : !EXACT_VERSION.test(range),
      )
      .map(([name, range]) => `${member.name}: ${name} is ${range}, neither exact nor workspace:^`),
    ...peers
      .filter(([name, range]) => range !== testedRange(name, member.devDependencies.get(name)))
      .map(([name, range]) => `${member.name}: peer ${name} is ${range}, its tests run with another`),
  ];
}

/** The range of a peer that tests cover: for Arrow several major versions, otherwise that of the package's own tests. */
function testedRange(name: string, own: string | undefined): string {
  return name === "apache-arrow" ? ARROW_RANGE : `^${own}`;
}

/** Dependencies that a user would install although nothing imports them. */
function unusedDependencies(tree: SourceTree, member: WorkspacePackage): readonly string[] {
  const imported = new Set(
    sourceFiles(tree, `${member.folder}/src`).flatMap(({ module }) =>
      [...module.imports].map(packageOfSpecifier),
    ),
  );
  // A package also declares the peers of the packages below it.
  return [...member.dependencies.keys()]
    .filter((name) => !member.isPrivate && !imported.has(name) && !PEERS.includes(name))
    .map((name) => `${member.name}: ${name} is never imported`);
}

function surprises(member: WorkspacePackage): readonly string[] {
  const expected = [...(BROUGHT_ALONG.get(member.name) ?? [])];
  const thirdParty = [...member.dependencies.keys()].filter((name) => !name.startsWith("@kym/"));
  return [
    ...thirdParty.filter((name) => !expected.includes(name)),
    ...[...member.peerDependencies.keys()].filter((name) => !PEERS.includes(name)),
  ].map((name) => `${member.name}: ${name} is not agreed`);
}

/** Libraries with different versions in two packages: a user would get two copies, or two behaviours. */
function versionConflicts(tree: SourceTree): readonly string[] {
  const versions = new Map<string, Set<string>>();
  for (const { dependencies, devDependencies } of workspacePackages(tree)) {
    for (const [name, range] of [...dependencies, ...devDependencies]) {
      versions.set(name, (versions.get(name) ?? new Set()).add(range));
    }
  }
  return [...versions]
    .filter(([, ranges]) => ranges.size > 1)
    .map(([name, ranges]) => `${name}: ${[...ranges].join(", ")}`);
}

test("dependencies are agreed, exact, one version each, and used", () => {
  const tree = readSourceTree();
  expect(dependencyProblems(tree)).toEqual([]);
  expect(versionConflicts(tree)).toEqual([]);
});

test("a range, a stray peer, an unused and an unexpected dependency, and two versions of one are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": JSON.stringify({
      name: "@kym/roi",
      dependencies: { "left-pad": "^1.0.0", "@kym/zarr-store": "0.1.0" },
      peerDependencies: { "apache-arrow": "^20.0.0", react: "^19.0.0" },
      devDependencies: { "apache-arrow": "21.2.0", react: "19.0.0" },
    }),
    "packages/roi/src/index.ts": `import "apache-arrow"; import "react"; import "@kym/zarr-store";`,
    "apps/cli/package.json": JSON.stringify({ name: "@kym/cli", dependencies: { "apache-arrow": "21.2.1" } }),
    "apps/cli/src/main.ts": `import { tableFromIPC } from "apache-arrow/ipc";`,
  });
  expect(dependencyProblems(tree)).toEqual([
    "@kym/roi: left-pad is ^1.0.0, neither exact nor workspace:^",
    "@kym/roi: @kym/zarr-store is 0.1.0, neither exact nor workspace:^",
    "@kym/roi: peer apache-arrow is ^20.0.0, its tests run with another",
    "@kym/roi: left-pad is never imported",
    "@kym/roi: left-pad is not agreed",
    "@kym/roi: react is not agreed",
  ]);
  expect(versionConflicts(tree)).toEqual(["apache-arrow: 21.2.0, 21.2.1"]);
});
