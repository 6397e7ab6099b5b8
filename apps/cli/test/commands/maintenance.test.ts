import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fsPromises from "node:fs/promises";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { portableRuntime } from "@kym/zarr-store";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { processEnvironment } from "../support/kym-process.ts";
import { treeHash } from "../support/tree-hash.ts";

const QC = "images/one/analysis/qc.json";

describe("log, check, adopt and gc", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-maintenance-"));
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("qc", { passed: true });
  });
  afterEach(() => rm(cwd, { recursive: true }));

  it("check ends with 0, and with 4 for an edit that adopt takes in", async () => {
    const sound = await kymJson(["check", "study.zarr"], { cwd });
    expect(sound.data).toMatchObject({ problems: [], notes: [], checked: { objects: 6 } });
    await writeFile(join(cwd, "study.zarr", QC), '{"passed": false}');
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining(`modified outside: ${QC}`)]);
    const named = ["adopt", "study.zarr", `study.zarr/${QC}`];
    expect((await kymJson([...named, "-n"], { cwd })).data).toMatchObject({ dryRun: true, version: 2 });
    expect((await kymJson(named, { cwd })).data.adopted).toEqual([{ path: QC, change: "changed" }]);
    expect((await kym(["check", "study.zarr", "--repair"], { cwd })).exitCode).toBe(0);
    const log = await kymJson(["log", "study.zarr"], { cwd });
    expect(log.data.map(({ version, ops }: { version: number; ops: number }) => [version, ops])).toEqual([
      [1, 5],
      [2, 1],
      [3, 1],
    ]);
  });

  it("refuses a level that is none, and a gc of nothing removes nothing", async () => {
    expect((await kym(["check", "study.zarr", "--level", "0/3"], { cwd })).exitCode).toBe(2);
    const { data } = await kymJson(["gc", "study.zarr"], { cwd });
    expect(data).toMatchObject({ dryRun: true, proposed: [], kept: [], removed: [] });
  });

  const at = (...path: readonly string[]): string => join(cwd, "study.zarr", ...path);

  it("log has a line a commit, oldest first, and the same as JSON", async () => {
    const { exitCode, stdout } = await kym(["log", "study.zarr"], { cwd });
    expect(exitCode).toBe(0);
    const [head, first, second, ...rest] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^ *version {2}time +person +message$/);
    expect(first).toMatch(/^ +1 {2}\d{4}-\d\d-\d\dT[\d:.]+Z .* {2}one added$/);
    expect(second).toMatch(/^ +2 {2}\S+Z .* {2}qc of one added$/);
    expect(rest).toEqual([]);
    const { ok, data } = await kymJson(["log", "study.zarr"], { cwd });
    expect([ok, data.length]).toEqual([true, 2]);
    expect(data[0]).toMatchObject({ version: 1, ops: 5, message: "add image one", abort: [] });
    expect(Object.keys(data[0])).toEqual([
      "version",
      "committed_utc",
      "message",
      "ops",
      "writer",
      "txid",
      "abort",
      "words",
      "changes",
    ]);
    expect(data[1]).toMatchObject({
      words: "qc of one added",
      changes: [{ image_id: "one", kind: "json", name: "qc", change: "added" }],
    });
  });

  it("each ends with 6 where there is no dataset, and makes none", async () => {
    const lines = [["log"], ["check"], ["adopt"], ["gc"], ["check", "--repair"], ["gc", "--force"]];
    await Promise.all(
      lines.map(async ([name = "", ...flags]) => {
        const { exitCode, stderr } = await kym([name, "none.zarr", ...flags], { cwd });
        expect([name, exitCode, stderr]).toEqual([name, 6, expect.stringContaining("none.zarr")]);
      }),
    );
    expect(await readdir(cwd)).toEqual(["study.zarr"]);
  });

  it("adopt ends with 3 if something was refused, and takes in the rest", async () => {
    const pixels = "images/one/data/c/0/0";
    const before = await readFile(at(pixels));
    await writeFile(at(pixels), "somebody's pixels");
    await writeFile(at("images/one/analysis/broken.json"), '{"a": ');
    await writeFile(at(QC), '{"passed": false}');
    const tree = await treeHash(at());
    const planned = await kym(["adopt", "study.zarr", "--dry-run"], { cwd });
    expect([planned.exitCode, await treeHash(at())]).toEqual([3, tree]);
    const { exitCode, stdout } = await kym(["adopt", "study.zarr"], { cwd });
    expect(exitCode).toBe(3);
    expect(stdout).toBe(planned.stdout.replaceAll("would adopt", "adopted"));
    expect(stdout.trimEnd().split("\n")).toEqual([
      `adopted changed: ${QC}`,
      expect.stringMatching(/^refused: images\/one\/analysis\/broken\.json: .+JSON/),
      expect.stringMatching(/^refused: images\/one\/data\/c\/0\/0: .+/),
    ]);
    const { ok, data } = await kymJson(["adopt", "study.zarr"], { cwd });
    expect([ok, data.adopted]).toEqual([true, []]);
    expect(data.refused.map(({ path }: { path: string }) => path)).toEqual([
      "images/one/analysis/broken.json",
      pixels,
    ]);
    await writeFile(at(pixels), before);
    await rm(at("images/one/analysis/broken.json"));
    expect((await kym(["check", "study.zarr"], { cwd })).exitCode).toBe(0);
  });

  it("adopt takes a deletion only if it is named", async () => {
    await rm(at(QC));
    const { exitCode, stdout } = await kym(["adopt", "study.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([0, `missing: ${QC}: to adopt its deletion, name it\n`]);
    expect((await kym(["check", "study.zarr"], { cwd })).exitCode).toBe(4);
    const named = await kym(["adopt", "study.zarr", QC], { cwd });
    expect([named.exitCode, named.stdout]).toEqual([0, `adopted deleted: ${QC}\n`]);
    expect((await kym(["check", "study.zarr"], { cwd })).exitCode).toBe(0);
    const again = await kym(["adopt", "study.zarr", "images/one/analysis/none.json"], { cwd });
    expect([again.exitCode, again.stderr]).toEqual([6, expect.stringContaining("none.json")]);
    expect((await kym(["adopt", "study.zarr", "../outside.json"], { cwd })).exitCode).not.toBe(0);
  });

  it("check --repair --claim records how versions are claimed where the dataset lies now", async () => {
    const link = (): Promise<never> =>
      Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM", errno: -1 }));
    const stick = localStore(at("../stick.zarr"), { fileSystem: { ...fsPromises, link } });
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    await (await openLocalDataset(stick)).addImage(image, { id: "one" });
    expect((await kym(["check", "stick.zarr", "--claim"], { cwd })).exitCode).toBe(2);
    const dry = await kymJson(["check", "stick.zarr", "--repair", "--claim", "--dry-run"], { cwd });
    expect(dry.data).toMatchObject({ version: 1, problems: [] });
    const { exitCode, stdout } = await kym(["check", "stick.zarr", "--repair", "--claim"], { cwd });
    const path = "__commits/00000000000000000002.json";
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`repaired: recorded claim: ${path}`)]);
    const log = await kymJson(["log", "stick.zarr"], { cwd });
    expect(log.data.at(-1)).toMatchObject({ version: 2, message: "claim versions by hard links" });
    const again = await kymJson(["check", "stick.zarr", "--repair", "--claim"], { cwd });
    expect(again.data).toMatchObject({ version: 2, repaired: [] });
  });

  it("check --repair puts in place what a crash left in staging", async () => {
    const dataset = await openLocalDataset(at());
    await dataset.record("one").saveJson("after", {});
    const log = await Array.fromAsync(dataset.log());
    const staged = at("__staging", log[1]?.txid ?? "", QC);
    await mkdir(dirname(staged), { recursive: true });
    await rename(at(QC), staged);
    const tree = await treeHash(at());
    const found = await kym(["check", "study.zarr"], { cwd });
    expect([found.exitCode, found.stdout]).toEqual([4, expect.stringContaining(`missing: ${QC}: `)]);
    expect(await treeHash(at()), "check writes nothing").toBe(tree);
    const { data } = await kymJson(["check", "study.zarr", "--repair", "--dry-run"], { cwd });
    expect(data.problems).toMatchObject([{ kind: "missing", path: QC, remedy: "repair" }]);
    expect(data.repaired).toBeUndefined();
    expect(await treeHash(at()), "nor does a dry run").toBe(tree);
    const repaired = await kym(["check", "study.zarr", "--repair"], { cwd });
    expect([repaired.exitCode, repaired.stdout]).toEqual([
      0,
      expect.stringContaining(`repaired: put back: ${QC}\n`),
    ]);
    expect(JSON.parse(await readFile(at(QC), "utf8"))).toEqual({ passed: true });
    const clean = await kymJson(["check", "study.zarr", "--repair"], { cwd });
    expect(clean.data).toMatchObject({ problems: [], repaired: [] });
  });

  it("log names the person of each commit, in the table and as JSON", async () => {
    await using dataset = await openLocalDataset(at(), {
      runtime: { ...portableRuntime(), writer: { ...portableRuntime().writer, person: "Ada Lovelace" } },
    });
    await dataset.record("one").saveJson("qc", { passed: false });
    const { stdout } = await kym(["log", "study.zarr"], { cwd });
    expect(stdout).toMatch(/^ +3 {2}\S+Z {2}Ada Lovelace {2}qc of one changed$/m);
    const { data } = await kymJson(["log", "study.zarr"], { cwd });
    expect(data.at(-1).writer).toMatchObject({ person: "Ada Lovelace" });
  });

  it("gc --history removes what was replaced longer ago than an age, with --force or --yes only", async () => {
    const aged = join(cwd, "aged.zarr");
    const runtime = { ...portableRuntime(), nowEpochMs: () => Date.now() - 100 * 86_400_000 };
    const dataset = await openLocalDataset(aged, { runtime });
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("qc", { passed: true });
    await record.saveJson("qc", { passed: false });
    const history = join(aged, "__history");
    const [hash = ""] = await readdir(history);
    await kym(["export", "aged.zarr", "out"], { cwd });
    const exported = await readdir(join(cwd, "out"), { recursive: true });
    expect(exported.filter((name) => name.includes("history") || name.includes(hash))).toEqual([]);
    expect(exported.length).toBeGreaterThan(0);
    const args = ["gc", "aged.zarr", "--history"];
    expect((await kym([...args, "101d"], { cwd })).stdout).toBe("nothing to remove\n");
    const tree = await treeHash(aged);
    const planned = await kym([...args, "90d", "-n"], { cwd });
    const line = `__history/${hash}: what replaced it is older than that (20 bytes)\n`;
    expect([planned.exitCode, planned.stdout]).toEqual([0, `would remove ${line}`]);
    expect(await treeHash(aged), "a dry run changes nothing").toBe(tree);
    expect((await kym([...args, "2399h", "--force"], { cwd })).stdout).toBe(`removed ${line}`);
    expect(await readdir(history)).toEqual([]);
    expect((await kymJson(["check", "aged.zarr"], { cwd })).data).toMatchObject({ problems: [], notes: [] });
    const wrong = await kym([...args, "90"], { cwd });
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("as 90d or 12h")]);
  });

  it("gc says what a killed writer left, and removes it with --force or --yes only", async () => {
    await killAsItStages(at());
    const tree = await treeHash(at());
    for (const args of [["--dry-run"], ["--force", "--dry-run"], ["--yes", "-n"]]) {
      const { exitCode, stdout } = await kym(["gc", "study.zarr", ...args], { cwd });
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(
        /^would remove __staging\/2-[0-9a-f-]{36}: process \d+ on this host is gone \(\d+ files, \d+ bytes\)\n$/,
      );
      expect(await treeHash(at()), args.join(" ")).toBe(tree);
    }
    const noted = await kym(["check", "study.zarr"], { cwd });
    expect([noted.exitCode, noted.stdout]).toEqual([0, expect.stringMatching(/^note: __staging\/2-/m)]);
    const { exitCode, stdout } = await kym(["gc", "study.zarr", "--force"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^removed __staging\/2-/)]);
    expect(await kym(["gc", "study.zarr", "-f"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: "nothing to remove\n",
    });
    const { data } = await kymJson(["log", "study.zarr"], { cwd });
    expect(data.at(-1)).toMatchObject({
      version: 3,
      message: "garbage collection",
      ops: 0,
      abort: [expect.any(String)],
    });
    expect((await kymJson(["check", "study.zarr"], { cwd })).data).toMatchObject({ problems: [], notes: [] });
  });
});

/** A real writer, killed when everything is staged and nothing is committed. */
async function killAsItStages(path: string): Promise<void> {
  const script = `
    import { openLocalDataset } from "@kym/zarr-store/node";
    const onStep = async (step) => { if (step === "staged") process.kill(process.pid, "SIGKILL"); };
    const dataset = await openLocalDataset(process.argv[1], { onStep });
    await dataset.record("one").saveJson("late", { passed: true });
  `;
  const args = ["--conditions=@kym/source", "--input-type=module", "--eval", script, path];
  const env = processEnvironment({});
  const writer = spawn(process.execPath, args, { cwd: import.meta.dirname, env, stdio: "inherit" });
  const [code, signal] = await once(writer, "close");
  expect([code, signal]).toEqual([null, "SIGKILL"]);
}
