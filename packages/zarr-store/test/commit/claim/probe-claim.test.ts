import { describe, expect, it } from "vitest";
import { probeClaims, whyUnsafe } from "../../../src/commit/claim/probe-claim.ts";
import { commitKey } from "../../../src/commit/records/control-keys.ts";
import { ZarrStoreError } from "../../../src/errors.ts";
import { openDataset, type ZarrDataset } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { auditStore, readTree } from "../../support/audit-store.ts";
import { collectLog, testRuntime } from "../../support/test-runtime.ts";
import { makeVersion2 } from "../../support/version-2-dataset.ts";
import { withoutLinks } from "../../support/without-hard-links.ts";

const PLANE = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
const COMMAND = "`kym check --repair --claim`";

/** A place whose file system has this name. */
function named(store: KeyValueStore, name: string): KeyValueStore {
  return {
    ...interceptStore(store, (_call, run) => run()),
    putNew: (key, from, options) => store.putNew(key, from, options),
    fileSystemName: () => Promise.resolve(name),
  };
}

/** Folders that replace each other, as a rename over the branches of a mergerfs does. */
function withReplacedFolders(store: KeyValueStore): KeyValueStore {
  return {
    ...interceptStore(store, (_call, run) => run()),
    putNew: (key, from, options) => store.putNew(key, from, options),
    move: async (from, to) => {
      if ((await store.stat(to))?.kind === "directory") {
        for (const path of [...(await readTree(store, to)).keys()]) {
          await store.remove(path as typeof to);
        }
      }
      return store.move(from, to);
    },
  };
}

let pids = 0;
function open(store: KeyValueStore, logger = collectLog()): Promise<ZarrDataset> {
  return openDataset(store, { runtime: testRuntime({ pid: ++pids }), logger });
}

async function kindOfRecord(store: KeyValueStore, version: number): Promise<string | undefined> {
  return (await store.stat(commitKey(version)))?.kind;
}

