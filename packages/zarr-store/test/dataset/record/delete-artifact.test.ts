import { describe, expect, it } from "vitest";
import { openDataset, parseStoreKey, readOnlyStore, type ZarrDataset } from "../../../src/index.ts";
import { inMaintained } from "../maintain/maintained-dataset.ts";

type ImageRecord = ReturnType<ZarrDataset["record"]>;

const ARRAY = { dtype: "uint8", shape: [2], data: new Uint8Array([1, 2]) } as const;

/** Each verb, a name that the image has, and the keys that go with it. */
const VERBS = [
  { verb: "json.delete", view: "json", name: "qc", keys: ["analysis/qc.json"] },
  {
    verb: "tables.delete",
    view: "tables",
    name: "events",
    keys: ["analysis/events.csv.gz", "analysis/events.parquet"],
  },
  {
    verb: "arrays.delete",
    view: "arrays",
    name: "mask",
    keys: [
      "analysis_arrays/mask/data/c/0",
      "analysis_arrays/mask/data/zarr.json",
      "analysis_arrays/mask/zarr.json",
      "analysis_arrays/zarr.json",
    ],
  },
  { verb: "attachments.delete", view: "attachments", name: "notes.txt", keys: ["attachments/notes.txt"] },
] as const;

async function keysOf(record: ImageRecord): Promise<readonly string[]> {
  return [...(await record.objectHashes()).keys()];
}

