import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { singleQuoteHint } from "../../../src/commands/query/sql-error-hint.ts";
import { kym, kymJson } from "../../support/kym.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-values-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  const schema = {
    columns: [
      { name: "image_id", type: "utf8" },
      { name: "ratio", type: "float64" },
      { name: "speed", type: "float64" },
    ],
  } as const;
  const rows = [
    { image_id: "a", ratio: 1, speed: 1 },
    { image_id: "b", ratio: Number.POSITIVE_INFINITY, speed: 2 },
    { image_id: "c", ratio: Number.NEGATIVE_INFINITY, speed: 3 },
  ];
  await dataset.saveTable("scores", rows, { schema });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

it.each([
  ["[1, 2, null]", [1, 2, null]],
  ["[[1], []]", [[1], []]],
  ["array_value(1, 2)", [1, 2]],
  ["{x: 1, 'a b': ['t']}", { x: 1, "a b": ["t"] }],
  ["map {'x': 1.5, 'y': null}", { x: 1.5, y: null }],
  ["map {1: 'one'}", { 1: "one" }],
  ["[9007199254740993]", "[9007199254740993]"],
  ["['infinity'::double]", [null]],
  ["union_value(word := 'x')", "x"],
  ["1.25::decimal(4, 2)", 1.25],
  ["timestamptz '2026-01-02 03:04:05+02'", "2026-01-02T01:04:05Z"],
  ["[timestamptz '2026-01-02 03:04:05.25+00']", ["2026-01-02T03:04:05.25Z"]],
  ["timestamp '2026-01-02 03:04:05'", "2026-01-02T03:04:05"],
  ["date '2026-01-02'", "2026-01-02"],
  ["interval 90 minutes", "01:30:00"],
])("%s becomes JSON, whatever the time zone of the machine", async (sql, expected) => {
  const { stdout } = await kym(["query", "study.zarr", `select ${sql} as v`, "--json"], { cwd });
  const text = stdout.replaceAll(/\s+/g, " ");
  if (typeof expected === "string" && expected.startsWith("[")) {
    expect(text).toContain(`"v": [ ${expected.slice(1, -1)} ]`);
  } else {
    expect(JSON.parse(stdout).data).toEqual([{ v: expected }]);
  }
});

it("a list or struct is its JSON in a table and in CSV", async () => {
  const sql = "select {x: [1, 2], t: timestamptz '2026-01-02 03:04:05+00'} as v";
  const json = '{"x":[1,2],"t":"2026-01-02T03:04:05Z"}';
  expect((await kym(["query", "study.zarr", sql], { cwd })).stdout).toBe(`v\n${json}\n`);
  const { stdout } = await kym(["query", "study.zarr", sql, "--format", "csv"], { cwd });
  expect(stdout).toBe(`v\n"${json.replaceAll('"', '""')}"\n`);
});

it("a column title of another program cannot send codes to the terminal", async () => {
  const { stdout } = await kym(["query", "study.zarr", 'select 1 as "\u001b[31mred"'], { cwd });
  expect(stdout).toBe("\\x1b[31mred\n          1\n");
});

it("a column whose infinities stop an aggregate is named, with the condition that leaves them out", async () => {
  const { exitCode, stderr } = await kym(
    ["query", "study.zarr", "select stddev(ratio), stddev(speed) from scores"],
    {
      cwd,
    },
  );
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining("ratio of scores is infinite in 2 rows; leave out with: where isfinite(ratio)"),
  ]);
  const { data } = await kymJson(
    [
      "query",
      "study.zarr",
      "select stddev(speed) as sd, count(*) as n from scores where isfinite(ratio) or speed > 2",
    ],
    { cwd },
  );
  expect(data).toEqual([{ sd: Math.SQRT2, n: 2 }]);
});

it("an infinity that the SQL itself makes is not put down to a column", async () => {
  const { exitCode, stderr } = await kym(["query", "study.zarr", "select stddev(speed / 0) from scores"], {
    cwd,
  });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("where isfinite(x)")]);
});

it.each([
  ['select * from t where condition = "AngII"', "AngII", true],
  ["select * from t where condition = AngII", "AngII", true],
  ['select * from t where condition in ("AngII", "control")', "control", true],
  ['select * from t where condition like "Ang%"', "Ang%", true],
  ["select nothing from t", "nothing", false],
  ['select "AngII" from t where x = 1', "AngII", false],
])("%s: whether %j was meant as text is %j", (sql, word, isText) => {
  const message = `Binder Error: Referenced column "${word}" not found in FROM clause!`;
  const hint = `text goes in single quotes: '${word}'; double quotes are for names of columns`;
  expect(singleQuoteHint(sql, message)).toBe(isText ? hint : undefined);
});
