import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RECIPES } from "../../../src/commands/query/recipes.ts";
import { type Envelope, kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-images-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

function query(sql: string, ...words: readonly string[]): Promise<Envelope> {
  return kymJson(["query", "study.zarr", sql, ...words], { cwd });
}

const STORED = ["kym_velocity_events", "kym_velocity_events_runs", "sources"];

it("images has one row per image, with what is known of it and NULL for the rest", async () => {
  const sql =
    "select file_name, condition, date, accepted, n_rois, ms_per_line, stale_tables, depth from images";
  expect((await query(sql)).data).toEqual(
    [
      ["a", "AngII", "20250722", true, 1, 1, "", 80],
      ["b", "AngII", null, false, 0, null, "kym_velocity_events", null],
      ["c", "control", null, true, 0, null, "", null],
      ["d", null, null, true, 0, null, "", null],
    ].map(([name, condition, date, accepted, rois, ms, stale, depth]) => ({
      file_name: name,
      condition,
      date,
      accepted,
      n_rois: rois,
      ms_per_line: ms,
      stale_tables: stale,
      depth,
    })),
  );
  const { data } = await query("select condition, count(*) as n from images group by 1 order by 1");
  expect(data).toEqual([
    { condition: "AngII", n: 2 },
    { condition: "control", n: 1 },
    { condition: null, n: 1 },
  ]);
});

it("the time of acquisition is a time without a zone, by which SQL can group", async () => {
  const { data } = await query("select acquired_local as t, acquired_local::date as day from images limit 1");
  expect(data).toEqual([{ t: "2025-07-22T12:13:14.62", day: "2025-07-22" }]);
});

it("a stored table named images wins, and a note says so", async () => {
  await makeSmallStudy(join(cwd, "own.zarr"));
  {
    await using dataset = await openLocalDataset(join(cwd, "own.zarr"));
    const schema = { columns: [{ name: "image_id", type: "utf8" }] } as const;
    await dataset.saveTable("images", [{ image_id: "mine" }], { schema });
  }
  const { data, warnings } = await kymJson(["query", "own.zarr", "from images"], { cwd });
  expect(data).toEqual([{ image_id: "mine" }]);
  expect(warnings).toEqual([
    "images is a table that is stored in this dataset, not the one that kym makes of its images",
  ]);
  expect((await kymJson(["query", "own.zarr", "show tables"], { cwd })).data).toContainEqual({
    name: "images",
  });
  expect((await kymJson(["ls", "own.zarr", "--where", "n_rois = 1"], { cwd })).data).toHaveLength(1);
});

it("images is made only if the SQL names it, and a list of all tables says that it can be", async () => {
  const catalog = "select view_name as name from duckdb_views() where not internal order by 1";
  expect((await query(catalog)).data).toEqual(STORED.map((name) => ({ name })));
  expect((await query(`${catalog} -- images`)).data).toContainEqual({ name: "images" });
  const { warnings } = await query("show tables");
  expect(warnings).toEqual(["there is also images, one row per image, which is made when SQL names it"]);
  expect((await query("from sources")).warnings).toEqual([]);
});

it.each([
  "show tables",
  "SHOW TABLES;",
  "select table_name as name from information_schema.tables order by 1",
])("%s lists each stored table", async (sql) => {
  expect((await query(sql)).data).toEqual(STORED.map((name) => ({ name })));
});

it("show all tables lists each stored table with its columns as a list", async () => {
  const { data } = await query("show all tables");
  expect(data.map(({ name }: { readonly name: string }) => name)).toEqual(STORED);
  expect(data[2].column_names.slice(0, 2)).toEqual(["source_primary_path", "image_id"]);
});

it("describe says the type, the unit and the meaning of each column, and which are never NULL", async () => {
  for (const sql of [
    "describe kym_velocity_events",
    'DESC "kym_velocity_events";',
    "show kym_velocity_events",
  ]) {
    const { data } = await query(sql);
    const [start, image, condition] = ["t_start_s", "image_id", "condition"].map((name) =>
      data.find((row: { readonly column_name: string }) => row.column_name === name),
    );
    expect(start).toMatchObject({ column_type: "DOUBLE", unit: "s", null: "YES" });
    expect(image).toMatchObject({ column_type: "VARCHAR", unit: null, null: "NO" });
    expect(condition).toMatchObject({ column_type: "VARCHAR" });
  }
  const { data } = await query("describe images");
  expect(data.slice(9, 11)).toMatchObject([
    { column_name: "um_per_px", unit: "um", description: "per px" },
    { column_name: "ms_per_line", unit: "ms", description: "per line" },
  ]);
  const sql = `select table_name, column_comment as unit from information_schema.columns
    where column_name in ('t_end_s', 'um_per_px') and 'images' <> '' order by 1`;
  expect((await query(sql)).data).toEqual([
    { table_name: "images", unit: "um" },
    { table_name: "kym_velocity_events", unit: "s" },
  ]);
});

it("what describe says of a SELECT has no units, because its columns may be computed", async () => {
  const { data } = await query("describe select t_start_s * 1000 as t_start_s from kym_velocity_events");
  expect(Object.keys(data[0])).not.toContain("unit");
});

it("events have condition, date and accepted of their image, and a duration; the stored table has neither", async () => {
  const sql = `select event_id, condition, date, accepted, acquired_local::date as day, duration_s
    from kym_velocity_events`;
  const facts = { condition: "AngII", date: "20250722", accepted: true, day: "2025-07-22" };
  expect((await query(sql)).data).toEqual([
    { event_id: "first", ...facts, duration_s: 0.75 },
    { event_id: "second", ...facts, duration_s: 0.25 },
  ]);
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
  const stored = await dataset.loadTable("kym_velocity_events");
  expect(stored.schema.fields.map(({ name }) => name)).not.toContain("condition");
});

it("an edit of a condition is seen beside the events at once, and makes no event stale", async () => {
  await makeSmallStudy(join(cwd, "edited.zarr"));
  {
    await using dataset = await openLocalDataset(join(cwd, "edited.zarr"));
    const record = dataset.record("scan-a");
    await record.saveJson("metadata", { version: "2.0", experiment_metadata: { condition: "saline" } });
  }
  const sql = "select distinct condition from kym_velocity_events";
  expect((await kymJson(["query", "edited.zarr", sql], { cwd })).data).toEqual([{ condition: "saline" }]);
  const stale = await kymJson(["ls", "edited.zarr", "--stale", "--columns", "image_id"], { cwd });
  expect(stale.data).toEqual([{ image_id: "scan-b" }]);
});

it("query --blind hides the images' and the events' path, date, condition and note", async () => {
  const hidden = { rel_path: null, condition: null, date: null, acquired_local: null, note: null };
  const images = await query("select rel_path, condition, date, acquired_local, note from images", "--blind");
  expect(images.data).toEqual([hidden, hidden, hidden, hidden]);
  const events = await query("from kym_velocity_events", "--blind");
  expect(events.data[0]).toMatchObject({ rel_path: null, condition: null, date: null, acquired_local: null });
  expect(JSON.stringify(events)).not.toMatch(/AngII|2025/);
});

it("kym query --examples prints each recipe within 80 columns, and needs no dataset", async () => {
  const { stdout, exitCode } = await kym(["query", "--examples"]);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(
    RECIPES.filter(({ question }) => !stdout.includes(`${question}\n\n  kym query study.zarr "`)),
  ).toEqual([]);
  expect((await kym(["query", "mine.zarr", "--examples"])).stdout).toContain("  kym query mine.zarr ");
  const { exitCode: code, stderr } = await kym(["query", "study.zarr"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("SQL is missing")]);
});