describe("deleting one artifact of an image", () => {
  describe.each(VERBS)("by $verb", ({ view, name, keys }) => {
    it.each(["memory", "local"] as const)(
      "takes its files, all of them and no others, in one commit, and says that it was there, on a %s store",
      async (medium) => {
        await inMaintained(medium, async ({ dataset, open, store }) => {
          const record = dataset.record("one");
          const before = await keysOf(record);
          expect(before).toEqual(expect.arrayContaining([...keys]));
          const { version } = dataset;
          expect(await record[view].delete(name)).toBe(true);
          expect(dataset.version).toBe(version + 1);
          const left = before.filter((key) => !keys.some((gone) => gone === key));
          expect(await keysOf(record)).toEqual(left);
          expect(await keysOf((await open(2)).record("one"))).toEqual(left);
          for (const key of keys) {
            expect(await store.get(parseStoreKey(`images/one/${key}`)), key).toBeUndefined();
          }
          expect((await dataset.check()).problems).toEqual([]);
        });
      },
    );

    it("says false and makes no commit where there is none", async () => {
      await inMaintained("memory", async ({ dataset }) => {
        const { version } = dataset;
        expect(await dataset.record("one")[view].delete("none")).toBe(false);
        expect(dataset.version).toBe(version);
      });
    });

    it("refuses a name that none can have, and an image that is not there", async () => {
      await inMaintained("memory", async ({ dataset }) => {
        await expect(dataset.record("one")[view].delete("../x")).rejects.toMatchObject({
          code: "invalid_name",
        });
        await expect(dataset.record("two")[view].delete(name)).rejects.toMatchObject({ code: "not_found" });
      });
    });

    it("is refused before a byte is written where the dataset is only read", async () => {
      await inMaintained("memory", async ({ open, store }) => {
        const reader = await open(2, { mode: "r" });
        await expect(reader.record("one")[view].delete(name)).rejects.toMatchObject({ code: "read_only" });
        const closed = await openDataset(readOnlyStore(store), { mode: "r" });
        await expect(closed.record("one")[view].delete(name)).rejects.toMatchObject({ code: "read_only" });
      });
    });

    it("belongs to the transaction that it is made in, and goes with it", async () => {
      await inMaintained("memory", async ({ dataset }) => {
        const before = await keysOf(dataset.record("one"));
        const failing = dataset.transaction(async (transaction) => {
          const record = transaction.record("one");
          expect(await record[view].delete(name)).toBe(true);
          expect(await record[view].delete(name)).toBe(false);
          throw new Error("changed my mind");
        });
        await expect(failing).rejects.toThrow("changed my mind");
        expect(await keysOf(dataset.record("one"))).toEqual(before);
      });
    });

    it("refuses to take a file that another program changed", async () => {
      await inMaintained("memory", async ({ dataset, put, text }) => {
        await put(`images/one/${keys[0]}`, "somebody's own");
        await expect(dataset.record("one")[view].delete(name)).rejects.toMatchObject({
          code: "modified_outside",
        });
        expect(await text(`images/one/${keys[0]}`)).toBe("somebody's own");
      });
    });
  });

  it("takes a table in one format only where that is asked for", async () => {
    await inMaintained("memory", async ({ dataset }) => {
      const record = dataset.record("one");
      expect(await record.tables.delete("events", { format: "csv.gz" })).toBe(true);
      expect(await record.tables.list({ format: "parquet" })).toEqual(["events"]);
      expect(await record.tables.list({ format: "csv.gz" })).toEqual([]);
      expect(await record.tables.delete("events", { format: "csv.gz" })).toBe(false);
    });
  });

  it("takes the gzipped JSON of the Python system with the plain one, so that neither comes back", async () => {
    await inMaintained("memory", async ({ dataset, put }) => {
      const record = dataset.record("one");
      const gzip = new Blob(["{}"]).stream().pipeThrough(new CompressionStream("gzip"));
      await put("images/one/analysis/qc.json.gz", new Uint8Array(await new Response(gzip).arrayBuffer()));
      expect((await dataset.adopt()).adopted).toHaveLength(1);
      expect(await record.json.delete("qc")).toBe(true);
      await expect(record.loadJson("qc")).rejects.toMatchObject({ code: "not_found" });
      expect(await record.json.delete("qc")).toBe(false);
    });
  });

  it("takes what was made of the metadata out of the summary, and leaves what a caller gave", async () => {
    await inMaintained("memory", async ({ dataset, open }) => {
      await dataset.transaction(async (transaction) => {
        const record = await transaction.addImage(
          { ...ARRAY, shape: [1, 2] },
          { id: "two", summary: { own: 1 } },
        );
        await record.saveJson("metadata", { b: 2 });
      });
      const record = dataset.record("two");
      expect(await record.attributes()).toMatchObject({ summary: { own: 1, length: 12 } });
      expect(await record.json.delete("metadata")).toBe(true);
      for (const reader of [record, (await open(2)).record("two")]) {
        expect((await reader.attributes())["summary"]).toEqual({ own: 1 });
      }
      await record.saveJson("metadata", {});
      await record.deleteAnalysis({ suffixes: [".gz"] });
      expect((await record.attributes())["summary"]).toEqual({ own: 1, length: 2 });
      await record.deleteAnalysis();
      expect((await record.attributes())["summary"]).toEqual({ own: 1 });
    });
  });

  it("takes an array without those whose names continue its name, and the other way round", async () => {
    await inMaintained("memory", async ({ dataset }) => {
      const record = dataset.record("one");
      for (const name of ["a", "a/b", "a/c/d"]) {
        await record.saveArrayArtifact(name, ARRAY);
      }
      expect(await record.arrays.delete("a/c")).toBe(false);
      expect(await record.arrays.delete("a")).toBe(true);
      expect(await record.listArrayArtifacts()).toEqual(["a/b", "a/c/d", "mask"]);
      expect(await record.arrays.delete("a/c/d")).toBe(true);
      const nodes = (await keysOf(record)).filter((key) => key.startsWith("analysis_arrays/a"));
      expect(nodes).toEqual([
        "analysis_arrays/a/b/data/c/0",
        "analysis_arrays/a/b/data/zarr.json",
        "analysis_arrays/a/b/zarr.json",
        "analysis_arrays/a/zarr.json",
      ]);
      expect([...(await record.loadArrayArtifact("a/b")).data]).toEqual([1, 2]);
      expect((await dataset.check()).problems).toEqual([]);
    });
  });

  it("leaves no array without its groups, whichever of a deletion and a save of a neighbour comes first", async () => {
    await inMaintained("memory", async ({ dataset, open }) => {
      const other = await open(2);
      await dataset.record("one").saveArrayArtifact("a/b", ARRAY);
      // Each transaction sees the group `a`; the one that commits last must see what became of it, and runs again.
      let runs = 0;
      await other.transaction(async (transaction) => {
        await transaction.record("one").saveArrayArtifact("a/c", ARRAY);
        if (runs++ === 0) {
          expect(await dataset.record("one").arrays.delete("a/b")).toBe(true);
        }
      });
      expect(runs).toBe(2);
      expect(await keysOf(dataset.record("one"))).toContain("analysis_arrays/a/zarr.json");
      runs = 0;
      await other.transaction(async (transaction) => {
        expect(await transaction.record("one").arrays.delete("a/c")).toBe(true);
        if (runs++ === 0) {
          await dataset.record("one").saveArrayArtifact("a/d", ARRAY);
        }
      });
      expect(runs).toBe(2);
      const left = await keysOf((await open(3)).record("one"));
      expect(left.filter((key) => key.startsWith("analysis_arrays/a/"))).toEqual([
        "analysis_arrays/a/d/data/c/0",
        "analysis_arrays/a/d/data/zarr.json",
        "analysis_arrays/a/d/zarr.json",
        "analysis_arrays/a/zarr.json",
      ]);
    });
  });
});
