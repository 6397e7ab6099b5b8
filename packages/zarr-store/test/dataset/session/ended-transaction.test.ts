import { beforeEach, describe, expect, it } from "vitest";
import { type DatasetContents, memoryStore, openDataset, type ZarrDataset } from "../../../src/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) } as const;
const SCHEMA = { columns: [{ name: "image_id", type: "utf8", nullable: false }] } as const;
const REFUSED = expect.objectContaining({ code: "invalid_argument" });

describe("ended transactions", () => {
  const store = { current: memoryStore() };
  let dataset: ZarrDataset;
  beforeEach(async () => {
    store.current = memoryStore();
    dataset = await openDataset(store.current);
    await dataset.addImage(IMAGE, { id: "one" });
    await dataset.record("one").saveJson("qc", "before");
  });
  /** Ends a transaction, well or badly, and hands it out. */
  const ended = async (how: "committed" | "failed" | "empty"): Promise<DatasetContents> => {
    let kept: DatasetContents | undefined;
    const run = dataset.transaction(async (transaction) => {
      kept = transaction;
      if (how !== "empty") {
        await transaction.record("one").saveJson("qc", "in it");
      }
      if (how === "failed") {
        throw new Error("no");
      }
    });
    await run.catch(() => undefined);
    if (kept === undefined) {
      throw new Error("it did not run");
    }
    return kept;
  };
  /** Another session commits, and with that finishes what this one left. */
  const audit = async (): Promise<unknown> => {
    const other = await openDataset(store.current);
    await other.record("one").saveJson("other", {});
    const { problems, notes } = await other.check();
    return { problems, notes, qc: await other.record("one").loadJson("qc") };
  };

  it.each([
    ["committed", "in it"],
    ["failed", "before"],
    ["empty", "before"],
  ] as const)(
    "a transaction that has ended and was %s takes no change, and none takes the place of what is committed",
    async (how, qc) => {
      const transaction = await ended(how);
      const record = transaction.record("one");
      await expect(record.saveJson("qc", "too late")).rejects.toEqual(REFUSED);
      await expect(record.saveJson("new", "too late")).rejects.toEqual(REFUSED);
      await expect(record.deleteAnalysis()).rejects.toEqual(REFUSED);
      await expect(record.updateAttributes({ late: true })).rejects.toEqual(REFUSED);
      await expect(transaction.addImage(IMAGE, { id: "late" })).rejects.toEqual(REFUSED);
      await expect(transaction.deleteImage("one")).rejects.toEqual(REFUSED);
      await expect(transaction.saveTable("t", [{ image_id: "one" }], { schema: SCHEMA })).rejects.toEqual(
        REFUSED,
      );
      await expect(transaction.mergeTable("t", () => ({ table: undefined, schema: SCHEMA }))).rejects.toEqual(
        REFUSED,
      );
      expect(await audit()).toEqual({ problems: [], notes: [], qc });
      expect(await dataset.listImageIds()).toEqual(["one"]);
    },
  );

  it("a transaction that has ended tells nothing, for what it staged is elsewhere by now", async () => {
    const transaction = await ended("committed");
    await expect(transaction.record("one").loadJson("qc")).rejects.toEqual(REFUSED);
    await expect(transaction.record("one").loadArray()).rejects.toEqual(REFUSED);
    await expect(transaction.record("one").exists()).rejects.toEqual(REFUSED);
    await expect(transaction.listImageIds()).rejects.toEqual(REFUSED);
    await expect(transaction.listTableNames()).rejects.toEqual(REFUSED);
  });

  it("a transaction that has ended has made every change that its function began, awaited or not, whole", async () => {
    const begun: Promise<unknown>[] = [];
    await dataset.transaction(async (transaction) => {
      begun.push(transaction.record("one").saveJson("qc", "not awaited"));
      begun.push(transaction.addImage(IMAGE, { id: "two" }));
    });
    await dataset.record("one").saveArrayArtifact("mask", IMAGE);
    await dataset.transaction(async (transaction) => {
      const data = new Uint8Array(3_000_000).fill(7);
      const shape = [1000, 3000];
      const chunks = [100, 3000];
      begun.push(
        transaction.record("one").saveArrayArtifact("mask", { dtype: "uint8", shape, data }, { chunks }),
      );
    });
    await Promise.all(begun);
    expect(await audit()).toEqual({ problems: [], notes: [], qc: "not awaited" });
    expect((await dataset.record("two").loadArray()).data).toEqual(IMAGE.data);
    expect((await dataset.record("one").loadArrayArtifact("mask")).shape).toEqual([1000, 3000]);
  });

  it("a transaction that has ended and failed has staged nothing that a change begun in it stages later", async () => {
    let late: Promise<unknown> = Promise.resolve();
    const run = dataset.transaction(async (transaction) => {
      late = transaction.addImage(IMAGE, { id: "two" }).catch((error: unknown) => error);
      throw new Error("no");
    });
    await expect(run).rejects.toThrow("no");
    expect(await late).toEqual(REFUSED);
    expect(await audit()).toEqual({ problems: [], notes: [], qc: "before" });
  });
});

describe("frozen values", () => {
  it("what a dataset hands out cannot be changed, so that no later reader is told what nobody committed", async () => {
    const dataset = await openDataset(memoryStore());
    await dataset.addImage(IMAGE, { id: "one", attributes: { nested: { list: [1, 2] } } });
    const tamper = async (): Promise<void> => {
      const attributes = await dataset.record("one").attributes();
      const { shape, chunkShape } = await dataset.record("one").openArray();
      const { images } = await dataset.rebuildManifest();
      for (const value of [
        attributes,
        attributes["axes"],
        attributes["nested"],
        shape,
        chunkShape,
        images[0]?.shape,
      ]) {
        expect(Reflect.set(Object(value), 0, 99)).toBe(false);
      }
    };
    await tamper();
    await dataset.updateManifest();
    await tamper();
    await dataset.record("one").updateAttributes({ more: true });
    await tamper();
    expect((await dataset.record("one").attributes())["nested"]).toEqual({ list: [1, 2] });
    expect((await dataset.record("one").loadArray()).shape).toEqual([2, 3]);
  });
});
