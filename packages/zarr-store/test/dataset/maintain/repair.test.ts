import { describe, expect, it } from "vitest";
import { parseStoreKey } from "../../../src/index.ts";
import { forgeCheckpoint } from "../../support/forge-checkpoint.ts";
import { inMaintained, notesOf, problemsOf } from "./maintained-dataset.ts";
import { repairAfterCrashes } from "./repair-after-crashes.ts";

const QC = parseStoreKey("images/one/analysis/qc.json");

describe.each(["memory", "local"] as const)("on a %s store", (medium) => {
  it("repair does nothing to a sound dataset", async () => {
    await inMaintained(medium, async ({ dataset }) => {
      expect(await dataset.repair()).toEqual({ actions: [], problems: [], notes: [] });
      expect(dataset.version).toBe(8);
    });
  });

  it("repair deletes a deleted file again that a power cut brought back", async () => {
    await inMaintained(medium, async ({ dataset, store, put }) => {
      const path = parseStoreKey("tables/pooled.parquet");
      const bytes = await store.get(path);
      await dataset.deleteTable("pooled");
      await put(path, bytes ?? "");
      const { actions, problems } = await dataset.repair();
      expect([actions, problems]).toEqual([[{ kind: "deleted_again", path }], []]);
      expect(await store.stat(path)).toBeUndefined();
    });
  });

  it("repair puts back from staging what a power cut took from its place", async () => {
    await inMaintained(medium, async ({ dataset, store, open }) => {
      const wanted = await store.get(QC);
      const log = [];
      for await (const record of dataset.log()) {
        log.push(record);
      }
      const txid = log.find(({ ops }) => ops.some((op) => op.path === QC))?.txid ?? "";
      await store.put(parseStoreKey(`__staging/${txid}/${QC}`), wanted ?? new Uint8Array());
      await store.remove(QC);
      expect(problemsOf(await dataset.check())).toEqual([`missing ${QC} → repair`]);
      const { actions, problems, notes } = await (await open(2)).repair();
      expect([actions, problems]).toEqual([[{ kind: "put_back", path: QC }], []]);
      expect(notesOf({ notes })).toEqual([`staging __staging/${txid}`]);
      expect(await store.get(QC)).toEqual(wanted);
    });
  });

  it("repair puts back from staging what a power cut left in an older version", async () => {
    await inMaintained(medium, async ({ dataset, store, open, put }) => {
      const older = await store.get(QC);
      await dataset.record("one").saveJson("qc", { passed: "newer" });
      const newer = await store.get(QC);
      const [last] = (await Array.fromAsync(dataset.log())).slice(-1);
      await dataset.record("one").saveJson("after", {});
      await put(`__staging/${last?.txid}/${QC}`, newer ?? "");
      await put(QC, older ?? "");
      expect(problemsOf(await dataset.check())).toEqual([`missing ${QC} → repair`]);
      expect(await dataset.record("one").loadJson("qc"), "from staging").toEqual({ passed: "newer" });
      const { actions, problems } = await (await open(2)).repair();
      expect([actions, problems]).toEqual([[{ kind: "put_back", path: QC }], []]);
      expect(await store.get(QC)).toEqual(newer);
    });
  });

  it("repair leaves alone what another program wrote over an older version", async () => {
    await inMaintained(medium, async ({ dataset, open, put, text }) => {
      const [last] = (await Array.fromAsync(dataset.log())).filter(({ ops }) =>
        ops.some(({ path }) => path === QC),
      );
      await put(`__staging/${last?.txid}/${QC}`, (await text(QC)) ?? "");
      await put(QC, "{}");
      expect((await (await open(2)).repair()).actions).toEqual([]);
      expect(await text(QC)).toBe("{}");
    });
  });

  it("repair removes a checkpoint that is damaged, or that says something else than the log", async () => {
    await inMaintained(medium, async ({ dataset, store, put, open }) => {
      const path = parseStoreKey("__commits/checkpoint");
      await put(path, "torn");
      expect((await dataset.repair()).actions).toEqual([{ kind: "removed_checkpoint", path }]);
      await dataset.updateManifest();
      await forgeCheckpoint(store, ({ groups }) => {
        const objects = groups.get("images/one");
        const object = objects?.get(QC);
        if (object !== undefined) {
          objects?.set(QC, { ...object, sha256: "0".repeat(64) });
        }
      });
      await dataset.record("one").saveJson("qc", { passed: null });
      const other = await open(3);
      expect(problemsOf(await other.check())).toEqual([`log ${path} → repair`]);
      expect((await other.repair()).problems).toEqual([]);
    });
  });

  it("repair does nothing where the log is broken, and says what it cannot", async () => {
    await inMaintained(medium, async ({ dataset, put, remove }) => {
      await put("images/one/data/c/0/0", "other size");
      expect(await dataset.repair()).toMatchObject({
        actions: [],
        problems: [{ kind: "damaged", path: "images/one/data/c/0/0", remedy: "restore" }],
      });
      await remove("__commits/00000000000000000003.json");
      const { actions, problems } = await dataset.repair();
      expect(actions).toEqual([]);
      expect(problems).toContainEqual(expect.objectContaining({ kind: "log", remedy: "restore" }));
    });
  });
});

/** Every call in `repair.soak.ts`. */
it("repair brings a state that a crash leaves to rest, as the next writer would", async () => {
  const { crashes, repaired } = await repairAfterCrashes(7);
  expect(crashes).toBeGreaterThan(7);
  expect(repaired).toBeGreaterThan(2);
});
