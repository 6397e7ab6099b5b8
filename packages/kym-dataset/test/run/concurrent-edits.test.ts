import { type KeyValueStore, memoryStore, openDataset } from "@kym/zarr-store";
import { beforeEach, describe, expect, it } from "vitest";
import { AcqImage } from "../../src/index.ts";
import { addImage } from "../support/image-fixture.ts";

const WRITERS = 5;

describe("edits of one image by several writers at once", () => {
  let store: KeyValueStore;
  beforeEach(async () => {
    store = memoryStore();
    await addImage(await openDataset(store), "one");
  });
  /** The image as a session of its own has it. */
  const open = async (): Promise<AcqImage> => {
    const record = (await openDataset(store)).record("one");
    return AcqImage.from({
      sourceKey: "one",
      pixelStore: record.asPixelStore(),
      artifactStore: record.asArtifactStore(),
    });
  };
  const openAll = (): Promise<readonly AcqImage[]> => Promise.all(Array.from({ length: WRITERS }, open));

  it("all stand: each ROI that was added is there, under the id that its writer was told", async () => {
    const images = await openAll();
    const added = await Promise.all(
      images.map(async (image, index) => [
        await image.addRoi({ name: `first of ${index}` }),
        await image.addRoi({ name: `second of ${index}` }),
      ]),
    );
    const { rois, highWaterMark } = await (await open()).rois();
    const named = (all: typeof rois): readonly string[] => all.map(({ id, name }) => `${id} ${name}`).sort();
    expect(named(rois)).toEqual(named(added.flat()));
    expect(new Set(rois.map(({ id }) => id)).size).toBe(2 * WRITERS);
    expect(highWaterMark).toBe(2 * WRITERS);
  });

  it("add up, of different kinds", async () => {
    const [first] = await openAll();
    const kept = await first?.addRoi({ name: "kept" });
    const doomed = await first?.addRoi({ name: "doomed" });
    const [a, b, c, d, e] = await openAll();
    await Promise.all([
      a?.editMetadata({ accepted: false }),
      b?.editMetadata({ experiment: { note: "of b" } }),
      c?.editRoi(kept?.id ?? 0, { note: "of c" }),
      d?.deleteRoi(doomed?.id ?? 0),
      e?.addRoi({ name: "of e" }),
    ]);
    const { accepted, experiment, rois } = await (await open()).metadata();
    expect([accepted, experiment.note]).toEqual([false, "of b"]);
    expect(rois.map(({ id, name, note }) => [id, name, note])).toEqual([
      [1, "kept", "of c"],
      [3, "of e", ""],
    ]);
  });

  it("within a transaction belong to it, and go with it", async () => {
    const dataset = await openDataset(store);
    const run = dataset.transaction(async (transaction) => {
      const record = transaction.record("one");
      const image = AcqImage.from({
        sourceKey: "one",
        pixelStore: record.asPixelStore(),
        artifactStore: record.asArtifactStore(),
      });
      await image.addRoi({ name: "lost" });
      expect((await image.rois()).length).toBe(1);
      throw new Error("no");
    });
    await expect(run).rejects.toThrow("no");
    expect((await (await open()).rois()).length).toBe(0);
  });
});
