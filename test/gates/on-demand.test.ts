// Checks that Arrow and WebAssembly load with the first table and not before, in Node and in bundles.

import { execFileSync } from "node:child_process";
import { basename, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { REPOSITORY_ROOT, readSourceTree } from "./source/source-tree.ts";
import { libraryPackages } from "./source/workspace-package.ts";

const LIBRARIES = ["apache-arrow", "parquet-wasm"];

interface SplitBundle {
  /** The libraries in the files that a page loads at once. */
  readonly atOnce: readonly string[];
  /** The libraries in all files. */
  readonly emitted: readonly string[];
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Bundles a program for a page, with parts that load on demand as files of their own. */
async function splitBundle(text: string, folder: string): Promise<SplitBundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: text, loader: "ts", resolveDir: resolve(REPOSITORY_ROOT, folder) },
    bundle: true,
    conditions: ["@kym/source"],
    format: "esm",
    logLevel: "silent",
    metafile: true,
    minify: true,
    outdir: "out",
    platform: "browser",
    splitting: true,
    target: "es2023",
    write: false,
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const first = new Set(
    [...outputs].flatMap(([path, { entryPoint }]) => (entryPoint === "<stdin>" ? path : [])),
  );
  for (const path of first) {
    for (const { kind, path: other } of outputs.get(path)?.imports ?? []) {
      if (kind === "import-statement" && outputs.has(other)) {
        first.add(other);
      }
    }
  }
  const librariesIn = (paths: readonly string[]): readonly string[] =>
    LIBRARIES.filter((library) =>
      paths.some((path) =>
        Object.entries(outputs.get(path)?.inputs ?? {}).some(
          ([input, { bytesInOutput }]) => bytesInOutput > 0 && input.includes(`node_modules/${library}/`),
        ),
      ),
    );
  const names = new Set(Array.from(first, (path) => basename(path)));
  const contents = outputFiles.flatMap((file) => (names.has(basename(file.path)) ? [file.contents] : []));
  return {
    atOnce: librariesIn([...first]),
    emitted: librariesIn([...outputs.keys()]),
    bytes: contents.reduce((sum, { length }) => sum + length, 0),
    gzipBytes: contents.reduce((sum, content) => sum + gzipSync(content).length, 0),
  };
}

const using = (name: string, entry: string): string =>
  `import { ${name} } from "${entry}"; globalThis.used = ${name};`;

describe("a bundle", () => {
  test.each([
    ["readOlympusHeader", "@kym/legacy-io", "packages/legacy-io"],
    ["planIngest", "@kym/legacy-io", "packages/legacy-io"],
    ["sidecarFormats", "@kym/legacy-io", "packages/legacy-io"],
    ["readTiff", "@kym/legacy-io/tiff", "packages/legacy-io"],
    ["parseMetadata", "@kym/kym-schema", "packages/kym-schema"],
    ["defineElements", "@kym/viewer-elements", "packages/viewer-elements"],
    ["rowsOf", "@kym/zarr-store/table/reading", "packages/zarr-store"],
  ])("of %s of %s has neither Arrow nor WebAssembly in any of its files", async (name, entry, folder) => {
    const { emitted, bytes, gzipBytes } = await splitBundle(using(name, entry), folder);
    expect(emitted).toEqual([]);
    console.log(`${name}: ${kilobytes(bytes)} kB, ${kilobytes(gzipBytes)} kB compressed`);
  });

  test.each([
    ["openDataset", "@kym/zarr-store", "packages/zarr-store"],
    ["KymDataset", "@kym/kym-dataset", "packages/kym-dataset"],
    ["buildDatasetViewTable", "@kym/kym-dataset", "packages/kym-dataset"],
    ["decodeParquet", "@kym/zarr-store/table", "packages/zarr-store"],
  ])("of %s of %s has both in files that it loads on demand", async (name, entry, folder) => {
    const { atOnce, emitted, bytes, gzipBytes } = await splitBundle(using(name, entry), folder);
    expect({ atOnce, emitted }).toEqual({ atOnce: [], emitted: LIBRARIES });
    console.log(`${name}: ${kilobytes(bytes)} kB at once, ${kilobytes(gzipBytes)} kB compressed`);
  });

  test("of a function that makes a table at once has Arrow from its start", async () => {
    const { atOnce } = await splitBundle(using("tableFromRows", "@kym/zarr-store"), "packages/zarr-store");
    expect(atOnce).toEqual(["apache-arrow"]);
  });
});

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

/** The libraries that a program has loaded in Node after each of its steps. */
function loadedAfter(
  folder: string,
  steps: readonly string[],
  libraries: readonly string[] = LIBRARIES,
): readonly (readonly string[])[] {
  const script = `
    import { registerHooks } from "node:module";
    const found = new Set();
    registerHooks({
      load: (url, context, next) => {
        for (const library of ${JSON.stringify(libraries)}) {
          if (url.includes("node_modules/" + library + "/")) found.add(library);
        }
        return next(url, context);
      },
    });
    const after = [];
    ${steps.map((step) => `${step}; after.push([...found].sort());`).join("\n")}
    console.log(JSON.stringify(after));
  `;
  const args = ["--conditions=@kym/source", "--input-type=module", "--eval", script];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: resolve(REPOSITORY_ROOT, folder), encoding: "utf8" }),
  );
}

const ENTRIES = libraryPackages(readSourceTree()).flatMap(({ folder, name, entries }) => {
  const all = [...entries.keys()].map((entry) => `${name}${entry.slice(1)}`);
  return all.map((entry, index) => ({ entry, folder, all, index }));
});

describe("Node", () => {
  /** What was loaded after each entry of a package: one process loads them all, in the order of its package.json. */
  const afterEntries = new Map<string, readonly (readonly string[])[]>();

  test.each(ENTRIES)(
    "loads neither Arrow nor WebAssembly with the entry $entry",
    ({ folder, all, index }) => {
      const after =
        afterEntries.get(folder) ??
        loadedAfter(
          folder,
          all.map((entry) => `await import("${entry}")`),
        );
      afterEntries.set(folder, after);
      expect(after[index]).toEqual([]);
    },
  );

  test("loads Arrow with the first table that is made, and WebAssembly with the first that is written", () => {
    const columns = JSON.stringify({ columns: [{ name: "n", type: "int32" }] });
    const steps = [
      'const { memoryStore, openDataset, tableFromRows } = await import("@kym/zarr-store")',
      "const dataset = await openDataset(memoryStore()); await dataset.listImageIds()",
      `const table = tableFromRows([{ n: 1 }], ${columns})`,
      'await dataset.saveTable("numbers", table)',
    ];
    expect(loadedAfter("packages/zarr-store", steps)).toEqual([[], [], ["apache-arrow"], LIBRARIES]);
  });

  test("loads none of them in a thread of an ingest, and no zarrita", () => {
    const thread = ['await import("./src/node/threads/stage-image.ts")'];
    expect(loadedAfter("packages/legacy-io", thread, [...LIBRARIES, "zarrita"])).toEqual([[]]);
  });

  test("has one Arrow, whoever imports it", () => {
    const steps = [
      'const { tableFromRows } = await import("@kym/zarr-store")',
      `const table = tableFromRows([], ${JSON.stringify({ columns: [{ name: "n", type: "int32" }] })})`,
      'if (!(table instanceof (await import("apache-arrow")).Table)) throw new Error("another Arrow")',
    ];
    expect(loadedAfter("packages/zarr-store", steps).at(-1)).toEqual(["apache-arrow"]);
  });
});
