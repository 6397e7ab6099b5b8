import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kymJson } from "./support/kym.ts";
import { KYM, kymProcess, processEnvironment } from "./support/kym-process.ts";

const IMAGES = 150;

describe("as a process, the command", () => {
  let work = "";
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-process-"));
    await makeLab("lab", IMAGES);
    await makeLab("two", 2);
  });
  afterAll(() => rm(work, { recursive: true, force: true }));
  const makeLab = async (name: string, images: number): Promise<void> => {
    await mkdir(join(work, name));
    for (let index = 0; index < images; index++) {
      const data = new Uint16Array(12).fill(index);
      await writeFile(
        join(work, name, `${index}.tif`),
        writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }),
      );
    }
  };
  const start = (args: readonly string[], stdout: "pipe" | number = "pipe") =>
    spawn(process.execPath, [...KYM, ...args], {
      cwd: work,
      env: processEnvironment({ cwd: work }),
      stdio: ["ignore", stdout, "pipe"],
    });

  it("does the whole job: takes a folder in, lists it, indexes it, answers a query and exports it", async () => {
    const runs = [
      ["ingest", "two", "job.zarr"],
      ["ls", "job.zarr"],
      ["index", "job.zarr"],
      ["query", "job.zarr", "select source_rel_path from sources order by all", "--format", "csv"],
      ["export", "job.zarr", "out"],
    ];
    const outputs: string[] = [];
    for (const args of runs) {
      const { exitCode, stdout, stderr } = await kymProcess(args, { cwd: work });
      expect([args[0], exitCode, stderr]).toEqual([args[0], 0, ""]);
      outputs.push(stdout);
    }
    expect(outputs).toEqual([
      expect.stringMatching(/\n2 new, 0 unchanged\nloaded 2 of 2\n$/),
      expect.stringMatching(/^file .+\n0\.tif .+\n1\.tif .+\n$/),
      expect.stringContaining("kym_radon: updated 0 · fresh 0 · not analysed 2\n"),
      "source_rel_path\n0.tif\n1.tif\n",
      expect.stringMatching(/^exported 2 images /),
    ]);
    expect(await readdir(join(work, "out"), { recursive: true })).toContain("export.json");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "stops on %s with its exit code, keeps its work, and a rerun completes it",
    async (signal, code) => {
      const dataset = `${signal}.zarr`;
      const child = start(["ingest", "lab", dataset, "--progress=json"]);
      child.stderr?.once("data", () => child.kill(signal));
      expect(await once(child, "close")).toEqual([code, null]);
      const kept = (await kymJson(["ls", dataset], { cwd: work })).data?.length ?? 0;
      expect(kept).toBeLessThan(IMAGES);
      const { data } = await kymJson(["ingest", "lab", dataset], { cwd: work });
      expect([data.unchanged.length, data.ingested.length]).toEqual([kept, IMAGES - kept]);
      expect((await kymJson(["ls", dataset], { cwd: work })).data).toHaveLength(IMAGES);
    },
  );

  it("ends with 0 and silently when its reader has enough, and does its work all the same", async () => {
    const kym = [process.execPath, ...KYM].map((word) => `"${word}"`).join(" ");
    const script = `${kym} ingest lab pipe.zarr --progress=json 2>&1 | head -1 > /dev/null; echo \${PIPESTATUS[0]}
      ${kym} ls pipe.zarr | head -1 > /dev/null; echo \${PIPESTATUS[0]}`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
      cwd: work,
      env: processEnvironment({ cwd: work }),
    });
    expect([stdout, stderr]).toEqual(["0\n0\n", ""]);
    expect((await kymJson(["ls", "pipe.zarr"], { cwd: work })).data).toHaveLength(IMAGES);
  });

  it.skipIf(process.platform !== "linux")(
    "says on stderr that its output cannot be written, and ends with 1 [skipped where there is no /dev/full]",
    async () => {
      await using full = await open("/dev/full", "w");
      const child = start(["--help"], full.fd);
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      expect(await once(child, "close")).toEqual([1, null]);
      expect(said).toMatch(/^kym: cannot write the output: ENOSPC/);
    },
  );

  it("takes relative paths from where the caller stands, not from where pnpm runs it", async () => {
    const args = ["ingest", "two", "caller.zarr"];
    const { exitCode } = await kymProcess(args, { cwd: tmpdir(), env: { INIT_CWD: work } });
    expect(exitCode).toBe(0);
    expect((await kymJson(["ls", "caller.zarr"], { cwd: work })).data).toHaveLength(2);
  });
});
