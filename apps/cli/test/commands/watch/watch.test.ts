import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { treeHash } from "../../support/tree-hash.ts";
import { hashesInDataset, hashesInFolder } from "./source-hashes.ts";
import { eventsOf, startWatch, type WatchLine } from "./watch-process.ts";

const QUICK = ["--settle", "0.2", "--commit-every", "0", "--until-idle", "0.4"];

/** A line scan of 256 kB. */
function tiff(seed: number): Uint8Array {
  const data = Uint16Array.from({ length: 4096 * 32 }, (_, index) => seed * 1000 + (index % 997));
  return writeImageJTiff({ dtype: "uint16", shape: [4096, 32], data });
}

const made: string[] = [];
afterAll(() => Promise.all(made.map((work) => rm(work, { recursive: true, force: true }))));
/** A folder with a `lab` in it. Each test has its own. */
async function newWork(): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "kym-watch-"));
  made.push(work);
  await mkdir(join(work, "lab"));
  await mkdir(join(work, "from"));
  return work;
}

/** Runs a writer as a process of its own. */
async function write(work: string, how: string, seed: number, name: string): Promise<void> {
  const from = join(work, "from", `${seed}.tif`);
  await writeFile(from, tiff(seed));
  await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, "scan-writer.ts"),
    ...[how, from, join(work, "lab", name)],
  ]);
}

/** Whether so many scans were ingested. */
const ingested =
  (count: number) =>
  (lines: readonly WatchLine[]): boolean =>
    lines.filter(({ event }) => event === "ingested").length === count;

