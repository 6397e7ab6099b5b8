import { describe, expect, it } from "vitest";
import { parseStoreKey, type ZarrDataset } from "../../../src/index.ts";
import { readTree } from "../../support/audit-store.ts";
import { inMaintained, problemsOf } from "./maintained-dataset.ts";

const QC = "images/one/analysis/qc.json";
const METADATA = "images/one/analysis/metadata.json";

async function summaryOf(dataset: ZarrDataset): Promise<unknown> {
  return (await dataset.record("one").attributes())["summary"];
}

describe.each(["memory", "local"] as const)("on a %s store", (medium) => {
  it("adopt takes in what changed and what is new, by copies, as one commit", async () => {
    await inMaintained(medium, async ({ dataset, put, store, open }) => {
      const table = await store.get(parseStoreKey("tables/pooled.parquet"));
      const csv = await store.get(parseStoreKey("images/one/analysis/events.csv.gz"));
      await put(QC, '{"passed": NaN}');
      await put("images/one/analysis/deep/new.json", "[]");
      await put("images/one/analysis/more.csv.gz", csv ?? "");
      await put("images/one/attachments/more.txt", "more");
      await put("tables/more.parquet", table ?? "");
      const { adopted, refused, missing, version } = await dataset.adopt();
      expect(adopted).toEqual([
        { path: "images/one/analysis/deep/new.json", change: "new" },
        { path: "images/one/analysis/more.csv.gz", change: "new" },
        { path: QC, change: "changed" },
        { path: "images/one/attachments/more.txt", change: "new" },
        { path: "tables/more.parquet", change: "new" },
      ]);
      expect([refused, missing, version]).toEqual([[], [], 9]);
      const other = await open(2);
      expect((await other.check()).problems).toEqual([]);
      expect(await other.record("one").loadJson("qc")).toEqual({ passed: Number.NaN });
      expect(await other.listTableNames()).toEqual(["more", "pooled"]);
      expect(await other.adopt()).toMatchObject({ version: 9, adopted: [] });
    });
  });

  it("adopt takes in only what is named, and a missing file only so", async () => {
    await inMaintained(medium, async ({ dataset, put, remove }) => {
      await put("images/one/analysis/new.json", "{}");
      await put("images/one/attachments/more.txt", "more");
      await remove(QC);
      const folder = await dataset.adopt({ paths: ["images/one/analysis/"] });
      expect(folder.adopted).toEqual([{ path: "images/one/analysis/new.json", change: "new" }]);
      expect(folder.missing).toEqual([QC]);
      const named = await dataset.adopt({ paths: [QC], message: "qc is gone" });
      expect(named.adopted).toEqual([{ path: QC, change: "deleted" }]);
      expect(await dataset.record("one").listAnalysisKeys()).not.toContain(QC);
      expect(problemsOf(await dataset.check())).toEqual(["unknown images/one/attachments/more.txt → adopt"]);
      expect(await dataset.adopt({ paths: [METADATA] })).toMatchObject({ adopted: [], refused: [] });
      await expect(dataset.adopt({ paths: ["images/one/none.json"] })).rejects.toMatchObject({
        code: "not_found",
      });
    });
  });

  it("adopt never takes in damage, and says why", async () => {
    await inMaintained(medium, async ({ dataset, put, remove }) => {
      await put("images/one/data/c/0/0", "pixels");
      await put("images/one/analysis_arrays/mask/data/c/0", "mask");
      await put(QC, "{");
      await put("tables/pooled.parquet", "no parquet");
      await put("images/two/analysis/qc.json", "{}");
      await put("images/one/surprise.txt", "?");
      await remove("images/one/data/zarr.json");
      const paths = ["images/one/data/c/0/0", QC, "images/one/data/zarr.json"];
      for (const report of [await dataset.adopt({ paths }), await dataset.adopt()]) {
        expect([report.version, report.adopted]).toEqual([8, []]);
        expect(report.refused.map(({ path }) => path)).toEqual(
          expect.arrayContaining(["images/one/data/c/0/0", QC]),
        );
        expect(report.missing).toEqual(["images/one/data/zarr.json"]);
      }
      const { refused } = await dataset.adopt();
      expect(refused).toHaveLength(6);
      expect(refused.find(({ path }) => path.includes("two"))?.reason).toMatch(/no image two/);
    });
  });
});

describe("adoption", () => {
  it("adopt renews the summary when metadata are adopted, and refuses metadata that make none", async () => {
    await inMaintained("memory", async ({ dataset, put, open }) => {
      await put(METADATA, '{"a": 12345}');
      await dataset.adopt();
      expect(await summaryOf(dataset)).toEqual({ length: 12 });
      await put(METADATA, '{"b": 1}');
      const strict = await open(2, {
        summarize: () => {
          throw new Error("no time in it");
        },
      });
      const { refused } = await strict.adopt();
      expect(refused).toEqual([{ path: METADATA, reason: expect.stringContaining("no time in it") }]);
    });
  });

  it("adopt touches nothing in a dry run", async () => {
    await inMaintained("memory", async ({ dataset, put, store }) => {
      await put(QC, "{}");
      const before = await readTree(store, "");
      expect(await dataset.adopt({ dryRun: true })).toMatchObject({
        dryRun: true,
        version: 8,
        adopted: [{ path: QC, change: "changed" }],
      });
      expect(await readTree(store, "")).toEqual(before);
    });
  });

  it("adopt fails, and overwrites nothing, if the file changes once more before the commit", async () => {
    await inMaintained("memory", async ({ put, open, text }) => {
      const dataset = await open(2, {
        onStep: (step) => (step === "staged" ? put(QC, '{"again": true}') : undefined),
      });
      await put(QC, '{"once": true}');
      await expect(dataset.adopt()).rejects.toMatchObject({ code: "modified_outside" });
      expect(await text(QC)).toBe('{"once": true}'.replace("once", "again"));
    });
  });

  it("adopt loses to another writer who commits the path meanwhile", async () => {
    await inMaintained("memory", async ({ remove, open, put }) => {
      let runs = 0;
      const writer = await open(2, { lock: { disabled: true } });
      const dataset = await open(3, {
        lock: { disabled: true },
        onStep: async (step) => {
          if (step === "checked" && runs++ === 0) {
            await writer.record("one").saveJson("qc", { theirs: true });
          }
        },
      });
      await remove(QC);
      expect(await dataset.adopt({ paths: [QC] })).toMatchObject({ adopted: [], missing: [] });
      expect(runs).toBe(1);
      expect(await dataset.record("one").loadJson("qc")).toEqual({ theirs: true });
      await put(QC, '{"ours": true}');
      await expect(writer.record("one").saveJson("qc", { theirs: 2 })).rejects.toMatchObject({
        code: "modified_outside",
      });
      expect((await dataset.adopt()).adopted).toEqual([{ path: QC, change: "changed" }]);
    });
  });
});
