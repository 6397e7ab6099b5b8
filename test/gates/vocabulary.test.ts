// Checks that only kym-schema spells the names of artifacts, columns and stored keys.

import {
  ARTIFACTS,
  COLUMNS,
  EVENT_ARTIFACTS,
  RADON_ARTIFACTS,
  RADON_COLUMNS,
  VELOCITY_EVENTS_SCHEMA,
  VELOCITY_TRACE_SCHEMA,
} from "@kym/kym-schema";
import * as keys from "@kym/kym-schema/keys";
import * as tables from "@kym/kym-schema/tables";
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles } from "./source/workspace-package.ts";

/** Packages below the vocabulary: `roi` and `zarr-store` have their own words; `zarr-store` knows the artifact `metadata`. */
const FOLDERS = ["packages/legacy-io", "packages/kym-dataset", "apps/cli"];

/** Pooled tables and artifacts, including earlier names. */
const STORED_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(ARTIFACTS),
  ...Object.values(tables.POOLED_TABLES),
  ...EVENT_ARTIFACTS.tables,
  ...EVENT_ARTIFACTS.params,
  ...RADON_ARTIFACTS.tables,
  ...RADON_ARTIFACTS.params,
]);
/** Every column and stored key, including plain words such as `channel` and `note`. */
const NAMES: ReadonlySet<string> = new Set([
  ...Object.values(COLUMNS),
  ...[VELOCITY_EVENTS_SCHEMA.columns, VELOCITY_TRACE_SCHEMA.columns, RADON_COLUMNS, ...columnsOf(tables)]
    .flat()
    .map(({ name }) => name),
  ...Object.values(keys).flatMap((each) => (typeof each === "string" ? [each] : Object.values(each))),
]);

/** Every list of columns that an entry exports. */
function columnsOf(
  entry: Readonly<Record<string, unknown>>,
): readonly (readonly { readonly name: string }[])[] {
  return Object.values(entry).filter((value): value is readonly { readonly name: string }[] =>
    Array.isArray(value),
  );
}

/** Words that also mean something else, with the reason. */
const SHARED_WORDS: ReadonlyMap<string, string> = new Map([
  ["came_from", "also in the `extra` of a ROI: the files that it came from"],
  ["image_id", "every table of zarr-store has this column"],
  ["olympus_header", "also the kind of a sidecar: the microscope's own header"],
  ["radon", "also an indexer, after which its table is named, and what `kym ls` calls a trace"],
  ["radon_report", "also the kind of a file: the older application's table of a folder"],
  ["velocity_events", "also an indexer, and the key of events in the older application's JSON"],
]);

/** Files that may spell words of the vocabulary, with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ["packages/legacy-io/src/formats/flow-analysis.ts", "the keys of the older application's JSON"],
  ["packages/legacy-io/src/formats/kymflow/events-json.ts", "the keys of the older application's events"],
  ["packages/legacy-io/src/export/acqstore/kept-analyses.ts", "the keys of acqstore's JSON"],
  ["packages/legacy-io/src/export/acqstore/peaks-table.ts", "the columns of acqstore's tables"],
  ["packages/legacy-io/src/export/kymflow/database-csv.ts", "the columns of the older application's tables"],
  ["packages/legacy-io/src/formats/acqstore/acqstore-analyses.ts", "the keys of acqstore's JSON"],
  ["packages/legacy-io/src/formats/acqstore/acqstore-rois.ts", "the keys of acqstore's JSON"],
  ["packages/legacy-io/src/formats/acqstore/acqstore-sidecar.ts", "the keys of acqstore's JSON"],
  ["packages/legacy-io/src/formats/acqstore/acqstore-table.ts", "the columns of acqstore's tables"],
  ["packages/legacy-io/src/content/acqstore/placed-tables.ts", "the columns of acqstore's tables"],
  ["packages/legacy-io/src/content/acqstore/acqstore-peaks.ts", "the keys of acqstore's JSON"],
  ["packages/kym-dataset/src/indexers/flow/acqstore-heart-rates.ts", "the keys of acqstore's JSON"],
  [
    "packages/kym-dataset/src/indexers/first-generation/radon-report.ts",
    "the names that other programs give to the columns",
  ],
  [
    "packages/kym-dataset/src/table/index-schema.ts",
    "what any index stamps on its rows, whatever they are of",
  ],
  ["packages/kym-dataset/src/table/ledger.ts", "the bookkeeping of any index, whatever its rows are of"],
]);

/** A declaration of a column, with its type or unit. */
const DECLARED = /\bname: "[^"]*",\s*type: "[^"]*"|\bunit: "[^"]*"/g;
/** Several strings in a row, as in a list. */
const LISTED = /"[^"\n]*"(?:,\s*"[^"\n]*"){2,}/g;

