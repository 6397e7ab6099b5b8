import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fsPromises from "node:fs/promises";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommitEngine } from "../../src/commit/commit-engine.ts";
import { commitKey } from "../../src/commit/records/control-keys.ts";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  rowsOf,
  type ZarrDataset,
} from "../../src/index.ts";
import { type FileSystem, localStore, openLocalDataset as openFolder } from "../../src/node/index.ts";
import { firstly, webServer } from "../http/web-server.ts";
import { readTree } from "../support/audit-store.ts";
import { collectLog, TestClock, testRuntime } from "../support/test-runtime.ts";

/**
 * What the environment can do to a dataset. The cases on full disks, failing flushes and many writers are the suites of
 * `test/faults` and `test/commit`; stale locks are in `writer-lock.test.ts`; writing to object stores is not built.
 */

const PLANE = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
const SCHEMA = { columns: [{ name: "image_id", type: "utf8", nullable: false }] } as const;

/** Five commits; the last but two is of version 3. */
async function fill(store: KeyValueStore): Promise<void> {
  const dataset = await openDataset(store, { runtime: testRuntime() });
  const record = await dataset.addImage(PLANE, { id: "one" });
  for (let n = 2; n <= 4; n++) {
    await record.saveJson("count", { n });
  }
  await dataset.saveTable("t", [{ image_id: "one" }], { schema: SCHEMA });
}

async function readAll(dataset: ZarrDataset): Promise<unknown> {
  const record = dataset.record("one");
  return {
    ids: await dataset.listImageIds(),
    ordered: await Array.fromAsync(dataset.iterRecords({ orderBy: "created_utc" }), ({ id }) => id),
    pixels: [...(await record.loadArray()).data],
    count: await record.loadJson("count"),
    rows: [...rowsOf(await dataset.loadTable("t"))],
    commits: (await Array.fromAsync(dataset.log())).length,
    problems: (await dataset.check()).problems,
  };
}

const ALL = {
  ids: ["one"],
  ordered: ["one"],
  pixels: [1, 2],
  count: { n: 4 },
  rows: [{ image_id: "one" }],
  commits: 5,
  problems: [],
};

describe("a folder that can only be read", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-read-only-"));
    await fill(localStore(join(folder, "study.zarr")));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Everything that changes something fails so; what reads is the real thing. */
  const readOnlyFileSystem = (errno: string): FileSystem => {
    const refuse = async (): Promise<never> => {
      throw Object.assign(new Error(errno), { code: errno, errno: -1 });
    };
    const open: typeof fsPromises.open = (path, flags, mode) =>
      Number(flags) & 3 ? refuse() : fsPromises.open(path, flags, mode);
    return {
      ...fsPromises,
      open,
      mkdir: refuse,
      rename: refuse,
      link: refuse,
      unlink: refuse,
      rmdir: refuse,
    };
  };

  it.each(["EROFS", "EACCES", "EPERM"])(
    "is read in full, and the first write says why (%s)",
    async (errno) => {
      const store = localStore(join(folder, "study.zarr"), { fileSystem: readOnlyFileSystem(errno) });
      for (const mode of ["r", "a"] as const) {
        await using dataset = await openDataset(store, { mode, runtime: testRuntime() });
        expect(await readAll(dataset)).toEqual(ALL);
      }
      const dataset = await openDataset(store, { runtime: testRuntime() });
      const before = await readTree(store, "");
      for (const write of [
        () => dataset.record("one").saveJson("new", {}),
        () => dataset.addImage(PLANE),
        () => dataset.deleteImage("one"),
        () => dataset.updateManifest(),
        () => dataset.repair(),
        () => dataset.gc({ dryRun: false, olderThanMs: -1 }),
      ]) {
        await write().then(
          (value) => expect(value).toMatchObject({ dryRun: false, removed: [] }),
          (error: unknown) =>
            expect(error).toMatchObject({
              code: "io",
              details: { found: errno },
              message: expect.stringContaining(errno),
            }),
        );
      }
      expect(await readTree(store, "")).toEqual(before);
      expect(await readAll(dataset)).toEqual(ALL);
    },
  );

  it("by a real mount is the same", async (context) => {
    const place = join(folder, "mounted");
    await mkdir(place);
    try {
      execFileSync("mount", ["--bind", folder, place], { stdio: "pipe" });
    } catch (error) {
      context.skip(`a read-only mount cannot be made here: ${String(error)}`);
    }
    try {
      execFileSync("mount", ["-o", "remount,ro,bind", place], { stdio: "pipe" });
      await using dataset = await openFolder(join(place, "study.zarr"));
      expect(await readAll(dataset)).toEqual(ALL);
      await expect(dataset.record("one").saveJson("new", {})).rejects.toMatchObject({
        code: "io",
        details: { found: "EROFS" },
      });
      expect(await readAll(await openFolder(join(place, "study.zarr"), { mode: "r" }))).toEqual(ALL);
    } finally {
      execFileSync("umount", [place]);
    }
  });
});

