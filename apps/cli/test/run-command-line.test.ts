import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { runCommandLine } from "../src/run-command-line.ts";
import { kym, kymJson } from "./support/kym.ts";
import { testHost } from "./support/test-host.ts";

const IMAGES = 20;

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-line-"));
  await mkdir(join(cwd, "lab"));
  await mkdir(join(cwd, "empty"));
  for (let index = 0; index < IMAGES; index++) {
    const data = new Uint16Array(12).fill(index);
    await writeFile(
      join(cwd, "lab", `${index}.tif`),
      writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }),
    );
  }
  await kym(["ingest", "lab", "study.zarr"], { cwd });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(cwd, { recursive: true, force: true }));

it("kym refuses an empty path, a folder without a TIFF and a target inside the dataset", async () => {
  expect((await kym(["ingest", "", "s.zarr"], { cwd })).exitCode).toBe(2);
  expect((await kym(["ingest", "empty", "s.zarr"], { cwd })).exitCode).toBe(6);
  expect((await kym(["export", "study.zarr", "study.zarr/out"], { cwd })).exitCode).toBe(2);
});

it("kym takes common flags before the command, and suggests a table for a misspelt one", async () => {
  const { stdout } = await kym(["--json", "ls", "study.zarr"], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, kind: "ls" });
  const wrong = await kym(["query", "study.zarr", "select * from source"], { cwd });
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("sources")]);
  const sql = "select timestamp '2026-01-02 03:04:05.5' as t";
  const time = await kymJson(["query", "study.zarr", sql], { cwd });
  expect(time.data).toEqual([{ t: "2026-01-02T03:04:05.5" }]);
});

it("kym takes relative paths from INIT_CWD where the environment has that", async () => {
  const run = await kym(["ls", "study.zarr"], { cwd: "/", env: { INIT_CWD: cwd } });
  expect(run.exitCode).toBe(0);
});

it("kym says on a terminal what to do next, but not in a pipe and not with --quiet", async () => {
  const hint = "next: kym index again.zarr";
  const args = ["ingest", "lab", "again.zarr"];
  expect((await kym(args, { cwd, columns: 80 })).stderr).toContain(hint);
  expect((await kym(args, { cwd })).stderr).toBe("");
  expect((await kym([...args, "--quiet"], { cwd, columns: 80 })).stderr).toBe("");
});

it("kym ls colours its table on a terminal, unless a flag or the environment wants it plain", async () => {
  const isColored = async (options: { readonly columns?: number; readonly env?: Record<string, string> }) =>
    (await kym(["ls", "study.zarr"], { cwd, ...options })).stdout.includes("\u001b[1m");
  expect(await isColored({ columns: 80 })).toBe(true);
  expect(await isColored({})).toBe(false);
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }, { KYM_NO_COLOR: "1" }]) {
    expect([env, await isColored({ columns: 80, env })]).toEqual([env, false]);
  }
  expect((await kym(["--no-color", "ls", "study.zarr"], { cwd, columns: 80 })).stdout).not.toContain(
    "\u001b",
  );
});

it("kym query shows a table as wide as the terminal, and whole in a pipe", async () => {
  const sql = `select '${"x".repeat(100)}' as word`;
  const widthAt = async (columns?: number) => {
    const { stdout } = await kym(["query", "study.zarr", sql, "--no-color"], {
      cwd,
      ...(columns !== undefined && { columns }),
    });
    return Math.max(...stdout.split("\n").map((line) => line.length));
  };
  expect([await widthAt(40), await widthAt()]).toEqual([40, 100]);
});

it("kym on a Node that is too old ends with 1 and says which it needs, but still shows help and version", async () => {
  const old = { cwd, nodeVersion: "20.20.2" };
  const run = await kym(["ls", "study.zarr"], old);
  expect([run.exitCode, run.stdout]).toEqual([1, ""]);
  expect(run.stderr).toContain("kym needs Node 22.15 or newer, but this is Node 20.20.2");
  expect((await kym(["--help"], old)).exitCode).toBe(0);
  expect((await kym(["--version"], old)).exitCode).toBe(0);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("kym ingest that is sent %s ends in order with %i, and says so in JSON", async (signal, code) => {
  let sent = 0;
  const host = testHost({
    cwd,
    onStderr: (text, of) => {
      if (text.startsWith("{") && sent++ === 0) {
        of.send(signal);
      }
    },
  });
  const dataset = `${signal}.zarr`;
  const exitCode = await runCommandLine(["ingest", "lab", dataset, "--progress=json", "--json"], host);
  expect([exitCode, host.endedWith, host.listeners]).toEqual([code, undefined, 0]);
  expect(host.written.stderr).toContain(
    "stopping after the current file; press Ctrl-C again to stop at once",
  );
  expect(JSON.parse(host.written.stdout)).toMatchObject({ ok: false, error: "interrupted" });
  const { data } = await kymJson(["ingest", "lab", dataset], { cwd });
  expect(data.ingested.length).toBeLessThan(IMAGES);
  expect(data.unchanged.length + data.ingested.length).toBe(IMAGES);
});

it("kym query leaves no copy of a table behind when a second signal ends it at once", async () => {
  const temporary = join(cwd, "temporary");
  await mkdir(temporary);
  vi.stubEnv("TMPDIR", temporary);
  const copies = () => readdir(temporary, { recursive: true });
  const host = testHost({ cwd });
  const slow = "select count(*) from sources, range(100000000000)";
  const ended = runCommandLine(["query", "study.zarr", slow], host);
  await expect.poll(copies).toContainEqual(expect.stringMatching(/sources\.parquet$/));
  host.send("SIGINT");
  host.send("SIGINT");
  expect(host.endedWith).toBe(130);
  expect(await copies()).toEqual([]);
  expect(await ended).toBe(130);
});
