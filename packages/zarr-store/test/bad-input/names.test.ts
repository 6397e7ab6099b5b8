import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  isZarrStoreError,
  memoryStore,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "../../src/index.ts";
import { localStore, openLocalDataset as openFolder } from "../../src/node/index.ts";
import { countingStore } from "../../src/testing/index.ts";

/** Hostile names and paths: one list per kind, one case per name. */

const TRAVERSAL = [
  "../x",
  "a/../../b",
  "/abs",
  "C:\\x",
  "\\\\srv\\s",
  "..%2f",
  "%2e%2e",
  "a\0b",
  "a\u0001b",
  "a\nb",
];
const CHARACTERS = [
  ...[...'?#%\\:*"<>|'].flatMap((character) => [`a${character}`, `${character}a`, `a${character}b`]),
  " a",
  "a ",
  "a.",
  "a".repeat(256),
];
const DEVICES = [
  ...["CON", "prn", "Aux", "NUL", "CONIN$", "CONOUT$", "COM¹", "LPT²"],
  ...Array.from({ length: 10 }, (_, n) => [`COM${n}`, `lpt${n}`]).flat(),
].flatMap((name) => [name, `${name}.txt`, `${name}.tar.x`]);
/** `c` is a name like any other: chunks lie below `data` only, where no name can be. */
const RESERVED = ["", "zarr.json", "ZARR.json", "__x", "__commits", ".", "..", "..."];
const NOT_ASCII = ["é", "e\u0301", "ﬁ", "图像", "\ud800"];
const NAMES = [...TRAVERSAL, ...CHARACTERS, ...DEVICES, ...RESERVED, ...NOT_ASCII];

const PLANE = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
const SCHEMA = { columns: [{ name: "image_id", type: "utf8", nullable: false }] } as const;

type Call = (dataset: ZarrDataset, name: string) => Promise<unknown>;

/** Every way for a name into a dataset. */
const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  "an image id": {
    record: async (dataset, id) => dataset.record(id),
    addImage: (dataset, id) => dataset.addImage(PLANE, { id }),
    deleteImage: (dataset, id) => dataset.deleteImage(id),
    validateImage: (dataset, id) => dataset.validateImage(id),
  },
  "an artifact name": {
    saveJson: (dataset, name) => dataset.record("one").saveJson(name, {}),
    loadJson: (dataset, name) => dataset.record("one").loadJson(name),
    loadJsonText: (dataset, name) => dataset.record("one").loadJsonText(name),
    saveParquet: (dataset, name) => dataset.record("one").saveParquet(name, [], { schema: SCHEMA }),
    loadParquet: (dataset, name) => dataset.record("one").loadParquet(name),
    saveCsvGz: (dataset, name) => dataset.record("one").saveCsvGz(name, [], { schema: SCHEMA }),
    loadCsvGz: (dataset, name) => dataset.record("one").loadCsvGz(name),
    saveArrayArtifact: (dataset, name) => dataset.record("one").saveArrayArtifact(name, PLANE),
    loadArrayArtifact: (dataset, name) => dataset.record("one").loadArrayArtifact(name),
    openArrayArtifact: (dataset, name) => dataset.record("one").arrays.open(name),
  },
  "an attachment name": {
    saveAttachment: (dataset, name) => dataset.record("one").saveAttachment(name, new Uint8Array()),
    loadAttachment: (dataset, name) => dataset.record("one").loadAttachment(name),
    deleteAttachment: (dataset, name) => dataset.record("one").attachments.delete(name),
  },
  "a table name": {
    saveTable: (dataset, name) => dataset.saveTable(name, [], { schema: SCHEMA }),
    loadTable: (dataset, name) => dataset.loadTable(name),
    deleteTable: (dataset, name) => dataset.deleteTable(name),
    replaceRowsForImageId: (dataset, name) =>
      dataset.replaceRowsForImageId(name, "one", [], { schema: SCHEMA }),
  },
};

async function outcomeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "accepted";
  } catch (error) {
    return isZarrStoreError(error) ? error.code : `not ours: ${String(error)}`;
  }
}

describe.each(Object.entries(CALLS))("%s", (_what, calls) => {
  it.each(Object.entries(calls))(
    "that is bad is invalid_name for %s, before any I/O",
    async (_name, call) => {
      const store = memoryStore();
      await (await openDataset(store)).addImage(PLANE, { id: "one" });
      const counting = countingStore(store);
      const dataset = await openDataset(counting.store);
      counting.take();
      const outcomes: Record<string, string> = {};
      for (const name of NAMES) {
        outcomes[JSON.stringify(name)] = await outcomeOf(() => call(dataset, name));
      }
      expect(outcomes).toEqual(
        Object.fromEntries(NAMES.map((name) => [JSON.stringify(name), "invalid_name"])),
      );
      expect(counting.take().calls).toBe(0);
    },
  );
});

