import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("../../../", import.meta.url));
// Inside node_modules, so that what is left out of a bundle is found from there.
const folder = mkdtempSync(join(packageFolder, "node_modules/.parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const roundTrip = `
  import { columnOf } from "./src/table/rows/rows-of.ts";
  import { tableFromRows } from "./src/table/tables-at-once.ts";
  import { setParquetWasm } from "./src/table/parquet/parquet-wasm-source.ts";
  import { decodeParquet, encodeParquet } from "./src/table/parquet/parquet.ts";
  export { setParquetWasm };
  export async function roundTrip() {
    const table = tableFromRows([{ name: "é" }, {}], { columns: [{ name: "name", type: "utf8" }] });
    return columnOf(await decodeParquet(await encodeParquet(table)), "name");
  }
`;

async function bundle(name: string, options: Parameters<typeof build>[0]): Promise<readonly string[]> {
  const result = await build({
    stdin: { contents: roundTrip, resolveDir: packageFolder, loader: "ts" },
    bundle: true,
    conditions: ["@kym/source"],
    format: "esm",
    outfile: join(folder, name),
    metafile: true,
    logLevel: "silent",
    ...options,
  });
  return Object.values(result.metafile?.outputs ?? {}).flatMap(({ imports }) =>
    imports.map(({ path }) => path),
  );
}

function run(script: string): string {
  const file = join(folder, "run.mjs");
  writeFileSync(file, script);
  return execFileSync(process.execPath, [file], { encoding: "utf8" });
}

describe("parquet-wasm", () => {
  test("works in a browser bundle, told where its wasm is, with nothing of Node in it", {
    timeout: 120_000,
  }, async () => {
    expect(await bundle("browser.mjs", { platform: "browser" })).toEqual([]);
    const printed = run(`
      import { readFileSync } from "node:fs";
      import { roundTrip, setParquetWasm } from "./browser.mjs";
      const failed = await roundTrip().catch((error) => error.code);
      setParquetWasm(readFileSync(new URL(import.meta.resolve("parquet-wasm/esm/parquet_wasm_bg.wasm"))));
      console.log(JSON.stringify({ failed, names: await roundTrip() }));
    `);
    // The first attempt found no wasm beside the bundle; that is not kept.
    expect(JSON.parse(printed)).toEqual({ failed: "io", names: ["é", null] });
  });

  test("works in Node from a build that leaves dependencies out, told nothing", {
    timeout: 120_000,
  }, async () => {
    const external = await bundle("node.mjs", { platform: "neutral", packages: "external" });
    expect(new Set(external)).toEqual(new Set(["apache-arrow", "fzstd", "parquet-wasm"]));
    expect(
      JSON.parse(
        run(`import { roundTrip } from "./node.mjs"; console.log(JSON.stringify(await roundTrip()));`),
      ),
    ).toEqual(["é", null]);
  });
});
