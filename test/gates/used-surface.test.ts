// Checks that every exported value is used outside its package or shown in an example, and that a root exports few values.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { namedImports } from "./source/named-imports.ts";
import { examplesOf } from "./source/readme-example.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, type WorkspacePackage } from "./source/workspace-package.ts";

const MOST_AT_A_ROOT = 25;

/** Why a value is public although nothing outside its package uses it and no example shows it. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  "whoever catches an error of the package asks what it is": [
    "@kym/flow FlowError",
    "@kym/kym-dataset KymDatasetError",
    "@kym/kym-dataset isKymDatasetError",
    "@kym/kym-schema KymSchemaError",
    "@kym/legacy-io LegacyIoError",
    "@kym/roi RoiError",
    "@kym/view/stored ViewError",
  ],
  "the Python system has it by this name, and its users look for it": [
    "@kym/kym-dataset BaseIndexer",
    "@kym/kym-dataset paramsHash",
    "@kym/kym-dataset stableJsonDumps",
    "@kym/legacy-io planExport",
    "@kym/legacy-io planIngest",
    "@kym/legacy-io readNpy",
    "@kym/legacy-io writeNpy",
    "@kym/legacy-io/node SidecarArtifactStore",
    "@kym/legacy-io/node TiffPixelStore",
    "@kym/zarr-store SOURCES_COLUMNS",
    "@kym/zarr-store/node openDataset",
  ],
  "planIngest decides on what it gives": ["@kym/legacy-io/node scanFolder"],
  "the pure decisions, for programs that ask before they run": [
    "@kym/kym-dataset/staleness decideStaleness",
    "@kym/kym-dataset/staleness decideStalenessFromHashes",
    "@kym/kym-dataset/staleness legacyRadonParamsHash",
    "@kym/kym-dataset/staleness summarizeTrace",
  ],
  "what the entries lazy and reading have as well, for programs that load Arrow anyway": [
    "@kym/zarr-store/table rowRunsOf",
    "@kym/zarr-store/table spliceRows",
    "@kym/zarr-store/table takeRows",
  ],
  "an example would need a browser": [
    "@kym/viewer-elements KymImageElement",
    "@kym/viewer-elements KymTraceElement",
    "@kym/viewer-elements defineElements",
    "@kym/viewer-elements/dataset defineElements",
  ],
  "an example would need a bundler": ["@kym/zarr-store setParquetWasm"],
  "programs that decide on files with formats of their own begin with it": ["@kym/legacy-io sidecarFormats"],
  "programs that add lines as they come need the number of bins for a LineReduction": [
    "@kym/view overviewBins",
  ],
  "programs order images by a key of the summary": ["@kym/kym-schema/keys SUMMARY_KEYS"],
  "authors of stores test theirs by it": [
    "@kym/zarr-store/testing testReadableStoreContract",
    "@kym/zarr-store/testing testStoreContract",
  ],
};
const UNUSED: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).flatMap(([reason, keys]) => keys.map((key) => [key, reason] as const)),
);

/** The values of each entry, by specifier, from the listings of `public-api.test.ts`. */
function publicValues(tree: SourceTree, { name, entries }: WorkspacePackage): ReadonlyMap<string, string[]> {
  return new Map(
    [...entries.keys()].map((entry) => {
      const specifier = posix.join(name, entry);
      const file = specifier.replace("@kym/", "").replaceAll("/", "-");
      const listing = tree.get(`test/gates/public-api/${file}.txt`) ?? "";
      return [specifier, [...listing.matchAll(/^(\w+):/gm)].map(([, value = ""]) => value)];
    }),
  );
}

interface Use {
  readonly path: string;
  /** The imported value, as `specifier name`. */
  readonly key: string;
}

/** Every import of a name from a package, in sources, tests and examples. */
function usesOfValues(tree: SourceTree): readonly Use[] {
  const files = [...tree]
    .filter(([path]) => /^(packages|apps|bench|test)\/.*\.ts$/.test(path))
    .map(([path, text]) => ({ path, text }));
  const examples = examplesOf(tree).map(({ path, code }) => ({ path: `an example of ${path}`, text: code }));
  return [...files, ...examples].flatMap(({ path, text }) =>
    namedImports(path, text).map(({ specifier, name }) => ({ path, key: `${specifier} ${name}` })),
  );
}

function surfaceProblems(tree: SourceTree, unused: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set<string>();
  const uses = usesOfValues(tree);
  const problems = libraryPackages(tree).flatMap((member) => {
    const outside = uses.filter(({ path }) => !path.startsWith(`${member.folder}/`));
    const used = new Set(outside.map(({ key }) => key));
    return [...publicValues(tree, member)].flatMap(([specifier, values]) => {
      const idle = values.map((value) => `${specifier} ${value}`).filter((key) => !used.has(key));
      for (const key of idle) {
        found.add(key);
      }
      const isCrowded = specifier === member.name && values.length > MOST_AT_A_ROOT;
      return [
        ...(isCrowded ? [`${specifier} exports ${values.length} values, ${MOST_AT_A_ROOT} at most`] : []),
        ...idle.filter((key) => !unused.has(key)).map((key) => `${key} is used by nobody`),
      ];
    });
  });
  const stale = [...unused.keys()].filter((key) => !found.has(key));
  return [...problems, ...stale.map((key) => `${key} is listed as unused, and is used or gone`)];
}

test("every value that a package exports is used outside of it or shown in an example, and a root has at most 25", () => {
  expect(surfaceProblems(readSourceTree(), UNUSED)).toEqual([]);
});

test("a value that nobody uses, a crowded root and a reason that is no longer needed are found", () => {
  const exports = {
    ".": { "@kym/source": "./src/index.ts" },
    "./node": { "@kym/source": "./src/node/index.ts" },
  };
  const many = Array.from({ length: 26 }, (_, index) => `v${index}`);
  const tree = sourceTree({
    "packages/roi/package.json": JSON.stringify({ name: "@kym/roi", exports }),
    "packages/roi/test/own.test.ts": `import { idle } from "@kym/roi";`,
    "packages/store/package.json": JSON.stringify({
      name: "@kym/store",
      exports: { ".": { "@kym/source": "./src/index.ts" } },
    }),
    "apps/cli/src/a.ts": `import { used, type Shape } from "@kym/roi"; import { used as other } from "@kym/roi/node";`,
    "apps/cli/src/b.ts": `import { ${many.join(", ")} } from "@kym/store";`,
    "docs/page.md": '```ts\nimport { shown } from "@kym/roi";\n```\n\n`idle` is said of.\n',
    "test/gates/public-api/roi.txt": "idle: function\nknown: function\nshown: function\nused: function\n",
    "test/gates/public-api/roi-node.txt": "shown: function\nused: function\n",
    "test/gates/public-api/store.txt": many.map((name) => `${name}: function\n`).join(""),
  });
  const unused = new Map([
    ["@kym/roi known", "for others"],
    ["@kym/roi used", "once"],
  ]);
  expect(surfaceProblems(tree, unused)).toEqual([
    "@kym/roi idle is used by nobody",
    "@kym/roi/node shown is used by nobody",
    "@kym/store exports 26 values, 25 at most",
    "@kym/roi used is listed as unused, and is used or gone",
  ]);
});