it("a bad segment anywhere in an artifact's name is invalid_name", async () => {
  const record = (await openDataset(memoryStore())).record("one");
  for (const name of [
    ...NAMES.filter((name) => !name.includes("/")),
    "data",
    "a.json",
    "b.parquet",
    "c.csv.gz",
  ]) {
    for (const nested of [`${name}/x`, `x/${name}/y`]) {
      expect([nested, await outcomeOf(() => record.saveJson(nested, {}))]).toEqual([nested, "invalid_name"]);
    }
  }
  for (const name of ["x/", "/x", "x//y", `${"a/".repeat(300)}b`]) {
    expect([name, await outcomeOf(() => record.saveJson(name, {}))]).toEqual([name, "invalid_name"]);
  }
});

it("the longest names that are allowed make keys of at most 1024 bytes, and can be written and read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-long-"));
  const dataset = await openFolder(join(folder, "long.zarr"));
  const record = await dataset.addImage(PLANE, { id: "i".repeat(128) });
  const name = Array.from({ length: 4 }, (_, level) => String(level).repeat(level === 0 ? 125 : 128)).join(
    "/",
  );
  expect(name).toHaveLength(512);
  await record.saveJson(name, { a: 1 });
  await record.saveArrayArtifact(name, PLANE);
  await record.saveAttachment("a".repeat(255), new Uint8Array([1]));
  expect(await record.loadJson(name)).toEqual({ a: 1 });
  expect((await record.loadArrayArtifact(name)).data).toEqual(PLANE.data);
  expect((await dataset.check()).problems).toEqual([]);
  await rm(folder, { recursive: true });
});

it("ids and names that differ in case only are refused, the second one, and never merged", async () => {
  const dataset = await openDataset(memoryStore());
  const record = await dataset.addImage(PLANE, { id: "Img1" });
  await expect(dataset.addImage(PLANE, { id: "img1" })).rejects.toMatchObject({ code: "already_exists" });
  await record.saveJson("Fit", { a: 1 });
  await expect(record.saveJson("fit", { a: 2 })).rejects.toMatchObject({ code: "already_exists" });
  expect([await dataset.listImageIds(), await record.loadJson("Fit")]).toEqual([["Img1"], { a: 1 }]);
});

describe("paths that lead out of a folder", () => {
  const inFolder = async (run: (folder: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), "kym-links-"));
    try {
      await mkdir(join(folder, "outside", "analysis"), { recursive: true });
      await writeFile(join(folder, "outside", "analysis", "qc.json"), '{"secret": true}');
      await run(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it("a link in place of an image's folder is neither read through nor written through", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "study.zarr");
      const dataset = await openFolder(path);
      const record = await dataset.addImage(PLANE, { id: "one" });
      await record.saveJson("qc", { secret: false });
      await rm(join(path, "images/one"), { recursive: true });
      await symlink(join(folder, "outside"), join(path, "images/one"));
      // A session that was there before the link is as wary as one that comes after it.
      const other = (await openFolder(path, { mode: "r" })).record("one");
      for (const reader of [record, other]) {
        expect(await outcomeOf(() => reader.loadJson("qc"))).toBe("invalid_name");
      }
      expect(await outcomeOf(() => record.saveJson("qc", { secret: 1 }))).toBe("invalid_name");
      const { problems } = await dataset.check();
      expect(problems.map(({ kind, path: at }) => [kind, at])).toEqual([
        ["unknown", "images/one"],
        ["damaged", "images/one/analysis/qc.json"],
        ["missing", "images/one/data/c/0/0"],
        ["missing", "images/one/data/zarr.json"],
        ["damaged", "images/one/zarr.json"],
      ]);
      expect((await dataset.adopt()).adopted).toEqual([]);
      expect((await dataset.adopt()).adopted).toEqual([]);
      expect(await readdir(join(folder, "outside"), { recursive: true })).toEqual([
        "analysis",
        "analysis/qc.json",
      ]);
      expect(await readFile(join(folder, "outside/analysis/qc.json"), "utf8")).toBe('{"secret": true}');
    });
  });

  it("a dataset that is itself reached by a link is one like any other", async () => {
    await inFolder(async (folder) => {
      await (await openFolder(join(folder, "real.zarr"))).addImage(PLANE, { id: "one" });
      await symlink(join(folder, "real.zarr"), join(folder, "link.zarr"));
      const dataset = await openFolder(join(folder, "link.zarr"));
      await dataset.record("one").saveJson("qc", {});
      expect((await dataset.check()).problems).toEqual([]);
    });
  });

  it("a path below a file, or of a directory, is not there; writing to it is a typed error", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "file"), "x");
      const store = localStore(folder);
      expect(await store.get(parseStoreKey("file/below"))).toBeUndefined();
      expect(await store.get(parseStoreKey("outside"))).toBeUndefined();
      expect(await outcomeOf(() => store.put(parseStoreKey("file/below"), new Uint8Array()))).toBe("io");
      expect(await outcomeOf(() => store.put(parseStoreKey("outside"), new Uint8Array()))).toBe("io");
      expect(await outcomeOf(() => openFolder(join(folder, "file")))).toBe("already_exists");
      expect(await outcomeOf(() => openFolder(join(folder, "file"), { mode: "r" }))).toBe("not_found");
      expect(await outcomeOf(() => openFolder(join(folder, "file", "below"), { mode: "r" }))).toBe(
        "not_found",
      );
    });
  });
});
