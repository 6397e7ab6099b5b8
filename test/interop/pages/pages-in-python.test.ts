// Runs the Python of our pages, as a reader would copy it, beside a real dataset.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "../../gates/source/readme-example.ts";
import { readSourceTree, type SourceTree, sourceTree } from "../../gates/source/source-tree.ts";
import { findSharedData } from "../../support/find-shared-data.ts";
import { makeStudy } from "../python/study.ts";
import { hasPython, runPython } from "../python-environment.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const isPossible = (await hasPython()) && KYMOGRAPHS !== undefined;
/** Languages of blocks that a reader would run in other tools. */
const FOREIGN = /^(py|ipython|r\b|sql|duckdb|julia|matlab)/i;

interface PythonBlock {
  readonly path: string;
  readonly line: number;
  readonly code: string;
}

/** The Python blocks of all pages. */
function pythonBlocksOf(tree: SourceTree): readonly PythonBlock[] {
  return foreignBlocksOf(tree).flatMap(({ info, ...block }) => (info === "python" ? [block] : []));
}

/** Blocks that no test runs, because this one runs only `python`. */
function uncoveredBlocksOf(tree: SourceTree): readonly string[] {
  return foreignBlocksOf(tree).flatMap(({ path, line, info }) =>
    info === "python" ? [] : [`${path}:${line}: no test runs a block of \`${info}\``],
  );
}

function foreignBlocksOf(tree: SourceTree): readonly (PythonBlock & { readonly info: string })[] {
  return [...tree]
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) =>
      blocksOf(text).flatMap(({ info, content, line }) =>
        FOREIGN.test(info) ? [{ path, line, info, code: content }] : [],
      ),
    );
}

/** Runs a block in a folder and returns how many values or rows each of its expressions and variables has. */
async function runBlock(
  folder: string,
  code: string,
): Promise<readonly { readonly code: string; readonly count: number }[]> {
  return JSON.parse(await runPython(new URL("run_block.py", import.meta.url), [folder, code]));
}

test("every block of Python, R or SQL in a page is one that a test runs", () => {
  expect(uncoveredBlocksOf(readSourceTree())).toEqual([]);
  expect(pythonBlocksOf(readSourceTree()).map(({ path }) => path)).toEqual(
    expect.arrayContaining(["README.md", "packages/zarr-store/README.md"]),
  );
});

test("a block that no test runs is found", () => {
  const tree = sourceTree({
    "README.md": "```python\n1\n```\n\n```r\n1\n```\n\n```ts\n1;\n```\n",
    "docs/a.md": "```py\n1\n```\n\n```sql\nselect 1\n```\n",
  });
  expect(pythonBlocksOf(tree)).toEqual([{ path: "README.md", line: 1, code: "1\n" }]);
  expect(uncoveredBlocksOf(tree)).toEqual([
    "README.md:5: no test runs a block of `r`",
    "docs/a.md:1: no test runs a block of `py`",
    "docs/a.md:5: no test runs a block of `sql`",
  ]);
});

/** `study.zarr` in the working directory: the real kymographs, indexed, and what the README of zarr-store adds. */
describe.skipIf(!isPossible)("in a folder with study.zarr", () => {
  let folder = "";
  let rowCounts: readonly number[] = [];

  beforeAll(async () => {
    const path = await makeStudy(KYMOGRAPHS ?? "");
    folder = dirname(path);
    await using dataset = await openLocalDataset(path);
    await dataset.addImage(
      { dtype: "uint16", shape: [3, 4], data: Uint16Array.from({ length: 12 }, (_, index) => index * 10) },
      { id: "scan-1", axes: ["t", "x"] },
    );
    await dataset.addImage(
      { dtype: "uint16", shape: [3, 4], data: new Uint16Array(12) },
      {
        id: "line-scan",
        axes: ["t", "x"],
        scales: [
          { unit: "s", step: 0.00219 },
          { unit: "µm", step: 0.2069 },
        ],
      },
    );
    const columns = [
      { name: "image_id", type: "utf8", nullable: false },
      { name: "score", type: "float64" },
    ] as const;
    await dataset.saveTable("quality", [{ image_id: "scan-1", score: 0.95 }], { schema: { columns } });
    await mkdir(join(path, "tables", "events"), { recursive: true });
    for (const [index, ids] of [["scan-1", "scan-1"], ["scan-2"]].entries()) {
      const part = tableFromColumns({ columns }, { image_id: ids, score: ids.map(() => 0.75) });
      await writeFile(
        join(path, "tables", "events", `part-0000000${index}.parquet`),
        await encodeParquet(part),
      );
    }
    await dataset.adopt();
    const names = await dataset.listTableNames();
    rowCounts = await Promise.all(names.map(async (name) => (await dataset.loadTable(name)).numRows));
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(pythonBlocksOf(readSourceTree()))(
    "the Python of $path:$line runs, and no expression is empty",
    async ({ code }) => {
      const counts = await runBlock(folder, code);
      expect(counts).not.toEqual([]);
      expect(counts.filter(({ count }) => count === 0)).toEqual([]);
    },
  );

  test("a block that fails and an expression without rows are found", async () => {
    await expect(runBlock(folder, "import zarr\nzarr.open_group('none.zarr', mode='r')")).rejects.toThrow(
      "none.zarr",
    );
    const none =
      "import duckdb\nduckdb.sql(\"select 1 from 'study.zarr/tables/quality.parquet' where score > 2\")";
    expect(await runBlock(folder, none)).toEqual([{ code: expect.any(String), count: 0 }]);
    const assigned = "numbers = [0]\nfirst, last = numbers[0], numbers[-1]\nprint(first)";
    expect((await runBlock(folder, assigned)).map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  test("all tables at once are read by DuckDB only with union_by_name, which loses no row", async () => {
    const read = (options: string): string =>
      `import duckdb\nduckdb.sql("select * from read_parquet('study.zarr/tables/**/*.parquet'${options})")`;
    const [all] = await runBlock(folder, read(", union_by_name = true"));
    expect(all?.count).toBe(rowCounts.reduce((sum, count) => sum + count, 0));
    await expect(runBlock(folder, read(""))).rejects.toThrow("schema mismatch in glob");
  });
});
