import { beforeEach, expect, it } from "vitest";
import { memoryStore, openDataset } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { joinKey } from "../../../src/store/store-key.ts";
import { testRuntime } from "../../support/test-runtime.ts";

const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) } as const;
const PARAMS = "images/a/analysis/params.json";
const TABLE = "tables/kym_radon.parquet";
const RECORD = /^\d{20}\.json$/;

let store: KeyValueStore;
beforeEach(async () => {
  store = memoryStore();
  await using dataset = await openDataset(store);
  const record = await dataset.addImage(IMAGE, { id: "a" });
  await record.saveJson("params", { window: 16 });
  await dataset.saveTable("kym_radon", [{ image_id: "a" }], {
    schema: { columns: [{ name: "image_id", type: "utf8" }] },
  });
});

async function copyTo(from: string, to: string, source: KeyValueStore = store): Promise<void> {
  const bytes = await source.get(joinKey(from));
  await store.put(joinKey(to), bytes ?? new Uint8Array());
}

async function report(): Promise<{ problems: string[]; notes: string[]; adopted: number }> {
  await using dataset = await openDataset(store);
  const { problems, notes } = await dataset.check();
  const { adopted } = await dataset.adopt({ dryRun: true });
  const line = ({ kind, path }: { kind: string; path: string }): string => `${kind} ${path}`;
  return { problems: problems.map(line), notes: notes.map(line), adopted: adopted.length };
}

it.each([
  "params (Anna's conflicted copy 2026-11-30).json",
  "params.sync-conflict-20261130-101500-ABCDEFG.json",
  "params-LAPTOP.json",
  "params (1).json",
  "params 2.json",
])("a copy %j with the bytes of a commit is a note, and one with others is a problem", async (name) => {
  const path = `images/a/analysis/${name}`;
  await copyTo(PARAMS, path);
  expect(await report()).toEqual({ problems: [], notes: [`copy ${path}`], adopted: 0 });
  await store.put(joinKey(path), new TextEncoder().encode('{"window": 32}'));
  expect(await report()).toEqual({ problems: [`conflicted ${path}`], notes: [], adopted: 0 });
  expect(await store.get(joinKey(path))).toBeDefined();
});

it.each(["kym_radon-LAPTOP.parquet", "kym_radon (1).parquet", "kym_radon (conflicted copy).parquet"])(
  "a copy of a table, %j, is not taken for a new table",
  async (name) => {
    await copyTo(TABLE, `tables/${name}`);
    expect(await report()).toEqual({ problems: [], notes: [`copy tables/${name}`], adopted: 0 });
    await using dataset = await openDataset(store);
    expect(await dataset.listTableNames()).toEqual(["kym_radon"]);
  },
);

it("a file with a name of its own beside a file is no copy", async () => {
  await copyTo(PARAMS, "images/a/analysis/params-v2.json");
  expect(await report()).toMatchObject({
    problems: ["unknown images/a/analysis/params-v2.json"],
    adopted: 1,
  });
});

it("a folder that a sync client doubled is judged file by file", async () => {
  await copyTo(PARAMS, "images/a (1)/analysis/params.json");
  await store.put(joinKey("images/a (1)/data/c/0/0"), new Uint8Array([9]));
  expect(await report()).toEqual({
    problems: ["conflicted images/a (1)/data/c/0/0"],
    notes: ["copy images/a (1)/analysis/params.json"],
    adopted: 0,
  });
});

