// Checks that a class has few methods that do work themselves; the others are in views.

import { expect, test } from "vitest";
import { type ClassMethods, classMethods } from "./source/class-methods.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles, workspacePackages } from "./source/workspace-package.ts";

const MOST_METHODS = 20;

/** Methods of one line that call a view. Users know these names from the time before views. */
const FORWARDS: Readonly<Record<string, readonly string[]>> = {
  ZarrDataset: [
    ...["loadManifest", "rebuildManifest", "saveManifest", "updateManifest"],
    ...["validate", "validateImage", "check", "repair", "adopt", "gc"],
  ],
  ZarrImageRecord: [
    ...["saveArray", "openArray", "loadArray", "loadRegion", "getAxes", "getImageBounds"],
    ...["saveJson", "loadJson", "loadJsonText", "saveMetadataPayload", "loadMetadataPayload"],
    ...["saveParquet", "loadParquet", "saveCsvGz", "loadCsvGz"],
    ...["saveArrayArtifact", "loadArrayArtifact", "listArrayArtifacts"],
    ...["listAnalysisKeys", "deleteAnalysis", "saveAttachment", "loadAttachment", "listAttachments"],
  ],
};

function classProblems(
  tree: SourceTree,
  forwards: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const classes = workspacePackages(tree)
    .flatMap(({ folder }) => sourceFiles(tree, `${folder}/src`))
    .flatMap(({ path, text }) => classMethods(path, text).map((each) => ({ path, ...each })));
  const unknown = Object.keys(forwards).filter((listed) => classes.every(({ name }) => name !== listed));
  return [
    ...classes.flatMap(({ path, ...each }) =>
      problemsOf(each, forwards[each.name] ?? []).map((problem) => `${path}: ${problem}`),
    ),
    ...unknown.map((name) => `${name}: is listed, and there is no such class`),
  ];
}

function problemsOf({ name, methods }: ClassMethods, listed: readonly string[]): readonly string[] {
  const own = methods.filter((method) => !listed.includes(method.name));
  const forwards = methods.filter((method) => listed.includes(method.name));
  return [
    ...(own.length > MOST_METHODS
      ? [`${name} has ${own.length} methods of its own, more than ${MOST_METHODS}: make views`]
      : []),
    ...forwards
      .filter(({ handsOn }) => !handsOn)
      .map((method) => `${name}.${method.name} is listed as a forward and does more`),
    ...listed
      .filter((each) => methods.every((method) => method.name !== each))
      .map((each) => `${name}.${each} is listed as a forward and is not there`),
  ];
}

test("a class has at most 20 public methods with a body of their own", () => {
  expect(classProblems(readSourceTree(), FORWARDS)).toEqual([]);
});

test("a class of 21 methods, a forward that does more, and lists of what is not there are found", () => {
  const names = Array.from({ length: 21 }, (_, index) => `m${index}`);
  const methods = names.map((name) => `${name}(): number { return 1; }`).join("\n");
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/large.ts": `export class Large { #hidden(): void {} static of(): void {} ${methods} }`,
    "packages/roi/src/small.ts": `export class Small {
      a(): void { this.view.a(); this.view.b(); }
      async b(): Promise<number> { return this.view.b({ ...this.options, c: 1 }); }
      private c(): void {}
    }`,
  });
  expect(classProblems(tree, { Small: ["a", "b", "gone"], None: ["x"] })).toEqual([
    "packages/roi/src/large.ts: Large has 21 methods of its own, more than 20: make views",
    "packages/roi/src/small.ts: Small.a is listed as a forward and does more",
    "packages/roi/src/small.ts: Small.gone is listed as a forward and is not there",
    "None: is listed, and there is no such class",
  ]);
  const rest = { Large: ["m0"], Small: ["b"] };
  expect(classProblems(tree, rest)).toEqual([
    "packages/roi/src/large.ts: Large.m0 is listed as a forward and does more",
  ]);
});