it("a clock that goes back, to 1970 and before what is written, decides nothing", async () => {
  const clock = new TestClock();
  const store = memoryStore({ nowEpochMs: clock.look });
  const times = [clock.nowEpochMs, 0, 2e12, -1e12, clock.nowEpochMs - 1e9];
  for (const [n, nowEpochMs] of times.entries()) {
    clock.nowEpochMs = nowEpochMs;
    await using dataset = await openDataset(store, { runtime: testRuntime({ clock, pid: n + 1 }) });
    const record = n === 0 ? await dataset.addImage(PLANE, { id: "one" }) : dataset.record("one");
    await record.saveJson("count", { n });
    await dataset.updateManifest();
    expect(await dataset.record("one").loadJson("count")).toEqual({ n });
  }
  const dataset = await openDataset(store, { mode: "r", runtime: testRuntime({ clock }) });
  expect(await dataset.record("one").loadJson("count")).toEqual({ n: 4 });
  const log = await Array.fromAsync(dataset.log());
  expect(log.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(log[2]?.committedUtc).toMatch(/^1970-01-01/);
  expect(log[4]?.committedUtc).toMatch(/^1938-/);
  expect((await dataset.check()).problems).toEqual([]);
});

it("64 file handles are enough to write, read and check 500 chunks", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-handles-"));
  const script = `
    import { openDataset } from "@kym/zarr-store/node";
    const dataset = await openDataset(process.argv[1]);
    const array = { dtype: "uint8", shape: [500, 3], data: new Uint8Array(1500).map((_, i) => i) };
    const record = await dataset.addImage(array, { id: "one", chunks: [1, 3] });
    const reads = await Promise.all(Array.from({ length: 8 }, () => record.loadArray()));
    const isSame = reads.every(({ data }) => data.every((value, i) => value === i % 256));
    console.log(isSame, (await dataset.check()).problems.length, (await dataset.check()).checked.objects);
  `;
  const node = [
    process.execPath,
    "--conditions=@kym/source",
    "--input-type=module",
    "--eval",
    script,
    join(folder, "x.zarr"),
  ];
  const child = spawn("sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", ...node], { cwd: import.meta.dirname });
  const output = await Promise.all([
    Array.fromAsync(child.stdout),
    Array.fromAsync(child.stderr),
    once(child, "close"),
  ]);
  expect([output[0].join(""), output[2][0]], output[1].join("")).toEqual(["true 0 504\n", 0]);
  await rm(folder, { recursive: true });
});

