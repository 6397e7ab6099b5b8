import { cp, lstat, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeSeen } from "../../../src/commit/seen/seen-codec.ts";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type StoreStat,
  type ZarrDataset,
  ZarrStoreError,
} from "../../../src/index.ts";
import { localStore, nodeRuntime } from "../../../src/node/index.ts";
import { interceptStore, type StoreCall } from "../../../src/testing/intercepted-store.ts";
import { sha256 } from "../../support/test-runtime.ts";

const QC = "images/one/analysis/qc.json";
const NOTE = "images/one/attachments/note.txt";
/** What a look reads. The zarr.json of the root is left out, because every transaction reads it. */
const FILES = ["images/one/zarr.json", "images/one/data/zarr.json", "images/zarr.json", QC, NOTE];
const SECOND = 1_000_000_000n;

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kym-seen-"));
  const dataset = await openDataset(localStore(root), { runtime: nodeRuntime() });
  const record = await dataset.addImage(
    { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) },
    { id: "one" },
  );
  await record.saveJson("qc", { passed: true });
  await record.saveAttachment("note.txt", new TextEncoder().encode("seen before"));
  await dataset.close();
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Session {
  readonly dataset: ZarrDataset;
  /** The committed files that were read since the last call, sorted. */
  readonly reads: () => readonly string[];
}

/** How a file system shows its files. */
type Shown = (stat: StoreStat, key: string) => StoreStat;

/** A clock that is 10 s ahead: to it, all files have been left alone for long. */
const ahead: Shown = (stat, key) =>
  key.includes("/clock-") ? { ...stat, mtimeNs: (stat.mtimeNs ?? 0n) + 10n * SECOND } : stat;

async function open(
  show: Shown = ahead,
  refuse: (call: StoreCall) => boolean = () => false,
): Promise<Session> {
  const read = new Set<string>();
  const local = localStore(root);
  const counted = interceptStore(local, async (call, run) => {
    const [key = ""] = call.keys;
    if (refuse(call)) {
      throw new ZarrStoreError("io", `cannot write ${key}: EROFS`, { path: key, found: "EROFS" });
    }
    if (call.method === "get" && FILES.includes(key)) {
      read.add(key);
    }
    return run();
  });
  const shown: KeyValueStore = {
    ...counted,
    stat: async (key) => {
      const stat = await counted.stat(key);
      return stat && show(stat, key);
    },
  };
  const dataset = await openDataset(shown, { runtime: nodeRuntime() });
  const reads = (): readonly string[] => {
    const found = [...read].sort();
    read.clear();
    return found;
  };
  reads();
  return { dataset, reads };
}

const all = [...FILES].sort();
const seenFolder = (): string => join(root, "__seen");
async function seenNames(): Promise<readonly string[]> {
  return readdir(seenFolder()).catch(() => []);
}