/** The tests mostly wait, so they run beside each other. */
describe.concurrent("kym watch", () => {
  it("a scan that grows slowly, is renamed when it is done, or has its size first is ingested once and whole", {
    timeout: 60_000,
  }, async () => {
    const work = await newWork();
    const watch = startWatch(work, ["lab", "study.zarr"]);
    await watch.until((lines) => lines.some(({ event }) => event === "status"));
    const ways = ["grow", "rename", "reserve"];
    await Promise.all(ways.map((how, index) => write(work, how, index, `${how}.tif`)));
    await watch.until(ingested(3));
    expect(await watch.endAtRest()).toEqual([130, null]);
    for (const how of ways) {
      expect([how, ...eventsOf(watch.lines, `${how}.tif`)]).toEqual([how, "ingested"]);
    }
    expect(await hashesInDataset(work)).toEqual(await hashesInFolder(join(work, "lab")));
    expect(watch.stderr()).toBe("\nstopping after the current file; press Ctrl-C again to stop at once\n");
  });

  it("beside a writer that replaces a scan, slowly or at once, the new scan takes the place of the old image", {
    timeout: 60_000,
  }, async () => {
    const work = await newWork();
    const watch = startWatch(work, ["lab", "study.zarr"]);
    await write(work, "replace", 1, "a.tif");
    await write(work, "replace", 2, "b.tif");
    await watch.until(ingested(2));
    await Promise.all([write(work, "replace", 3, "a.tif"), write(work, "grow", 4, "b.tif")]);
    await watch.until(ingested(4));
    expect(await watch.endAtRest()).toEqual([130, null]);
    expect(eventsOf(watch.lines, "a.tif")).toEqual(["ingested", "ingested"]);
    expect(eventsOf(watch.lines, "b.tif")).toEqual(["ingested", "ingested"]);
    expect(await hashesInDataset(work)).toEqual(await hashesInFolder(join(work, "lab")));
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "on %s it ends with its exit code and a last line, keeps what it ingested, and goes on when it starts again",
    { timeout: 60_000 },
    async (signal, code) => {
      const work = await newWork();
      await write(work, "replace", 1, "a.tif");
      const watch = startWatch(work, ["lab", "study.zarr"]);
      await watch.until((lines) => lines.some(({ event }) => event === "committed"));
      watch.kill(signal);
      expect(await watch.ended).toEqual([code, null]);
      expect(watch.lines.at(-1)).toMatchObject({ ok: false, kind: "watch", error: "interrupted" });
      await write(work, "replace", 2, "b.tif");
      const again = startWatch(work, ["lab", "study.zarr", "--until-idle", "1"]);
      expect(await again.ended).toEqual([0, null]);
      expect([eventsOf(again.lines, "a.tif"), eventsOf(again.lines, "b.tif")]).toEqual([[], ["ingested"]]);
    },
  );

  it("other commands change the dataset while it runs, and their changes stay", {
    timeout: 60_000,
  }, async () => {
    const work = await newWork();
    await write(work, "replace", 1, "a.tif");
    const watch = startWatch(work, ["lab", "study.zarr"]);
    await watch.until((lines) => lines.some(({ event }) => event === "committed"));
    const added = await kym(["roi", "add", "study.zarr", "a", "--lines", "0:100", "--px", "0:10"], {
      cwd: work,
    });
    expect([added.exitCode, added.stderr]).toEqual([0, ""]);
    await write(work, "replace", 2, "b.tif");
    await watch.until((lines) => lines.filter(({ event }) => event === "committed").length === 2);
    watch.kill("SIGINT");
    expect(await watch.ended).toEqual([130, null]);
    const { data } = await kymJson(["ls", "study.zarr"], { cwd: work });
    expect(data).toHaveLength(2);
    const shown = await kymJson(["roi", "list", "study.zarr", "a"], { cwd: work });
    expect(JSON.stringify(shown.data)).toContain("100");
  });

  it("without --json it prints a line for each scan with its time in UTC, then how many it loaded", async () => {
    const work = await newWork();
    await writeFile(join(work, "lab", "a.tif"), tiff(1));
    await writeFile(join(work, "lab", "empty.tif"), "");
    await writeFile(join(work, "lab", "torn.tif"), tiff(2).subarray(0, 300));
    const { exitCode, stdout, stderr } = await kym(["watch", "lab", "study.zarr", ...QUICK], { cwd: work });
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    expect(stdout).toMatch(
      new RegExp(
        `^${time}  ingested      a\\.tif\n${time}  failed        torn\\.tif — .+300 bytes.*\nloaded 1 of 3 · 1 not whole · 1 failed\n1 new, 0 updated\n$`,
      ),
    );
    expect([exitCode, stderr]).toEqual([3, ""]);
  });

  it("a broken file is named once, and ingested after it was mended", async () => {
    const work = await newWork();
    await writeFile(join(work, "lab", "a.tif"), tiff(1).subarray(0, 300));
    const watch = startWatch(work, ["lab", "study.zarr"]);
    await watch.until((lines) => lines.some(({ event }) => event === "failed"));
    await write(work, "replace", 1, "a.tif");
    await watch.until(ingested(1));
    expect(await watch.endAtRest()).toEqual([130, null]);
    expect(eventsOf(watch.lines, "a.tif")).toEqual(["failed", "ingested"]);
  });

  it("--json and --progress=json give the same events, one per line, and --json ends with the counts", async () => {
    const work = await newWork();
    await writeFile(join(work, "lab", "a.tif"), tiff(1));
    await writeFile(join(work, "lab", "a.score.json"), '{"stalls": 2}');
    const args = ["watch", "lab", "study.zarr", ...QUICK, "--json", "--progress=json"];
    const { exitCode, stdout, stderr } = await kym(args, { cwd: work });
    const parse = (text: string): WatchLine[] =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    const lines = parse(stdout);
    expect(exitCode).toBe(0);
    expect(lines.slice(0, -1)).toEqual(parse(stderr));
    expect(lines.map(({ event, path }) => [event, path])).toEqual([
      ["status", undefined],
      ["status", undefined],
      ["ingested", "a.tif"],
      ["committed", undefined],
      ["status", undefined],
      [undefined, undefined],
    ]);
    const data = { scans: 1, waiting: 0, broken: 0, ingested: 1, updated: 0 };
    expect(lines.at(-1)).toEqual({ ok: true, kind: "watch", schemaVersion: 1, data, warnings: [] });
  });

  it("on a terminal a long line is broken between words, and no line is wider than the terminal", async () => {
    const work = await newWork();
    const name = "20250722_A89_0003 with a name that takes some space.tif";
    await writeFile(join(work, "lab", name), tiff(2).subarray(0, 300));
    const { stdout } = await kym(["watch", "lab", "study.zarr", ...QUICK], { cwd: work, columns: 80 });
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.join(" ").replaceAll(/ +/g, " ")).toMatch(
      / failed 20250722_A89_0003 with a name that takes some space\.tif — .+ 300 /,
    );
  });

  it("on a terminal it shows on one line what it watches, and what changes", async () => {
    const work = await newWork();
    await writeFile(join(work, "lab", "a.tif"), tiff(1));
    const { stdout, stderr } = await kym(["watch", "lab", "study.zarr", ...QUICK], {
      cwd: work,
      columns: 80,
    });
    expect(stdout).toContain("ingested      a.tif");
    expect(stderr).toContain("watching lab · 1 scan · 1 changing · Ctrl-C ends");
    expect(stderr).toContain("next: kym index study.zarr");
  });

  it("--dry-run says what would be ingested and touches nothing", async () => {
    const work = await newWork();
    await writeFile(join(work, "lab", "a.tif"), tiff(1));
    const before = await treeHash(work);
    const { exitCode, stdout } = await kym(["watch", "lab", "study.zarr", ...QUICK, "-n"], { cwd: work });
    expect(stdout).toMatch(/would ingest {2}a\.tif\nwould load 1 of 1\n1 new, 0 updated\n$/);
    expect([exitCode, await treeHash(work)]).toEqual([0, before]);
  });

  it("a time that is no number, a missing folder and a dataset for a folder are refused before anything is written", async () => {
    const work = await newWork();
    const run = async (...args: readonly string[]): Promise<readonly unknown[]> => {
      const { exitCode, stderr } = await kym(["watch", ...args], { cwd: work });
      return [exitCode, stderr.split("\n")[0]];
    };
    expect(await run("lab", "study.zarr", "--settle", "5s")).toEqual([
      2,
      'kym: --settle must be a number of seconds, up to 86400, not "5s"',
    ]);
    expect(await run("lab", "study.zarr", "--until-idle", "-1")).toEqual([
      2,
      expect.stringContaining("--until-idle"),
    ]);
    expect(await run("labb", "study.zarr")).toEqual([6, expect.stringContaining("there is no folder")]);
    await kym(["watch", "lab", "study.zarr", ...QUICK], { cwd: work });
    await writeFile(join(work, "lab", "a.tif"), tiff(1));
    await kym(["watch", "lab", "study.zarr", ...QUICK], { cwd: work });
    expect(await run("study.zarr", "lab")).toEqual([
      6,
      expect.stringContaining("is a dataset, not a folder"),
    ]);
  });
});
