import { describe, expect, it } from "vitest";
import { parseStoreKey, type ZarrDataset } from "../../../src/index.ts";
import { auditStore, readTree } from "../../support/audit-store.ts";
import { inMaintained, type Maintained, notesOf } from "./maintained-dataset.ts";

/** A writer that stops when everything is staged, until it is let go. */
async function stopWhenStaged(
  { open }: Maintained,
  pid: number,
): Promise<{ readonly work: Promise<string>; readonly go: () => void; readonly dataset: ZarrDataset }> {
  const gate = Promise.withResolvers<void>();
  const staged = Promise.withResolvers<void>();
  const dataset = await open(pid, {
    onStep: async (step) => {
      if (step === "staged") {
        staged.resolve();
        await gate.promise;
      }
    },
  });
  const work = dataset.record("one").saveJson("late", { pid });
  await staged.promise;
  return { work, go: gate.resolve, dataset };
}

describe.each(["memory", "local"] as const)("on a %s store", (medium) => {
  it("gc only says what would go, until it is told otherwise", async () => {
    await inMaintained(medium, async (at) => {
      await stopWhenStaged(at, 7);
      at.kill(7);
      const before = await readTree(at.store, "");
      const plan = await at.dataset.gc();
      expect(plan).toMatchObject({
        dryRun: true,
        version: 8,
        removed: [],
        kept: [],
        proposed: [
          { path: "__staging/8-7-1", txid: "8-7-1", files: 2, reason: "process 7 on this host is gone" },
        ],
      });
      expect(await readTree(at.store, "")).toEqual(before);
      const done = await at.dataset.gc({ dryRun: false });
      expect(done).toMatchObject({ dryRun: false, version: 9, removed: ["__staging/8-7-1"] });
      const audit = await auditStore(at.store);
      expect(audit.problems).toEqual([]);
      expect(audit.records.at(-1)).toMatchObject({
        ops: [],
        abort: ["8-7-1"],
        message: "garbage collection",
      });
      expect(await at.dataset.gc({ dryRun: false })).toMatchObject({ version: 9, proposed: [] });
      expect((await at.dataset.check()).problems).toEqual([]);
    });
  });
});

describe("garbage", () => {
  it("gc leaves a writer alone that may be alive, for a day by the store's clock", async () => {
    await inMaintained("memory", async (at) => {
      const writer = await stopWhenStaged(at, 7);
      expect(await at.dataset.gc({ dryRun: false })).toMatchObject({
        proposed: [],
        kept: [{ path: "__staging/8-7-1", reason: "process 7 of here may still commit it" }],
      });
      at.clock.nowEpochMs += 25 * 3_600_000;
      expect((await at.dataset.gc()).proposed).toMatchObject([{ reason: "unchanged for 25 h" }]);
      writer.go();
      await writer.work;
    });
  });

  it("gc fences a writer off that was alive after all: it runs again", async () => {
    await inMaintained("memory", async (at) => {
      const writer = await stopWhenStaged(at, 7);
      expect(await at.dataset.gc({ dryRun: false, olderThanMs: -1 })).toMatchObject({
        version: 9,
        removed: ["__staging/8-7-1"],
      });
      writer.go();
      await writer.work;
      expect(await writer.dataset.record("one").loadJson("late")).toEqual({ pid: 7 });
      expect(writer.dataset.version).toBe(10);
      expect((await auditStore(at.store)).problems).toEqual([]);
    });
  });

  it("gc keeps obstacles, an unpublished head, and what the log names", async () => {
    await inMaintained("memory", async (at) => {
      const { store, put, dataset } = at;
      await put("__staging/obstacle-1/tables/t.parquet/part-0", "somebody's own");
      const [record] = await Array.fromAsync(dataset.log());
      const bytes = await store.get(parseStoreKey("images/one/zarr.json"));
      await store.put(
        parseStoreKey(`__staging/${record?.txid}/images/one/zarr.json`),
        bytes ?? new Uint8Array(),
      );
      at.clock.nowEpochMs += 48 * 3_600_000;
      const { kept, proposed } = await dataset.gc({ dryRun: false });
      expect(proposed.map(({ path }) => path)).toEqual([]);
      expect(kept.map(({ path }) => path).sort()).toEqual([
        `__staging/${record?.txid}`,
        "__staging/obstacle-1",
      ]);
      expect(notesOf(await dataset.check())).toContain("obstacle __staging/obstacle-1");
    });
  });

  it("gc takes staging without an owner by its age", async () => {
    await inMaintained("memory", async ({ put, dataset, clock }) => {
      await put("__staging/checkpoint-x/checkpoint.json.gz", "half");
      expect((await dataset.gc()).proposed).toEqual([]);
      clock.nowEpochMs += 25 * 3_600_000;
      expect((await dataset.gc({ dryRun: false })).removed).toEqual(["__staging/checkpoint-x"]);
    });
  });

  it("gc needs a dataset that may be written", async () => {
    await inMaintained("memory", async ({ open }) => {
      const dataset = await open(2, { mode: "r" });
      await expect(dataset.gc()).rejects.toMatchObject({ code: "read_only" });
      await expect(dataset.repair()).rejects.toMatchObject({ code: "read_only" });
      await expect(dataset.adopt()).rejects.toMatchObject({ code: "read_only" });
    });
  });
});
