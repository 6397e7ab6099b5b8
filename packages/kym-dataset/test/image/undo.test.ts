import { summarizeMetadata } from "@kym/kym-schema";
import { METADATA_UNDO } from "@kym/kym-schema/merge";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "@kym/zarr-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcqImage } from "../../src/index.ts";

const HEADER = { voxels: [0.001, 0.5], voxels_units: ["s", "um"] };

async function makeDataset(): Promise<{ readonly store: KeyValueStore; readonly dataset: ZarrDataset }> {
  const store = memoryStore();
  const dataset = await openDataset(store, { summarize: summarizeMetadata });
  for (const id of ["one", "two"]) {
    await dataset.transaction(async (transaction) => {
      const record = await transaction.addImage(
        { dtype: "uint8", shape: [4, 3], data: Uint8Array.from({ length: 12 }, (_, index) => index) },
        {
          id,
          axes: ["t", "x"],
          scales: [
            { unit: "s", step: 0.001 },
            { unit: "\u00b5m", step: 0.5 },
          ],
        },
      );
      await record.saveJson("metadata", {
        version: "2.0",
        header: HEADER,
        experiment_metadata: { condition: "Ang", note: "first" },
        rois: [],
      });
    });
  }
  return { store, dataset };
}

function imageOf(dataset: ZarrDataset, id: string): AcqImage {
  const record = dataset.record(id);
  return AcqImage.from({
    sourceKey: id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}

/** Every object of the images, by path. */
async function objectsOf(
  store: KeyValueStore,
  dataset: ZarrDataset,
): Promise<Readonly<Record<string, string>>> {
  const objects: Record<string, string> = {};
  for (const [id, hashes] of await dataset.imageObjectHashes()) {
    for (const key of hashes.keys()) {
      const path = `images/${id}/${key}`;
      objects[path] = Buffer.from((await store.get(parseStoreKey(path))) ?? []).toString("latin1");
    }
  }
  return objects;
}

describe("undo of edits of images", () => {
  it("a deleted ROI comes back with its id and statistics, and every byte is as before", async () => {
    const { store, dataset } = await makeDataset();
    const image = imageOf(dataset, "one");
    await image.addRoi({ name: "vessel" });
    await image.addRoi({ name: "other" });
    const before = await objectsOf(store, dataset);
    await image.deleteRoi(2);
    expect((await image.rois()).rois.map(({ id }) => id)).toEqual([1]);
    expect(await dataset.past.undo(METADATA_UNDO)).toMatchObject({ outcome: "undone" });
    expect(await objectsOf(store, dataset)).toEqual(before);
    expect((await image.rois()).rois.map(({ id, name }) => `${id} ${name}`)).toEqual(["1 vessel", "2 other"]);
  });

  it("a calibration comes back with the scales of the pixels, in the same commit, and no chunk changes", async () => {
    const { store, dataset } = await makeDataset();
    const image = imageOf(dataset, "one");
    const before = await objectsOf(store, dataset);
    await image.editMetadata({ header: { voxels: [0.002, 0.25] } });
    expect((await dataset.record("one").openArray()).attributes["dimension_steps"]).toEqual([0.002, 0.25]);
    const edited = await objectsOf(store, dataset);
    // Another field, later: the undo takes back the calibration alone.
    const version = dataset.version;
    await image.editMetadata({ experiment: { note: "later" } });
    const undone = await dataset.past.undo({ ...METADATA_UNDO, version });
    expect(undone).toMatchObject({ outcome: "undone", files: [{ how: "merged" }] });
    const after = await objectsOf(store, dataset);
    expect(after["images/one/data/zarr.json"]).toBe(before["images/one/data/zarr.json"]);
    expect(after["images/one/data/zarr.json"]).not.toBe(edited["images/one/data/zarr.json"]);
    expect(after["images/one/data/c/0/0"]).toBe(before["images/one/data/c/0/0"]);
    expect((await image.metadata()).experiment.note).toBe("later");
    expect(await dataset.check({ level: "data" })).toMatchObject({ problems: [] });
  });

  it("the same field is refused by its name; another ROI and another field are not in the way", async () => {
    const { dataset } = await makeDataset();
    const image = imageOf(dataset, "one");
    await image.addRoi({ name: "vessel" });
    await image.deleteRoi(1);
    const deletion = dataset.version;
    await image.addRoi({ name: "another" });
    await image.editMetadata({ experiment: { condition: "AngII" } });
    const condition = dataset.version;
    await image.editMetadata({ experiment: { condition: "control" } });
    expect(await dataset.past.undo({ ...METADATA_UNDO, version: deletion })).toMatchObject({
      outcome: "undone",
    });
    expect((await image.rois()).rois.map(({ id, name }) => `${id} ${name}`).sort()).toEqual([
      "1 vessel",
      "2 another",
    ]);
    const refused = await dataset.past.undo({ ...METADATA_UNDO, version: condition });
    expect(refused).toMatchObject({ outcome: "refused", because: "changed_since" });
    expect(refused.outcome === "refused" && [...refused.fields.values()]).toEqual([
      ["experiment_metadata.condition"],
    ]);
  });

  it("any script of edits is undone byte for byte, edit by edit", async () => {
    const edit = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), id: fc.constantFrom("one", "two") }),
      fc.record({
        kind: fc.constantFrom("delete" as const, "move" as const),
        id: fc.constantFrom("one", "two"),
        pick: fc.nat(),
      }),
      fc.record({
        kind: fc.constant("note" as const),
        id: fc.constantFrom("one", "two"),
        note: fc.string({ maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant("accept" as const),
        id: fc.constantFrom("one", "two"),
        accepted: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant("calibrate" as const),
        id: fc.constantFrom("one", "two"),
        step: fc.integer({ min: 1, max: 3 }),
      }),
    );
    let undone = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const { store, dataset } = await makeDataset();
        const states = [await objectsOf(store, dataset)];
        for (const one of edits) {
          const { version } = dataset;
          const image = imageOf(dataset, one.id);
          const { rois } = await image.rois();
          const roi =
            one.kind === "delete" || one.kind === "move"
              ? rois[one.pick % Math.max(rois.length, 1)]
              : undefined;
          if (one.kind === "add") {
            await image.addRoi({ name: "roi" });
          } else if (one.kind === "note") {
            await image.editMetadata({ experiment: { note: one.note } });
          } else if (one.kind === "accept") {
            await image.editMetadata({ accepted: one.accepted });
          } else if (one.kind === "calibrate") {
            await image.editMetadata({ header: { voxels: [one.step / 1000, 0.5] } });
          } else if (roi !== undefined && one.kind === "delete") {
            await image.deleteRoi(roi.id);
          } else if (roi !== undefined) {
            await image.editRoi(roi.id, {
              bounds: {
                dim0Start: 0,
                dim0Stop: 2,
                dim1Start: 0,
                dim1Stop: 1 + (one.kind === "move" ? one.pick % 3 : 0),
              },
            });
          }
          if (dataset.version > version) {
            states.push(await objectsOf(store, dataset));
          }
        }
        for (const state of states.slice(0, -1).reverse()) {
          expect(await dataset.past.undo(METADATA_UNDO)).toMatchObject({ outcome: "undone" });
          expect(await objectsOf(store, dataset)).toEqual(state);
          undone++;
        }
      }),
      { numRuns: 40 },
    );
    console.log(`${undone} edits of images undone`);
  });
});
