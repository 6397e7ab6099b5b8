import { describe, expect, it } from "vitest";
import { axisScalesOf } from "../../../src/array/index.ts";
import { memoryStore, openDataset, parseStoreKey } from "../../../src/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;
const SECONDS = { unit: "s", step: 0.00219, origin: 0 };
const MICROMETRES = { unit: "\u00b5m", step: 0.2069, origin: 5 };

describe("the scales of an image's axes", () => {
  it("stand in the metadata of the array, however the pixels came, beside other attributes", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const options = { axes: ["t", "x"], scales: [SECONDS, MICROMETRES], arrayAttributes: { note: "n" } };
    const readRows = (start: number, stop: number) => IMAGE.data.slice(start * 3, stop * 3);
    await dataset.addImage(IMAGE, { ...options, id: "whole" });
    await dataset.addImage({ dtype: "uint8", shape: [2, 3], readRows }, { ...options, id: "rows" });
    await dataset.addImage(await dataset.encodeImage(IMAGE, options), { id: "encoded" });
    for (const id of ["whole", "rows", "encoded"]) {
      const bytes = await store.get(parseStoreKey(`images/${id}/data/zarr.json`));
      expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
        dimension_names: ["t", "x"],
        attributes: {
          note: "n",
          dimension_units: ["0.00219 s", "0.2069 \u00b5m"],
          dimension_steps: [0.00219, 0.2069],
          dimension_origins: [0, 5],
        },
      });
      const { attributes } = await dataset.record(id).openArray();
      expect(axisScalesOf(attributes, 2)).toEqual([SECONDS, MICROMETRES]);
    }
  });

  it("are refused before anything is written", async () => {
    const dataset = await openDataset(memoryStore());
    const { version } = dataset;
    const scales = [SECONDS];
    await expect(dataset.addImage(IMAGE, { scales })).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(dataset.encodeImage(IMAGE, { scales })).rejects.toMatchObject({ code: "invalid_argument" });
    expect(dataset.version).toBe(version);
  });

  it("can be corrected in a commit that leaves the pixels alone, and none is made where nothing changes", async () => {
    const dataset = await openDataset(memoryStore());
    const record = await dataset.addImage(IMAGE, { id: "one", arrayAttributes: { note: "n" } });
    const before = await record.objectHashes();
    await record.pixels.saveScales([SECONDS, null]);
    const after = await record.objectHashes();
    expect([...after].filter(([key, hash]) => before.get(key) !== hash).map(([key]) => key)).toEqual([
      "data/zarr.json",
    ]);
    const { attributes } = await record.openArray();
    expect(attributes["note"]).toBe("n");
    expect(axisScalesOf(attributes, 2)).toEqual([SECONDS, null]);
    const { version } = dataset;
    await record.asArtifactStore().saveScales?.([SECONDS, null]);
    expect(dataset.version).toBe(version);
    await record.asArtifactStore().saveScales?.([null, null]);
    expect((await record.openArray()).attributes).toEqual({ note: "n" });
    expect(await record.objectHashes()).toEqual(before);
    expect((await dataset.check({ level: "data" })).problems).toEqual([]);
  });

  it("cannot be those of an image that is not there", async () => {
    const dataset = await openDataset(memoryStore());
    await expect(dataset.record("none").pixels.saveScales([null, null])).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
