// Checks what happens to a dataset that a lab edits with Python.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowsOf, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../../apps/cli/test/support/kym.ts";
import { hasPython, runPython } from "../python-environment.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "event_id", type: "int64" },
    { name: "velocity_mm_s", type: "float64" },
    { name: "note", type: "utf8" },
  ],
};
const ANALYSIS = "images/one/analysis";
const PARAMS = `${ANALYSIS}/velocity/params.json`;
const EVENTS = `${ANALYSIS}/velocity/events.parquet`;
const FIT = `${ANALYSIS}/python/fit.json`;
const TRACE = `${ANALYSIS}/python/trace.csv.gz`;

/** The order matters: each test continues with the dataset of the one before. */
describe.skipIf(!(await hasPython()))("a Python script edits artifacts", () => {
  let cwd = "";
  let said: { readonly velocities: readonly (number | null)[]; readonly third: number };

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-python-edits-"));
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("velocity/params", { threshold: 0.5, unit: "mm/s" });
    const rows = [
      { image_id: "one", event_id: 1n, velocity_mm_s: 0.5, note: null },
      { image_id: "one", event_id: null, velocity_mm_s: 1.5, note: "tail" },
    ];
    await record.saveParquet("velocity/events", rows, { schema: SCHEMA });
    said = JSON.parse(await runPython(new URL("edit_study.py", import.meta.url), [join(cwd, "study.zarr")]));
  }, 300_000);
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it("kym check reports each file, and ends with 4", async () => {
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect(exitCode).toBe(4);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, -1).map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      `unknown: ${FIT}`,
      `unknown: ${TRACE}`,
      `modified outside: ${EVENTS}`,
      `modified outside: ${PARAMS}`,
    ]);
    expect(lines.at(-1)).toMatch(/^checked \d+ objects, read .* MB: 4 problems$/);
    const { data } = await kymJson(["check", "study.zarr"], { cwd });
    expect(data.problems.map(({ path, remedy }: { path: string; remedy: string }) => [path, remedy])).toEqual(
      [FIT, TRACE, EVENTS, PARAMS].map((path) => [path, "adopt"]),
    );
  });

  it("until then our reader says modified_outside, and never gives the other bytes as ours", async () => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    const record = dataset.record("one");
    await expect(record.loadJson("velocity/params")).rejects.toMatchObject({ code: "modified_outside" });
    await expect(record.loadParquet("velocity/events")).rejects.toMatchObject({ code: "modified_outside" });
  });

  it("kym adopt --dry-run says what it would do and does nothing; kym adopt does it", async () => {
    const planned = await kym(["adopt", "study.zarr", "--dry-run"], { cwd });
    expect([planned.exitCode, planned.stdout]).toEqual([
      0,
      [`new: ${FIT}`, `new: ${TRACE}`, `changed: ${EVENTS}`, `changed: ${PARAMS}`]
        .map((line) => `would adopt ${line}\n`)
        .join(""),
    ]);
    expect((await kym(["check", "study.zarr"], { cwd })).exitCode).toBe(4);
    const done = await kym(["adopt", "study.zarr"], { cwd });
    expect([done.exitCode, done.stdout]).toEqual([0, planned.stdout.replaceAll("would adopt", "adopted")]);
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^checked \d+ objects.*: no problems\n$/)]);
    const log = await kymJson(["log", "study.zarr"], { cwd });
    expect(log.data.at(-1)).toMatchObject({ ops: 4, message: "adopt what other programs wrote" });
  });

  it("the values that we read are those of Python", async () => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    const record = dataset.record("one");
    expect(await record.loadJson("velocity/params")).toEqual({
      threshold: 0.75,
      unit: "mm/s",
      saved_ns: 1771711156123456789n,
    });
    expect(await record.loadJson("python/fit")).toEqual({ slope: said.third, r2: Number.NaN });
    expect(said.velocities).toEqual([1, 3, null]);
    expect([...rowsOf(await record.loadParquet("velocity/events"))]).toEqual([
      { image_id: "one", event_id: 1n, velocity_mm_s: 1, note: null, is_fast: false },
      { image_id: "one", event_id: null, velocity_mm_s: 3, note: "tail", is_fast: true },
      {
        image_id: "one",
        event_id: 9007199254740993n,
        velocity_mm_s: null,
        note: "µm, by hand",
        is_fast: null,
      },
    ]);
    const trace = [...rowsOf(await record.loadCsvGz("python/trace"))];
    expect(trace.map(({ velocity_mm_s }) => velocity_mm_s)).toEqual(said.velocities);
  });

  it("what Python broke is refused, with 3, and the rest is taken in", async () => {
    await writeFile(join(cwd, "study.zarr", PARAMS), '{"threshold": ');
    await runPython(
      `import sys; p = sys.argv[1]; b = open(p, "rb").read(); open(p, "wb").write(b[: len(b) // 2])`,
      [join(cwd, "study.zarr", EVENTS)],
    );
    await writeFile(join(cwd, "study.zarr", FIT), "[1, 2]");
    const { exitCode, stdout } = await kym(["adopt", "study.zarr"], { cwd });
    expect(exitCode).toBe(3);
    expect(stdout).toContain(`adopted changed: ${FIT}\n`);
    expect(stdout).toMatch(new RegExp(`^refused: ${PARAMS}: .*JSON`, "m"));
    expect(stdout).toMatch(new RegExp(`^refused: ${EVENTS}: .*Parquet`, "m"));
    expect(await readFile(join(cwd, "study.zarr", PARAMS), "utf8")).toBe('{"threshold": ');
    const check = await kym(["check", "study.zarr"], { cwd });
    expect(check.exitCode).toBe(4);
    expect(check.stdout).toContain(": 2 problems");
  });
});