function vocabularyProblems(
  tree: SourceTree,
  exceptions: ReadonlyMap<string, string> = EXCEPTIONS,
  sharedWords: ReadonlyMap<string, string> = SHARED_WORDS,
): readonly string[] {
  return FOLDERS.flatMap((folder) => sourceFiles(tree, `${folder}/src`))
    .filter(({ path }) => !exceptions.has(path))
    .flatMap(({ path, text, module }) => {
      const code = text.replaceAll(/^\s*(\/\/|\/\*|\*).*$/gm, "");
      const words = [...module.strings].filter((string) => !module.imports.has(string));
      const spelled = words.filter((string) => isOfVocabulary(string) && !sharedWords.has(string));
      const declared = Array.from(code.matchAll(DECLARED), ([column]) => column.replaceAll(/\s+/g, " "));
      return [...spelled, ...declared, ...listsOfNames(code)].map((problem) => `${path}: ${problem}`);
    });
}

/** Finds artifacts, also within a longer text, and columns or keys unless the name is a plain word. */
function isOfVocabulary(string: string): boolean {
  return (
    STORED_NAMES.has(string) || (NAMES.has(string) && string.includes("_")) || ARTIFACT_IN_TEXT.test(string)
  );
}

const ARTIFACT_IN_TEXT = new RegExp(
  `(?<![\\w/])(${[...STORED_NAMES].filter((name) => name.includes("/")).join("|")})(?![\\w/])`,
);

/** Plain words count as columns if three or more stand in a row. */
function listsOfNames(code: string): readonly string[] {
  return Array.from(code.matchAll(LISTED), ([list]) => list.replaceAll(/\s+/g, " ")).filter((list) => {
    const names = list.split(", ").map((name) => name.slice(1, -1));
    return names.every((name) => NAMES.has(name));
  });
}

test("artifacts, columns and stored keys are named in kym-schema alone", () => {
  expect(vocabularyProblems(readSourceTree())).toEqual([]);
});

test("no exception for a word of the vocabulary outlives its file or its reason", () => {
  const tree = readSourceTree();
  const found = vocabularyProblems(tree, new Map(), new Map());
  const files = new Set(found.map((problem) => problem.split(": ")[0]));
  const words = new Set(found.map((problem) => problem.split(": ")[1]));
  expect([...EXCEPTIONS.keys()].filter((path) => !files.has(path))).toEqual([]);
  expect([...SHARED_WORDS.keys()].filter((word) => !words.has(word))).toEqual([]);
});

test("an artifact, a column, a key, a unit and a list that are spelled out are found; other words and comments are not", () => {
  const tree = sourceTree({
    "packages/kym-schema/src/artifact-names.ts": `export const name = "radon/velocity";`,
    "packages/zarr-store/src/record.ts": `export const name = "metadata";`,
    "packages/legacy-io/src/index.ts": `
      // It becomes radon/velocity, as in { name: "snr", type: "float64" }.
      import { name } from "./radon/velocity.ts";
      export const text = await store.loadJsonText("metadata");
      export const message = \`radon/velocity: column \${name} is missing\`;
      export const plain = "metadata of an image"; export const other = "a/radon/velocity"; export const one = "channel";
      export const key = row["roi_id"];
      export const columns = [{ name: "speed", type: "float64", unit: "mm/s" }];
      export const order = ["channel", "note", "strength"]; export const words = ["channel", "note", "else"];`,
    "packages/kym-dataset/src/index.ts": `export const sources = ["velocity_events/events", "velocity_events"];`,
    "apps/cli/src/main.ts": `export const key = { source_rel_path: 1 }["source_rel_path"];`,
  });
  expect(vocabularyProblems(tree, new Map())).toEqual([
    "packages/legacy-io/src/index.ts: metadata",
    "packages/legacy-io/src/index.ts: radon/velocity: column ",
    "packages/legacy-io/src/index.ts: roi_id",
    `packages/legacy-io/src/index.ts: name: "speed", type: "float64"`,
    `packages/legacy-io/src/index.ts: unit: "mm/s"`,
    `packages/legacy-io/src/index.ts: "channel", "note", "strength"`,
    "packages/kym-dataset/src/index.ts: velocity_events/events",
    "apps/cli/src/main.ts: source_rel_path",
  ]);
});