describe.each(["memory", "local"] as const)("a damaged log, on a %s store,", (medium) => {
  let folder: string;
  let store: KeyValueStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-log-"));
    store = medium === "memory" ? memoryStore() : localStore(join(folder, "study.zarr"));
    await fill(store);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const THIRD = commitKey(3);
  const DAMAGE: Readonly<Record<string, (sound: Uint8Array) => Promise<void>>> = {
    "a gap": async () => void (await store.remove(THIRD)),
    "a record of no bytes": () => store.put(THIRD, new Uint8Array()),
    "an unparsable record": () => store.put(THIRD, new TextEncoder().encode("torn {")),
    "a record cut short": (sound) => store.put(THIRD, sound.subarray(0, -20)),
    "a record twice": async () => store.put(THIRD, (await store.get(commitKey(2))) ?? new Uint8Array()),
    "a record with another byte": (sound) => store.put(THIRD, sound.with(sound.indexOf(0x6e), 0x4e)),
  };

  it.each(Object.entries(DAMAGE))(
    "%s: what was committed before is read, nothing is written until it is repaired",
    async (_what, damage) => {
      const sound = (await store.get(THIRD)) ?? new Uint8Array();
      await damage(sound);
      const log = collectLog();
      const options = { runtime: testRuntime({ pid: 9 }), logger: log };
      const before = await readTree(store, "");
      for (const mode of ["r", "a"] as const) {
        const dataset = await openDataset(store, { ...options, mode });
        expect(dataset.version).toBe(2);
        expect([...(await dataset.record("one").loadArray()).data]).toEqual([1, 2]);
        // The file is of a version that cannot be read: never its bytes as those of version 2.
        await expect(dataset.record("one").loadJson("count")).rejects.toMatchObject({
          code: "modified_outside",
        });
        expect(await dataset.listTableNames()).toEqual([]);
      }
      expect(log.warnings).toHaveLength(2);
      expect(log.warnings[0]).toMatch(
        /commit record 3 .*: version 2 is read, and nothing can be written until/,
      );
      const dataset = await openDataset(store, options);
      for (const write of [
        () => dataset.record("one").saveJson("new", {}),
        () => dataset.addImage(PLANE),
        () => dataset.updateManifest(),
        () => dataset.adopt(),
        () => dataset.gc({ dryRun: false, olderThanMs: -1 }),
      ]) {
        await expect(write()).rejects.toMatchObject({ code: "integrity" });
      }
      const { actions, problems } = await dataset.repair();
      expect([actions, problems.map(({ kind, path }) => [kind, path])]).toEqual([
        [],
        expect.arrayContaining([["log", THIRD]]),
      ]);
      const after = await readTree(store, "");
      expect([...after].filter(([path]) => !path.startsWith("__staging"))).toEqual([...before]);
      await store.put(THIRD, sound);
      await dataset.record("one").saveJson("new", { a: 1 });
      expect(await readAll(await openDataset(store, options))).toEqual({ ...ALL, commits: 6 });
    },
  );

  it("behind a checkpoint is not needed to read; a gap keeps writers away all the same", async () => {
    await (await openDataset(store, { runtime: testRuntime() })).updateManifest();
    const sound = (await store.get(THIRD)) ?? new Uint8Array();
    await store.remove(THIRD);
    const log = collectLog();
    const dataset = await openDataset(store, { runtime: testRuntime({ pid: 9 }), logger: log });
    expect([dataset.version, await dataset.record("one").loadJson("count")]).toEqual([5, { n: 4 }]);
    expect(log.warnings).toEqual([expect.stringContaining("the log has a gap: commit record 3 is missing")]);
    await expect(dataset.record("one").saveJson("new", {})).rejects.toMatchObject({ code: "integrity" });
    await store.put(THIRD, sound);
    await dataset.record("one").saveJson("new", {});
    expect(dataset.version).toBe(6);
  });

  it("of a later format is refused, also for reading", async () => {
    const sound = new TextDecoder().decode(await store.get(THIRD));
    await store.put(THIRD, new TextEncoder().encode(sound.replace('"format": 2', '"format": 3')));
    for (const mode of ["r", "a"] as const) {
      const attempt = openDataset(store, { mode, runtime: testRuntime() });
      await expect(attempt).rejects.toMatchObject({
        code: "not_supported",
        details: { expected: [1, 2], found: 3 },
      });
    }
  });

  it("without a record before it that can be read is refused, and never taken for an empty folder", async () => {
    await store.put(commitKey(1), new TextEncoder().encode("{}{"));
    for (const mode of ["r", "a", "w"] as const) {
      const attempt = openDataset(store, { mode, overwrite: true, runtime: testRuntime() });
      await expect(attempt).rejects.toMatchObject({ code: "integrity" });
    }
  });
});

it("a dataset of a later version is refused in every mode", async () => {
  const store = memoryStore();
  const engine = new CommitEngine(store, { runtime: testRuntime(), logger: collectLog() });
  const attributes = { format: "zarr-image-dataset", format_version: 4 };
  const root = new TextEncoder().encode(JSON.stringify({ zarr_format: 3, node_type: "group", attributes }));
  await engine.transact((transaction) => transaction.put(parseStoreKey("zarr.json"), root));
  for (const mode of ["r", "a", "w"] as const) {
    await expect(openDataset(store, { mode, overwrite: true })).rejects.toMatchObject({
      code: "not_supported",
      details: { expected: [2, 3], found: 4 },
    });
  }
});

describe("over HTTP", () => {
  it("a checkpoint and files that a cache kept too long are found out: newer records, then the newer bytes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-stale-"));
    const path = join(folder, "study.zarr");
    await fill(localStore(path));
    await (await openFolder(path)).updateManifest();
    await cp(path, join(folder, "old.zarr"), { recursive: true });
    const writer = await openFolder(path);
    await writer.record("one").saveJson("count", { n: 5 });
    await writer.updateManifest();
    await using web = await webServer(folder);
    const stale = async (name: string): Promise<Buffer> => readFile(join(folder, "old.zarr", name));
    const asked: string[] = [];
    const once = firstly(1, async (request, response) => {
      asked.push(request.url ?? "");
      response.end(await stale("images/one/analysis/count.json"));
    });
    web.answer = async (request, response, serve) => {
      if (request.url?.endsWith("/__commits/checkpoint")) {
        response.end(await stale("__commits/checkpoint"));
        return;
      }
      return request.url?.endsWith("count.json") ? once(request, response, serve) : serve();
    };
    const dataset = await openFolder(`${web.origin}/study.zarr`, { mode: "r" });
    expect([dataset.version, await dataset.record("one").loadJson("count")]).toEqual([6, { n: 5 }]);
    expect(asked).toHaveLength(1);
    await rm(folder, { recursive: true });
  });
});
