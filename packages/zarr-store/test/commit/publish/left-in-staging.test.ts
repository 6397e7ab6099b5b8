import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ZarrStoreError } from "../../../src/errors.ts";
import { checkDataset, memoryStore, openDataset } from "../../../src/index.ts";
import { localStore, openLocalDataset } from "../../../src/node/index.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { key, type SimulatedWriters, withSimulatedWriters } from "../../support/simulated-writers.ts";
import { testRuntime } from "../../support/test-runtime.ts";

const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) } as const;

async function stagingOf(world: SimulatedWriters): Promise<readonly string[]> {
  return (await world.store.list(key("__staging"))).map(({ name }) => name);
}

describe("what a writer left that died before it had said its name", () => {
  it.each([
    ["no file", undefined],
    ["an empty one", ""],
    ["half of it", '{"host": "lab'],
  ])("goes with the next session after a minute, but not sooner: %s", async (_, owner) => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/a": "1" });
      for (const name of ["1-abc", "checkpoint-abc"]) {
        await world.store.makeDirectory(key(`__staging/${name}`));
        await (owner !== undefined && world.put(`__staging/${name}/__owner.json`, owner));
      }
      await (await world.writer()).commit({ "tables/a": "2" });
      expect(await stagingOf(world)).toEqual(["1-abc", "checkpoint-abc"]);
      world.clock.nowEpochMs += 60_000;
      expect((await (await world.writer()).engine.planGc()).proposed).toMatchObject([
        { reason: "its writer died before it had said its name" },
        {},
      ]);
      const next = await world.writer();
      await next.commit({ "tables/a": "3" });
      expect(await stagingOf(world)).toEqual([]);
      expect(next.engine.log.head.isAborted("1-abc")).toBe(true);
    });
  });

  it("stays for a day if anything else is there", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/a": "1" });
      await world.put("__staging/1-abc/__object-tables%2Fb", "staged");
      world.clock.nowEpochMs += 3_600_000;
      await (await world.writer()).commit({ "tables/a": "2" });
      expect(await stagingOf(world)).toEqual(["1-abc"]);
    });
  });

  it("and a lock that was taken over go too", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/a": "1" });
      await world.put("__staging/stale-lock-1/owner-x.0", "somebody");
      await (await world.writer()).commit({ "tables/a": "2" });
      expect(await stagingOf(world)).toEqual([]);
    });
  });
});

describe("a symbolic link in staging", () => {
  let folder = "";
  let dataset = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-links-"));
    dataset = join(folder, "d.zarr");
    await using made = await openLocalDataset(dataset);
    await made.addImage(IMAGE, { id: "a" });
    await mkdir(join(folder, "victim/__staging"), { recursive: true });
    await writeFile(join(folder, "victim/zarr.json"), "not ours");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    "1-abc",
    "evil",
    "aside-1",
    "obstacle-1",
    "obstacle-held-1%2Ftables%2Fx",
    "probe-1",
    "stale-lock-1",
    "clock-1",
  ])(
    "stops no writer, no repair and no collection, is noted, and nothing behind it is touched: %s",
    async (name) => {
      const link = join(dataset, "__staging", name);
      await symlink(join(folder, "victim"), link);
      await using opened = await openLocalDataset(dataset);
      await opened.record("a").saveJson("qc", { v: 1 });
      await opened.repair();
      await opened.gc({ dryRun: false, olderThanMs: 0 });
      const { problems, notes } = await checkDataset(localStore(dataset), { runtime: testRuntime() });
      expect(problems).toEqual([]);
      expect(notes).toMatchObject([{ kind: "foreign", path: `__staging/${name}` }]);
      expect(await readdir(link)).toEqual(["__staging", "zarr.json"]);
      expect(await readFile(join(link, "zarr.json"), "utf8")).toBe("not ours");
    },
  );

  it("in place of the lock is named, because nobody can write", async () => {
    await symlink(join(folder, "victim"), join(dataset, "__staging/lock"));
    await using opened = await openLocalDataset(dataset);
    await expect(opened.record("a").saveJson("qc", { v: 1 })).rejects.toMatchObject({
      code: "io",
      message: "__staging/lock is a symbolic link or a special file, so nobody can write: remove it",
    });
  });
});

describe("a commit whose files could not be moved into place", () => {
  it("says what helps, and a session that changes nothing finishes it", async () => {
    const store = memoryStore();
    let isFull = false;
    const full = interceptStore(store, async ({ method, keys }, run) => {
      if (isFull && method === "move" && keys[1]?.startsWith("images/")) {
        throw new ZarrStoreError("io", "cannot move: ENOSPC", { found: "ENOSPC" });
      }
      return run();
    });
    const warnings: string[] = [];
    const note = (message: string): void => void warnings.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
    const writer = await openDataset(full, { logger });
    await writer.addImage(IMAGE, { id: "a" });
    isFull = true;
    await writer.record("a").saveJson("qc", { v: 1 });
    expect(warnings).toEqual([
      "commit 2 is stored, but not all of its files are in place yet: cannot move: ENOSPC; the next commit or a repair moves them, and so does the same command again",
    ]);
    await writer.close();
    const path = key("images/a/analysis/qc.json");
    expect(await store.get(path)).toBeUndefined();
    isFull = false;
    await (await openDataset(store, { mode: "r" })).close();
    await store.makeDirectory(key("__staging/lock"));
    // Another writer is at work: it finishes the commit itself.
    await (await openDataset(store)).close();
    expect(await store.get(path)).toBeUndefined();
    await store.remove(key("__staging/lock"));
    await using again = await openDataset(store);
    expect(await again.record("a").loadJson("qc")).toEqual({ v: 1 });
    await again.close();
    expect(await store.get(path)).toBeDefined();
    expect(await store.list(key("__staging"))).toEqual([]);
  });
});
