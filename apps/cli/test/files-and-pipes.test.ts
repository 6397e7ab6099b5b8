import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym, kymJson } from "./support/kym.ts";
import { kymProcess } from "./support/kym-process.ts";

let cwd = "";
const SQL = "select image_id, score from scores";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-pipes-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  await dataset.addImage(createNdArray("uint8", [40, 30]), { id: "scan", axes: ["t", "x"] });
  const schema: TableSchema = {
    columns: [
      { name: "image_id", type: "utf8" },
      { name: "score", type: "float64" },
    ],
  };
  await dataset.saveTable("scores", [{ image_id: "scan", score: 0.5 }], { schema });
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

// -o and -f, and - for stdin and stdout.
it("query -o writes a file once, then only with --force, and is CSV if its name says so", async () => {
  const first = await kym(["query", "study.zarr", SQL, "-o", "scores.csv"], { cwd });
  expect([first.exitCode, first.stdout]).toEqual([0, "wrote 1 row to scores.csv\n"]);
  expect(await readFile(join(cwd, "scores.csv"), "utf8")).toBe("image_id,score\nscan,0.5\n");
  const again = await kym(["query", "study.zarr", SQL, "-o", "scores.csv"], { cwd });
  expect([again.exitCode, again.stdout]).toEqual([5, ""]);
  expect(again.stderr).toContain("--force replaces it");
  await writeFile(join(cwd, "scores.csv"), "old");
  const { data } = await kymJson(["query", "study.zarr", SQL, "-f", "-o", "scores.csv"], { cwd });
  expect(data).toEqual({ file: "scores.csv", rows: 1 });
  expect(await readFile(join(cwd, "scores.csv"), "utf8")).toBe("image_id,score\nscan,0.5\n");
});

it("query -o writes Excel, Parquet, TSV and JSON by the ending, and refuses what the ending does not say", async () => {
  const sql =
    "select image_id, score, true as ok, 2::hugeint ** 70 as large, 18446744073709551615::ubigint as big from scores";
  for (const ending of ["xlsx", "parquet", "tsv", "json"]) {
    const { exitCode, stdout } = await kym(["query", "study.zarr", sql, "-o", `out.${ending}`], { cwd });
    expect([exitCode, stdout]).toEqual([0, `wrote 1 row to out.${ending}\n`]);
  }
  expect((await readFile(join(cwd, "out.xlsx"), "latin1")).slice(0, 2)).toBe("PK");
  expect(await readFile(join(cwd, "out.tsv"), "utf8")).toContain("scan\t0.5\tTRUE\t");
  expect(JSON.parse(await readFile(join(cwd, "out.json"), "utf8"))).toMatchObject([
    { image_id: "scan", ok: true },
  ]);
  const { data } = await kymJson(
    ["query", "study.zarr", "select big from 'out.parquet'".replace("out", join(cwd, "out"))],
    {
      cwd,
    },
  );
  expect(data).toEqual([{ big: "18446744073709551615" }]);
  const printed = await kym(["query", "study.zarr", SQL, "--format", "json"], { cwd });
  expect(JSON.parse(printed.stdout)).toEqual([{ image_id: "scan", score: 0.5 }]);
  for (const [args, hint] of [
    [["-o", "scores.txt"], "use .csv, .tsv, .parquet, .xlsx, .json"],
    [["-o", "new.csv", "--format", "tsv"], "name the file ….tsv"],
    [["--format", "xlsx"], "-o table.xlsx"],
    [["-o", "study.zarr/zarr.json", "--force"], "choose a place beside it"],
  ] as const) {
    const { exitCode, stdout, stderr } = await kym(["query", "study.zarr", SQL, ...args], { cwd });
    expect([stdout, stderr]).toEqual(["", expect.stringContaining(hint)]);
    expect([2, 5]).toContain(exitCode);
  }
});

