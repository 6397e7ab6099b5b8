import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portableRuntime } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { KYM, processEnvironment } from "../support/kym-process.ts";
import { treeHash } from "../support/tree-hash.ts";

const ARGS = ["gc", "study.zarr", "--history", "90d"];

describe("gc asks before it removes", () => {
  let cwd = "";
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-gc-"));
    const runtime = { ...portableRuntime(), nowEpochMs: () => Date.now() - 100 * 86_400_000 };
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { runtime });
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("qc", { passed: true });
    await record.saveJson("qc", { passed: false });
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const history = (): Promise<readonly string[]> => readdir(join(cwd, "study.zarr/__history"));

  it.each(["y\n", "Yes\r\n"])(
    "on a terminal it lists what would go, asks, and removes it after %j",
    async (stdin) => {
      const { exitCode, stdout, stderr } = await kym(ARGS, { cwd, columns: 80, stdin, stdinIsTty: true });
      expect(stderr).toMatch(/^would remove __history\/.+\nRemove it for good\? \[y\/N\] $/);
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^removed __history\/.+\n$/)]);
      expect(await history()).toEqual([]);
    },
  );

  it.each(["n\n", "\n", "yess\n", "", "no y\n"])(
    "on a terminal it removes nothing after %j",
    async (stdin) => {
      const tree = await treeHash(cwd);
      const { exitCode, stdout } = await kym(ARGS, { cwd, columns: 80, stdin, stdinIsTty: true });
      expect([exitCode, stdout, await treeHash(cwd)]).toEqual([0, "nothing was removed\n", tree]);
    },
  );

  it("without a terminal it does not ask, removes nothing, prints the line to type and ends with 5", async () => {
    const tree = await treeHash(cwd);
    for (const columns of [{}, { columns: 80 }]) {
      const { exitCode, stdout, stderr } = await kym(ARGS, { cwd, stdin: "y\n", ...columns });
      expect([exitCode, stdout]).toEqual([5, expect.stringMatching(/^would remove __history\/.+\n$/)]);
      expect(stderr).toContain("this removes it: kym gc study.zarr --history 90d --yes\n");
      expect(stderr).not.toContain("[y/N]");
    }
    const json = await kym([...ARGS, "--json"], { cwd, columns: 80, stdin: "y\n", stdinIsTty: true });
    expect([json.exitCode, json.stderr, await treeHash(cwd)]).toEqual([5, "", tree]);
    expect(JSON.parse(json.stdout)).toMatchObject({ data: { dryRun: true, removed: [] } });
  });

  it("a script whose stdin stays open does not wait for an answer", { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, [...KYM, ...ARGS], {
      cwd,
      env: processEnvironment({ cwd }),
      stdio: "pipe",
    });
    child.stdout.resume();
    child.stderr.resume();
    expect(await once(child, "close")).toEqual([5, null]);
  });

  it.each([["--yes"], ["-y"], ["--force"], ["-f"]])("%s removes without a question", async (flag) => {
    const { data } = await kymJson([...ARGS, flag], { cwd });
    expect([data.dryRun, data.removed.length, await history()]).toEqual([false, 1, []]);
  });

  it("no variable says yes for a session", async () => {
    const { exitCode } = await kym(ARGS, { cwd, env: { KYM_YES: "1", KYM_FORCE: "1" } });
    expect([exitCode, (await history()).length]).toEqual([5, 1]);
  });
});