describe("where versions are claimed", () => {
  it("by links, both ways work, and a probe leaves nothing", async () => {
    const store = memoryStore();
    expect(await probeClaims(store, testRuntime())).toEqual({
      fileSystem: undefined,
      method: "link",
      faults: {},
    });
    expect([...(await readTree(store, "")).keys()]).toEqual([]);
    expect(await store.list("__staging" as never)).toEqual([]);
  });

  it("by folders, there are no hard links", async () => {
    expect(await probeClaims(withoutLinks(memoryStore()), testRuntime())).toEqual({
      fileSystem: undefined,
      method: "folder",
      faults: { link: "there are no hard links" },
    });
  });

  it("on mergerfs, only links are safe; on an rclone mount, nothing is", async () => {
    expect(await probeClaims(named(memoryStore(), "fuse.mergerfs"), testRuntime())).toMatchObject({
      method: "link",
      faults: { folder: expect.stringContaining("mergerfs") },
    });
    expect(await probeClaims(named(memoryStore(), "fuse.rclone"), testRuntime())).toMatchObject({
      fileSystem: "fuse.rclone",
      method: undefined,
    });
    expect([
      whyUnsafe("fuse.sshfs", "folder"),
      whyUnsafe("ext4", "link"),
      whyUnsafe(undefined, "folder"),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it("nowhere, if a folder replaces another and there are no links", async () => {
    const { method, faults } = await probeClaims(
      withReplacedFolders(withoutLinks(memoryStore())),
      testRuntime(),
    );
    expect([method, Object.keys(faults)]).toEqual([undefined, ["link", "folder"]]);
  });

  it("is tried again if another writer removes the probe", async () => {
    const store = memoryStore();
    let removals = 2;
    const disturbed = interceptStore(store, async ({ method, keys }, run) => {
      const result = await run();
      if (method === "putNew" && removals-- > 0) {
        await store.remove(keys[1] as never);
        await store.remove(keys[0] as never);
      }
      return result;
    });
    expect((await probeClaims(disturbed, testRuntime())).method).toBe("link");
  });

  it("cannot be told by a full disk: its error is reported", async () => {
    const full = interceptStore(memoryStore(), ({ method }, run) =>
      method === "putNew" ? Promise.reject(new ZarrStoreError("io", "full", { found: "ENOSPC" })) : run(),
    );
    await expect(probeClaims(full, testRuntime())).rejects.toMatchObject({ details: { found: "ENOSPC" } });
  });
});

describe("a dataset that came to another place", () => {
  async function make(store: KeyValueStore): Promise<void> {
    await (await open(store)).addImage(PLANE, { id: "one" });
  }

  it("claims by links: without hard links it is read, and every commit is refused by name", async () => {
    const store = memoryStore();
    await make(store);
    const before = [...(await readTree(store, ""))];
    const moved = await open(withoutLinks(store));
    expect([...(await moved.record("one").loadArray()).data]).toEqual([1, 2]);
    for (const write of [() => moved.record("one").saveJson("qc", {}), () => moved.addImage(PLANE)]) {
      const error = await write().then(
        () => undefined,
        (thrown: unknown) => thrown as ZarrStoreError,
      );
      expect(error).toMatchObject({
        code: "not_supported",
        details: { found: "link", expected: "folder" },
      });
      expect(error?.message).toContain("there are no hard links");
      expect(error?.message).toContain(COMMAND);
    }
    expect([...(await readTree(store, ""))]).toEqual(before);
  });

  it("claims by links: repair with `claim` records folders, and writing goes on", async () => {
    const store = memoryStore();
    await make(store);
    const stick = withoutLinks(store);
    const moved = await open(stick);
    const { actions, problems } = await moved.repair({ claim: true });
    expect([actions, problems]).toEqual([[{ kind: "recorded_claim", path: commitKey(2) }], []]);
    await moved.record("one").saveJson("qc", { n: 1 });
    expect([await kindOfRecord(store, 2), await kindOfRecord(store, 3)]).toEqual(["file", "directory"]);
    const reader = await open(stick);
    expect([reader.version, await reader.record("one").loadJson("qc")]).toEqual([3, { n: 1 }]);
    const { records, problems: faults } = await auditStore(store);
    expect([records.map(({ claim }) => claim), faults]).toEqual([["link", "folder", undefined], []]);
    expect(records[1]).toMatchObject({ ops: [], message: "claim versions by renamed folders" });
  });

  it("claims by folders: it goes on by folders where there are links, until repair with `claim` records links", async () => {
    const store = memoryStore();
    await make(withoutLinks(store));
    const moved = await open(store);
    await moved.record("one").saveJson("qc", { n: 1 });
    expect(await kindOfRecord(store, 2)).toBe("directory");
    expect((await moved.repair()).actions).toEqual([]);
    expect((await moved.repair({ claim: true })).actions).toEqual([
      { kind: "recorded_claim", path: commitKey(3) },
    ]);
    expect((await moved.repair({ claim: true })).actions).toEqual([]);
    await moved.record("one").saveJson("qc", { n: 2 });
    expect([await kindOfRecord(store, 3), await kindOfRecord(store, 4)]).toEqual(["file", "file"]);
    const reader = await open(store);
    expect([reader.version, await reader.record("one").loadJson("qc")]).toEqual([4, { n: 2 }]);
    expect((await auditStore(store)).problems).toEqual([]);
  });

  it("is read to its end in one go, though a record in the middle changed how versions are claimed", async () => {
    const store = memoryStore();
    const dataset = await open(store);
    await dataset.addImage(PLANE, { id: "one" });
    const stick = await open(withoutLinks(store));
    await stick.repair({ claim: true });
    for (let n = 0; n < 30; n++) {
      await stick.record("one").saveJson("qc", { n });
    }
    expect((await open(store)).version).toBe(32);
  });

  it("claims by folders on mergerfs: writing is refused, and links are recorded instead", async () => {
    const store = memoryStore();
    await make(withoutLinks(store));
    const pool = named(store, "fuse.mergerfs");
    const error = await (await open(pool))
      .record("one")
      .saveJson("qc", {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "not_supported", message: expect.stringContaining(COMMAND) });
    const moved = await open(pool);
    await moved.repair({ claim: true });
    await moved.record("one").saveJson("qc", {});
    expect(await kindOfRecord(store, 3)).toBe("file");
  });

  it("is refused on an rclone mount, a new one and a repair as well, and nothing is written", async () => {
    const store = memoryStore();
    await make(store);
    const before = [...(await readTree(store, ""))];
    const mount = named(store, "fuse.rclone");
    const refusal = { code: "not_supported", message: expect.stringContaining("rclone") };
    await expect((await open(mount)).record("one").saveJson("qc", {})).rejects.toMatchObject(refusal);
    await expect((await open(mount)).repair()).rejects.toMatchObject(refusal);
    await expect((await open(mount)).repair({ claim: true })).rejects.toMatchObject(refusal);
    expect([...(await readTree(store, ""))]).toEqual(before);
    const empty = memoryStore();
    await expect((await open(named(empty, "fuse.rclone"))).addImage(PLANE)).rejects.toMatchObject(refusal);
    expect([...(await readTree(empty, ""))]).toEqual([]);
  });
});

describe("a dataset of version 2", () => {
  it("is probed by its upgrade, which is a file", async () => {
    const store = memoryStore();
    await makeVersion2(store);
    const dataset = await open(withoutLinks(store));
    await dataset.addImage(PLANE, { id: "one" });
    const { records, problems } = await auditStore(store);
    expect(problems).toEqual([]);
    expect(records.map(({ format, claim }) => [format, claim])).toEqual([
      [1, undefined],
      [2, "folder"],
      [2, undefined],
    ]);
    expect([await kindOfRecord(store, 2), await kindOfRecord(store, 3)]).toEqual(["file", "directory"]);
  });

  it("is upgraded by a gc that removes something, and by no other", async () => {
    const store = memoryStore();
    await makeVersion2(store);
    const dataset = await open(store);
    expect((await dataset.gc({ dryRun: false })).version).toBe(1);
    await store.put("__staging/0-left/tables/a" as never, new Uint8Array(3));
    expect(await dataset.gc({ olderThanMs: -1 })).toMatchObject({ dryRun: true, version: 1 });
    const report = await dataset.gc({ dryRun: false, olderThanMs: -1 });
    expect(report).toMatchObject({ version: 3, removed: ["__staging/0-left"] });
    const { records, problems } = await auditStore(store);
    expect(problems).toEqual([]);
    expect(records.map(({ format, claim, abort }) => [format, claim, abort])).toEqual([
      [1, undefined, []],
      [2, "link", []],
      [2, undefined, ["0-left"]],
    ]);
  });

  it("has nothing to record before it is upgraded", async () => {
    const store = memoryStore();
    await makeVersion2(store);
    const dataset = await open(withoutLinks(store));
    expect((await dataset.repair({ claim: true })).actions).toEqual([]);
    expect(dataset.version).toBe(1);
  });
});