it("a table that Excel cannot hold is refused with the line that writes it as CSV", async () => {
  const sql = "select repeat('x', 32768) as \"note $1\" from scores";
  const { exitCode, stderr } = await kym(["query", "study.zarr", sql, "-o", "my notes.xlsx"], { cwd });
  expect(exitCode).toBe(2);
  const line = /CSV has no such limit: kym (.*)\n/.exec(stderr)?.[1];
  expect(line).toBe(`query study.zarr '${sql.replaceAll("'", "'\\''")}' -o "my notes.csv"`);
  expect((await kym(["query", "study.zarr", sql, "-o", "my notes.csv"], { cwd })).exitCode).toBe(0);
});

it("show names the folder of a table in parts to pandas, and its files to DuckDB", async () => {
  const root = join(cwd, "parts.zarr");
  await using dataset = await openLocalDataset(root);
  await dataset.addImage(createNdArray("uint8", [40, 30]), { id: "scan", axes: ["t", "x"] });
  await new KymDataset(dataset).updateIndex(velocityEventIndexer);
  const { tableName } = velocityEventIndexer;
  const bytes = await dataset.loadTableBytes(tableName);
  const recipe = async (): Promise<readonly string[]> =>
    (await kym(["show", "parts.zarr", "scan"], { cwd })).stdout
      .split("\n")
      .filter((line) => /pandas|DuckDB/.test(line));
  const file = join(root, "tables", `${tableName}.parquet`);
  expect(await recipe()).toEqual([
    `  pandas   pandas.read_parquet("${file}")`,
    `  DuckDB   select * from '${file}'`,
  ]);
  await dataset.deleteTable(tableName);
  const folder = join(root, "tables", tableName);
  await mkdir(folder);
  await writeFile(join(folder, "part-00000000.parquet"), bytes);
  await dataset.adopt();
  expect(await recipe()).toEqual([
    `  pandas   pandas.read_parquet("${folder}")`,
    `  DuckDB   select * from '${join(folder, "*.parquet")}'`,
  ]);
});

it("query takes its SQL from stdin, and -o - is stdout", async () => {
  const args = ["query", "study.zarr", "-", "--format", "csv", "-o", "-"];
  const { stdout, exitCode } = await kymProcess(args, { cwd, stdin: `${SQL}\n` });
  expect([exitCode, stdout]).toEqual([0, "image_id,score\nscan,0.5\n"]);
});

it("ROIs go through pipes: exported to stdout as GeoJSON, imported from stdin by what it holds", async () => {
  await kym(["roi", "add", "study.zarr", "scan", "--lines", "2:9", "--px", "3:7", "--name", "vessel"], {
    cwd,
  });
  const out = await kym(["roi", "export", "study.zarr", "scan", "-"], { cwd });
  expect([out.exitCode, JSON.parse(out.stdout).features[0].properties.name]).toEqual([0, "vessel"]);
  await kym(["roi", "export", "study.zarr", "scan", "one.roi", "--only", "1"], { cwd });
  await kym(["roi", "export", "study.zarr", "scan", "all.zip"], { cwd });
  const sources = [out.stdout, await readFile(join(cwd, "one.roi")), await readFile(join(cwd, "all.zip"))];
  for (const stdin of sources) {
    const { exitCode, stdout } = await kym(["roi", "import", "study.zarr", "scan", "-", "-n"], {
      cwd,
      stdin,
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^would have imported 2 rect lines 2–9/)]);
  }
});

it("an empty stdin is no file of ROIs", async () => {
  const { exitCode, stdout, stderr } = await kym(["roi", "import", "study.zarr", "scan", "-"], { cwd });
  expect([exitCode, stdout]).toEqual([6, ""]);
  expect(stderr).toContain("kym: stdin is not JSON");
});

it("kym query - does not wait for a stdin that is a terminal", async () => {
  const { exitCode, stderr } = await kym(["query", "study.zarr", "-"], { cwd, stdinIsTty: true });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("pipe a file into it: kym … - < FILE")]);
});
