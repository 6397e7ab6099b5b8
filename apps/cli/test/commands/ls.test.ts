import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowsOf } from "@kym/zarr-store";
import { decodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import { afterAll, beforeAll, expect, it } from "vitest";
import { blindName } from "../support/blind-name.ts";
import { kym, kymJson, type Run } from "../support/kym.ts";
import { makeSmallStudy } from "../support/small-study.ts";
import { treeHash } from "../support/tree-hash.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-ls-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

function ls(...words: readonly string[]): Promise<Run> {
  return kym(["ls", "study.zarr", ...words], { cwd });
}

async function idsOf(...words: readonly string[]): Promise<readonly string[]> {
  const { data } = await kymJson(["ls", "study.zarr", ...words], { cwd });
  return data.map(({ image_id: id }: { readonly image_id: string }) => id);
}

it.each([
  [["--stale"], ["scan-b"]],
  [["--no-rois"], ["scan-b", "scan-c", "scan-d"]],
  [["--no-rois", "--stale"], ["scan-b"]],
  [
    ["--where", "condition = 'AngII'"],
    ["scan-a", "scan-b"],
  ],
  [["--where", "condition = 'AngII'", "--no-rois"], ["scan-b"]],
  [
    ["--sort", "condition,-image_id"],
    ["scan-b", "scan-a", "scan-c", "scan-d"],
  ],
  [
    ["--sort", "-condition"],
    ["scan-c", "scan-a", "scan-b", "scan-d"],
  ],
  [
    ["--sort", "-n_rois", "--sort", "-image_id"],
    ["scan-a", "scan-d", "scan-c", "scan-b"],
  ],
  [
    ["--limit", "2"],
    ["scan-a", "scan-b"],
  ],
  [["--sort", "-image_id", "--limit", "1"], ["scan-d"]],
])("kym ls %j lists %j", async (words, ids) => {
  expect(await idsOf(...words)).toEqual(ids);
});

it("kym ls --columns shows these columns of the table of images, in this order, with a dash for what is not known", async () => {
  const { stdout, stderr } = await ls("--columns", "file_name,CONDITION,accepted,um_per_px,stale_tables");
  expect([stdout, stderr]).toEqual([
    [
      "file_name  condition  accepted  um_per_px  stale_tables",
      "a          AngII      yes             0.5  —",
      "b          AngII      no                —  kym_velocity_events",
      "c          control    yes               —  —",
      "d          —          yes               —  —",
      "",
    ].join("\n"),
    "",
  ]);
  const { data } = await kymJson(["ls", "study.zarr", "--columns", "file_name,n_rois", "--limit", "1"], {
    cwd,
  });
  expect(data).toEqual([{ file_name: "a", n_rois: 1 }]);
});

it("kym ls --json says condition, date, note, staleness and hashes of each image beside its overview", async () => {
  const { data } = await kymJson(["ls", "study.zarr", "--limit", "1"], { cwd });
  expect(data).toEqual([
    expect.objectContaining({
      image_id: "scan-a",
      rel_path: "28d AngII/20250722/a.tif",
      shape: [4, 3],
      n_rois: 1,
      condition: "AngII",
      date: "20250722",
      acquired_local: "2025-07-22T12:13:14.620",
      note: "clear",
      lines: 4,
      px: 3,
      channels: 1,
      ms_per_line: 1,
      artifacts: "metadata,velocity_events/events",
      stale_tables: "",
      staleness_kym_velocity_events: "fresh",
      n_rows_kym_velocity_events: 2,
      source_sha256: "ab".repeat(32),
      pixels_sha256: null,
      region: "cortex",
      depth: 80,
    }),
  ]);
});

it("kym ls --format csv has all columns, or those of --columns", async () => {
  const all = await ls("--format", "csv");
  const [head, ...lines] = all.stdout.trimEnd().split("\n");
  expect([head?.startsWith("image_id,rel_path,file_name,condition,treatment,date,"), lines.length]).toEqual([
    true,
    4,
  ]);
  const { stdout } = await ls("--format", "csv", "--columns", "file_name,depth", "--where", "depth > 1");
  expect(stdout).toBe("file_name,depth\na,80\n");
});

it("kym ls -o writes the rows that it would list, as Parquet with types and units, and --format json prints them", async () => {
  const written = await ls("--no-rois", "-o", "no rois.parquet");
  expect([written.exitCode, written.stdout]).toEqual([0, "wrote 3 rows to no rois.parquet\n"]);
  const bytes = Uint8Array.from(await readFile(join(cwd, "no rois.parquet")));
  const table = await decodeParquet(bytes);
  const columns = schemaOfTable(table).columns.filter(({ name }) => ["um_per_px", "accepted"].includes(name));
  expect(columns).toMatchObject([
    { name: "accepted", type: "bool" },
    { name: "um_per_px", type: "float64", unit: "um" },
  ]);
  expect(Array.from(rowsOf(table), ({ image_id: id }) => id)).toEqual(["scan-b", "scan-c", "scan-d"]);
  const again = await ls("--no-rois", "-o", "no rois.parquet");
  expect([again.exitCode, again.stderr]).toEqual([5, expect.stringContaining("--force replaces it")]);
  const { stdout } = await ls("--format", "json", "--columns", "file_name,depth", "--limit", "1");
  expect(JSON.parse(stdout)).toEqual([{ file_name: "a", depth: 80 }]);
});

it("on a terminal, kym ls --columns cuts the file and not the time, and shows wide rows one below the other", async () => {
  const at = async (columns: number, names: string): Promise<string> =>
    (await kym(["ls", "study.zarr", "--no-color", "--limit", "1", "--columns", names], { cwd, columns }))
      .stdout;
  const [head, line] = (await at(40, "rel_path,acquired_local")).split("\n");
  expect([head?.length, line?.length]).toEqual([31, 40]);
  expect(line).toMatch(/….* {2}2025-07-22T12:13:14\.620$/);
  expect(await at(40, "acquired_local,um_per_px,n_rois,lines")).toBe(
    [
      "row 1 of 1",
      "  acquired_local  2025-07-22T12:13:14.620",
      "  um_per_px       0.5",
      "  n_rois          1",
      "  lines           4",
      "",
    ].join("\n"),
  );
});

it("kym ls says how many images --where left out for NULL, and that none is listed", async () => {
  expect(await ls("--where", "treatment = 'x'")).toEqual({
    exitCode: 0,
    stdout: "none of 4 images\n",
    stderr: "note: 4 images left out, for which --where is NULL: something that it asks for is not known\n",
  });
});

it.each([
  [["--sort", "conditon"], 'images have no column "conditon"\n     did you mean condition?'],
  [["--columns", "file_name,frobnicate"], "the columns are image_id, rel_path, "],
  [["--limit", "0"], "--limit must be a whole number from 1"],
  [["--limit", "1e1"], "--limit must be a whole number from 1"],
  [["-o", "images.txt"], "use .csv, .tsv, .parquet, .xlsx, .json"],
  [["--format", "xlsx"], "-o table.xlsx"],
  [["--where", "condition = AngII"], "text goes in single quotes"],
])("kym ls %j is refused with 2, and says what helps", async (words, message) => {
  const { exitCode, stdout, stderr } = await ls(...words);
  expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
});

it("kym ls --blind hides the same columns in a table, in CSV and in JSON, and sorts by the blind name", async () => {
  const names = ["scan-a", "scan-b", "scan-c", "scan-d"].map((id) => blindName(id)).sort();
  const before = await treeHash(cwd);
  for (const words of [
    ["--columns", "image_id,rel_path,condition,date,note,acquired_local"],
    ["--format", "csv"],
    ["--json"],
    ["--where", "n_rois >= 0", "--sort", "-condition"],
  ]) {
    const { stdout, exitCode } = await ls(...words, "--blind");
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(names[0] ?? "")]);
    expect(stdout).not.toMatch(/AngII|2025|clear|moved|[.]tif|scan-/);
    expect(names.toSorted((a, b) => stdout.indexOf(a) - stdout.indexOf(b))).toEqual(names);
  }
  expect(await treeHash(cwd)).toBe(before);
});