/** Two computers go on from the same dataset; a sync client brings the files of the second one. */
async function diverge(nameOf: (record: string) => string): Promise<void> {
  const other = memoryStore();
  for (const key of await keysOf(store, "")) {
    await other.put(joinKey(key), (await store.get(joinKey(key))) ?? new Uint8Array());
  }
  const writer = { host: "rig-2", pid: 7, started: "boot/1", person: "anna" };
  const runtime = { ...testRuntime({ pid: 7 }), writer };
  await using mine = await openDataset(store);
  await mine.record("a").saveJson("qc", { by: "me" });
  await using theirs = await openDataset(other, { runtime });
  await theirs.record("a").saveJson("qc", { by: "anna" });
  await theirs.record("a").saveJson("notes", { by: "anna" });
  await theirs.record("a").saveJson("params", { window: 16, by: "anna" });
  for (const key of await keysOf(other, "__commits/")) {
    const name = key.slice("__commits/".length);
    const isOther = Buffer.compare(
      (await other.get(joinKey(key))) ?? Buffer.of(),
      (await store.get(joinKey(key))) ?? Buffer.of(),
    );
    if (RECORD.test(name) && isOther !== 0) {
      await copyTo(key, `__commits/${nameOf(name.slice(0, -5))}`, other);
    }
  }
  await copyTo("images/a/analysis/notes.json", "images/a/analysis/notes.json", other);
  await copyTo("images/a/analysis/qc.json", "images/a/analysis/qc (1).json", other);
}

async function keysOf(from: KeyValueStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const { name, kind } of await from.list(folder === "" ? "" : joinKey(folder))) {
      const key = folder === "" ? name : `${folder}/${name}`;
      await (kind === "directory" ? walk(key) : keys.push(key));
    }
  };
  await walk("");
  return keys.filter((key) => key.startsWith(prefix));
}

it.each<[string, (record: string) => string]>([
  ["Google Drive", (record) => `${record} (1).json`],
  ["Dropbox", (record) => `${record} (Anna's conflicted copy 2026-11-30).json`],
  ["Syncthing", (record) => `${record}.sync-conflict-20261130-101500-ABCDEFG.json`],
  ["OneDrive", (record) => `${record}-rig-2.json`],
])(
  "second records that %s kept are one problem, with both histories and what only they have",
  async (_who, nameOf) => {
    await diverge(nameOf);
    await using dataset = await openDataset(store);
    const { problems, version } = await dataset.check();
    const second = problems.filter(({ path }) => path.startsWith("__commits/"));
    const first = nameOf("00000000000000000004");
    expect(version).toBe(4);
    expect(second).toMatchObject([{ kind: "conflicted", path: `__commits/${first}`, remedy: "move" }]);
    expect(second[0]?.histories?.here).toEqual([expect.stringMatching(/^version 4 by .+: save qc of a$/)]);
    expect(second[0]?.histories?.there.map((line) => line.replace(/ at .+Z/, ""))).toEqual([
      "version 4 by anna on rig-2: save qc of a",
      "version 5 by anna on rig-2: save notes of a",
      "version 6 by anna on rig-2: save params of a",
    ]);
    expect(second[0]?.histories?.onlyThere).toEqual([
      "images/a/analysis/qc.json: its bytes are at images/a/analysis/qc (1).json",
      "images/a/analysis/notes.json: its bytes are at images/a/analysis/notes.json",
      "images/a/analysis/params.json: its bytes are not in this folder",
    ]);
    await dataset.record("a").saveJson("qc", { by: "me again" });
    await dataset.gc({ dryRun: false, olderThanMs: 0 });
    expect(await store.get(joinKey("__commits", first))).toBeDefined();
  },
);

it("a copy of the record that the log has is a note, and so is one of what is derived", async () => {
  await copyTo("__commits/00000000000000000002.json", "__commits/00000000000000000002 (1).json");
  await store.put(joinKey("__commits/latest (1).json"), new Uint8Array([123]));
  await store.put(joinKey("__staging/1234 (1)/x"), new Uint8Array([1]));
  expect(await report()).toEqual({
    problems: [],
    notes: [
      "copy __commits/00000000000000000002 (1).json",
      "copy __commits/latest (1).json",
      "copy __staging/1234 (1)",
    ],
    adopted: 0,
  });
  await using dataset = await openDataset(store);
  expect(await dataset.gc({ dryRun: false, olderThanMs: 0 })).toMatchObject({ proposed: [], removed: [] });
});
