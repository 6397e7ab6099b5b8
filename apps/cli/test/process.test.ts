import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeImageJTiff } from "@kym/legacy-io";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson, MAIN } from "./kym.ts";

const IMAGES = 150;

describe("as a process, the command", () => {
  let work: string;
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-process-"));
    await mkdir(join(work, "lab"));
    for (let index = 0; index < IMAGES; index++) {
      const data = new Uint16Array(12).fill(index);
      await writeFile(
        join(work, "lab", `${index}.tif`),
        writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }),
      );
    }
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "stops on %s with its exit code, keeps its work, and a rerun completes it",
    async (signal, code) => {
      const args = ["--conditions=@kym/source", MAIN, "ingest", "lab", "s.zarr", "--progress=json"];
      const child = spawn(process.execPath, args, { cwd: work, env: { ...process.env, INIT_CWD: work } });
      child.stderr.once("data", () => child.kill(signal));
      const exitCode = await new Promise((resolve) => child.on("close", resolve));
      expect(exitCode).toBe(code);
      const kept = (await kymJson(["ls", "s.zarr"], { cwd: work })).data?.length ?? 0;
      expect(kept).toBeLessThan(IMAGES);
      const { data } = await kymJson(["ingest", "lab", "s.zarr"], { cwd: work });
      expect([data.unchanged.length, data.ingested.length]).toEqual([kept, IMAGES - kept]);
      expect((await kymJson(["ls", "s.zarr"], { cwd: work })).data).toHaveLength(IMAGES);
    },
  );

  it("ends with 0 and silently when its reader has enough, and does its work all the same", async () => {
    const node = `"${process.execPath}" --conditions=@kym/source "${MAIN}"`;
    const script = `${node} ingest lab s.zarr --progress=json 2>&1 | head -1 > /dev/null; echo \${PIPESTATUS[0]}
      ${node} ls s.zarr | head -1 > /dev/null; echo \${PIPESTATUS[0]}`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
      cwd: work,
      env: { ...process.env, INIT_CWD: work },
    });
    expect([stdout, stderr]).toEqual(["0\n0\n", ""]);
    expect((await kymJson(["ls", "s.zarr"], { cwd: work })).data).toHaveLength(IMAGES);
  });

  it("takes relative paths from where the caller stands, not from where pnpm runs it", async () => {
    const { exitCode } = await kym(["ingest", "lab", "s.zarr"], { cwd: tmpdir(), env: { INIT_CWD: work } });
    expect(exitCode).toBe(0);
    expect((await kymJson(["ls", "s.zarr"], { cwd: work })).data).toHaveLength(IMAGES);
  });

  it("refuses an empty path, a folder without a TIFF and a target inside the dataset", async () => {
    await mkdir(join(work, "empty"));
    expect((await kym(["ingest", "", "s.zarr"], { cwd: work })).exitCode).toBe(2);
    expect((await kym(["ingest", "empty", "s.zarr"], { cwd: work })).exitCode).toBe(6);
    await kym(["ingest", "lab", "s.zarr"], { cwd: work });
    expect((await kym(["export", "s.zarr", "s.zarr/out"], { cwd: work })).exitCode).toBe(2);
  });

  it("takes common flags before the command, and suggests a table for a misspelt one", async () => {
    await kym(["ingest", "lab", "s.zarr"], { cwd: work });
    const { stdout } = await kym(["--json", "ls", "s.zarr"], { cwd: work });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, kind: "ls" });
    const wrong = await kym(["query", "s.zarr", "select * from source"], { cwd: work });
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("sources")]);
    const time = await kymJson(["query", "s.zarr", "select timestamp '2026-01-02 03:04:05.5' as t"], {
      cwd: work,
    });
    expect(time.data).toEqual([{ t: "2026-01-02T03:04:05.5" }]);
  });
});
