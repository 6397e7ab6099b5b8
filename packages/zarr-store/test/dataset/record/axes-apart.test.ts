import { expect, it } from "vitest";
import { axesApart } from "../../../src/array/axes.ts";
import { memoryStore, openDataset, type ZarrDataset, type ZarrImageRecord } from "../../../src/index.ts";

const IMAGE = { dtype: "uint16", shape: [300, 20], data: new Uint16Array(6000) } as const;

async function scan(): Promise<readonly [ZarrDataset, ZarrImageRecord]> {
  const dataset = await openDataset(memoryStore());
  return [dataset, await dataset.addImage(IMAGE, { id: "scan", axes: ["t", "x"] })];
}

function zeros(...shape: readonly number[]): {
  readonly dtype: "float32";
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
} {
  return { dtype: "float32", shape, data: new Float32Array(shape.reduce((all, size) => all * size, 1)) };
}

async function axesOf(record: ZarrImageRecord, name: string): Promise<unknown> {
  return (await record.arrays.open(name)).dimensionNames;
}

it("axes of an array artifact that are as long as those of the pixels keep their names, and others are named apart", async () => {
  const [, record] = await scan();
  await record.saveArrayArtifact("radon/spectrum", zeros(12, 5), { axes: ["t", "angle"] });
  await record.saveArrayArtifact("masks/1", zeros(300, 20), { axes: ["t", "x"] });
  await record.saveArrayArtifact("crop", zeros(30, 10));
  await record.saveArrayArtifact("emb", zeros(7));
  expect(await axesOf(record, "radon/spectrum")).toEqual(["t_12", "angle"]);
  expect(await axesOf(record, "masks/1")).toEqual(["t", "x"]);
  expect(await axesOf(record, "crop")).toEqual(["y", "x_10"]);
  expect(await axesOf(record, "emb")).toEqual(["a0"]);
});

it("they are named apart from arrays above and below, whichever came first, and not from those beside", async () => {
  const [, record] = await scan();
  await record.saveArrayArtifact("fit/residual", zeros(4), { axes: ["k"] });
  await record.saveArrayArtifact("fit", zeros(6), { axes: ["k"] });
  await record.saveArrayArtifact("fit/deep/er", zeros(4, 6), { axes: ["k", "j"] });
  await record.saveArrayArtifact("fit/other", zeros(6), { axes: ["k"] });
  await record.saveArrayArtifact("fitted", zeros(9), { axes: ["k"] });
  expect(await axesOf(record, "fit/residual")).toEqual(["k"]);
  expect(await axesOf(record, "fit")).toEqual(["k_6"]);
  expect(await axesOf(record, "fit/deep/er")).toEqual(["k", "j"]);
  expect(await axesOf(record, "fit/other")).toEqual(["k"]);
  expect(await axesOf(record, "fitted")).toEqual(["k"]);
});

it("saved again as it was read it keeps its names, and exactAxes keeps any", async () => {
  const [, record] = await scan();
  await record.saveArrayArtifact("s", zeros(12), { axes: ["t"] });
  await record.saveArrayArtifact("s", zeros(12), { axes: ["t_12"] });
  expect(await axesOf(record, "s")).toEqual(["t_12"]);
  await record.saveArrayArtifact("s", zeros(12), { axes: ["t"], exactAxes: true });
  expect(await axesOf(record, "s")).toEqual(["t"]);
});

it("an image and its arrays in one transaction are named apart as well", async () => {
  const dataset = await openDataset(memoryStore());
  await dataset.transaction(async (transaction) => {
    const record = await transaction.addImage(IMAGE, { id: "scan", axes: ["t", "x"] });
    await record.saveArrayArtifact("crop", zeros(30, 20), { axes: ["t", "x"] });
  });
  expect(await axesOf(dataset.record("scan"), "crop")).toEqual(["t_30", "x"]);
});

it.each([
  ["a name with the length is taken by the array itself", ["t", "t_12"], [12, 3], ["t_12_2", "t_12"]],
  ["a name with the length is taken by another array", ["u", "x"], [5, 20], ["u_5_2", "x"]],
  ["a name has no room for the length", ["n".repeat(64)], [1000], [`${"n".repeat(59)}_1000`]],
  ["there are no axes", [], [], []],
])("%s", (_, axes, shape, expected) => {
  const others = [
    { axes: ["t", "x", null], shape: [300, 20, 4] },
    { axes: ["u", "u_5", "n".repeat(64)], shape: [6, 7, 1001] },
  ];
  expect(axesApart({ axes, shape }, others)).toEqual(expected);
  expect(axesApart({ axes: expected, shape }, others)).toEqual(expected);
});