describe("looking for what other programs wrote", () => {
  it("reads every file at the first look, and none at the next, also in a new session", async () => {
    const { dataset, reads } = await open();
    expect((await dataset.adopt()).adopted).toEqual([]);
    expect(reads()).toEqual(all);
    expect(await seenNames()).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.json\.gz$/)]);
    expect((await dataset.adopt()).adopted).toEqual([]);
    expect(reads()).toEqual([]);
    const later = await open();
    expect((await later.dataset.adopt({ dryRun: true })).adopted).toEqual([]);
    expect(later.reads()).toEqual([]);
  });

  it("finds a file that was rewritten in place with its size and its mtime, by its ctime", async () => {
    const { dataset } = await open();
    await dataset.adopt();
    const key = parseStoreKey(NOTE);
    const store = localStore(root);
    // Set with the precision that can be set, before and after, so that the mtimes are equal to the last digit.
    await utimes(join(root, NOTE), 1_700_000_000, 1_700_000_000);
    await dataset.adopt();
    const before = await store.stat(key);
    await writeFile(join(root, NOTE), "new content");
    await utimes(join(root, NOTE), 1_700_000_000, 1_700_000_000);
    const after = await store.stat(key);
    expect({ ...after, ctimeNs: 0n }).toEqual({ ...before, ctimeNs: 0n });
    expect((await dataset.adopt()).adopted).toEqual([{ path: NOTE, change: "changed" }]);
  });

  it("finds a file that was replaced by one with the same size and mtime", async () => {
    const { dataset } = await open();
    await dataset.adopt();
    const other = join(root, "other");
    await writeFile(other, "new content");
    const { atime, mtime } = await lstat(join(root, NOTE));
    await utimes(join(root, NOTE), atime, mtime);
    await dataset.adopt();
    await utimes(other, atime, mtime);
    await rename(other, join(root, NOTE));
    expect((await dataset.adopt()).adopted).toEqual([{ path: NOTE, change: "changed" }]);
  });

  it("reads a file again that was written within 2 s before the look: a second write in the same tick leaves no trace", async () => {
    const { dataset, reads } = await open((stat) => stat);
    await dataset.adopt();
    expect(reads()).toEqual(all);
    await dataset.adopt();
    expect(reads()).toEqual(all);
    const tick = await lstat(join(root, NOTE), { bigint: true });
    await writeFile(join(root, NOTE), "new content");
    // As if the clock had not moved on since the look.
    const frozen = await open((stat, key) =>
      key === NOTE ? { ...stat, mtimeNs: tick.mtimeNs, ctimeNs: tick.ctimeNs } : stat,
    );
    expect((await frozen.dataset.adopt()).adopted).toEqual([{ path: NOTE, change: "changed" }]);
  });

  it("reads a copied dataset anew, although size, mtime and what was seen are copied as well", async () => {
    await (await open()).dataset.adopt();
    const original = root;
    root = `${original}-copy`;
    try {
      await cp(original, root, { recursive: true, preserveTimestamps: true });
      const { dataset, reads } = await open();
      await dataset.adopt();
      expect(reads()).toEqual(all);
    } finally {
      await rm(root, { recursive: true });
      root = original;
    }
  });

  it.each<readonly [string, Shown]>([
    ["whole seconds", (stat) => rounded(stat, SECOND)],
    ["steps of 100 ns", (stat) => rounded(stat, 100n)],
    ["no nanoseconds", ({ mtimeNs, ctimeNs, ...stat }) => stat],
  ])("remembers nothing where times have %s", async (_, show) => {
    const { dataset, reads } = await open((stat, key) => show(ahead(stat, key), key));
    await dataset.adopt();
    await dataset.adopt();
    expect(reads()).toEqual(all);
    expect(await seenNames()).toEqual([]);
  });

  it("remembers nothing in memory, where times say nothing of the bytes", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    await dataset.addImage({ dtype: "uint8", shape: [1, 1], data: Uint8Array.of(1) }, { id: "one" });
    await dataset.adopt();
    expect((await store.list("")).map(({ name }) => name)).not.toContain("__seen");
  });

  it("works without what was seen, be it damaged, of another place, lost, or not to be written", async () => {
    const { dataset, reads } = await open();
    await dataset.adopt();
    await writeFile(join(root, NOTE), "new content");
    const file = join(seenFolder(), (await seenNames())[0] ?? "");
    const bytes = await readFile(file);
    for (const lost of [bytes.subarray(0, 40), bytes.with(60, (bytes[60] ?? 0) ^ 1), Buffer.from("{}")]) {
      await writeFile(file, lost);
      reads();
      expect((await dataset.adopt({ dryRun: true })).adopted).toEqual([{ path: NOTE, change: "changed" }]);
      expect(reads()).toEqual(all);
    }
    await rm(seenFolder(), { recursive: true });
    await dataset.adopt({ paths: [QC] });
    const sealed = await open(
      ahead,
      ({ method, keys }) => method === "put" && /__seen|clock-/.test(keys[0] ?? ""),
    );
    await rm(seenFolder(), { recursive: true });
    expect((await sealed.dataset.adopt({ paths: [NOTE] })).adopted).toHaveLength(1);
    expect(await seenNames()).toEqual([]);
  });

  it("writes nothing on a dry run", async () => {
    const { dataset } = await open();
    const before = await readdir(root, { recursive: true });
    await dataset.adopt({ dryRun: true });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it("forgets files that are gone, and keeps what sixteen places have seen", async () => {
    const { dataset } = await open();
    await dataset.adopt();
    const own = (await seenNames())[0] ?? "";
    for (let place = 0; place < 20; place++) {
      const name = join(seenFolder(), `${String(place).padStart(32, "0")}.json.gz`);
      await writeFile(name, await encodeSeen("elsewhere", new Map()));
      await utimes(name, 1_700_000_000 + place, 1_700_000_000 + place);
    }
    const big = (await lstat(join(seenFolder(), own))).size;
    await dataset.deleteImage("one");
    await dataset.adopt();
    const names = await seenNames();
    expect(names).toHaveLength(16);
    expect(names).toContain(own);
    expect(names).not.toContain(`${"0".repeat(32)}.json.gz`);
    expect((await lstat(join(seenFolder(), own))).size).toBeLessThan(big);
  });
});

it("what was seen never decides what a commit overwrites, nor what a check finds", async () => {
  const { dataset } = await open();
  await dataset.adopt();
  const place = ((await seenNames())[0] ?? "").slice(0, 32);
  const committed = sha256(await readFile(join(root, NOTE)));
  await writeFile(join(root, NOTE), "new content");
  const stat = await localStore(root).stat(parseStoreKey(NOTE));
  // A forgery: the edited file is said to have been looked at, and to hold the committed bytes.
  const lie = {
    sizeBytes: stat?.sizeBytes ?? 0,
    mtimeNs: stat?.mtimeNs ?? 0n,
    ctimeNs: stat?.ctimeNs ?? 0n,
    lookedNs: (stat?.ctimeNs ?? 0n) + 10n * SECOND,
    sha256: committed,
  };
  const forged = await encodeSeen(place, new Map([[parseStoreKey(NOTE), lie]]));
  await writeFile(join(seenFolder(), `${place}.json.gz`), forged);
  expect((await dataset.adopt({ dryRun: true })).adopted).toEqual([]);
  expect((await dataset.check()).problems).toMatchObject([{ path: NOTE, kind: "modified_outside" }]);
  const record = dataset.record("one");
  await expect(record.saveAttachment("note.txt", new TextEncoder().encode("mine"))).rejects.toMatchObject({
    code: "modified_outside",
  });
  expect(await readFile(join(root, NOTE), "utf8")).toBe("new content");
});

it("a local store says times in nanoseconds, as the operating system has them", async () => {
  const stat = await localStore(root).stat(parseStoreKey(NOTE));
  const real = await lstat(join(root, NOTE), { bigint: true });
  expect(stat).toMatchObject({ kind: "file", sizeBytes: 11, mtimeNs: real.mtimeNs, ctimeNs: real.ctimeNs });
  expect([undefined, real.ino]).toContain(stat?.inode);
});

function rounded(stat: StoreStat, step: bigint): StoreStat {
  const round = (time: bigint | undefined): bigint | undefined => time && time - (time % step);
  return { ...stat, mtimeNs: round(stat.mtimeNs), ctimeNs: round(stat.ctimeNs) };
}
