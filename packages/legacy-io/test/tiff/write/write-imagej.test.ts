import { createNdArray, type NdArray } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { readTiff } from "../../../src/tiff/read-tiff.ts";
import { nearestRational } from "../../../src/tiff/write/rational.ts";
import { canWriteImageJTiff, writeImageJTiff } from "../../../src/tiff/write/write-imagej.ts";
import { caught, codeOf } from "../../support/caught.ts";

const read = (bytes: Uint8Array) => readTiff(bytesSource(bytes));

test("a line scan keeps its values and its calibration", async () => {
  const array = createNdArray(
    "uint16",
    [5, 3],
    Uint16Array.from({ length: 15 }, (_, index) => index * 4000),
  );
  const { image, info } = await read(
    writeImageJTiff(array, { axes: ["t", "x"], umPerPx: 0.284, secondsPerLine: 0.00117 }),
  );
  expect(image).toEqual(array);
  expect(info.calibration).toEqual([
    { axis: "y", step: 0.00117, unit: "s", source: "imagej" },
    { axis: "x", step: 0.284, unit: "um", source: "imagej" },
  ]);
  expect(info.description).toBe("ImageJ=1.54f\nimages=1\nunit=um\nyunit=s\nloop=false\n");
});

test("frames, slices and channels are those of the axes", async () => {
  const array = createNdArray("float32", [2, 3, 4, 5, 6]);
  array.data.set(array.data.map((_, index) => index / 7));
  const { image, info } = await read(
    writeImageJTiff(array, {
      axes: ["t", "z", "c", "y", "x"],
      umPerSlice: 1.5,
      secondsPerFrame: 0.01,
      umPerPx: 2,
    }),
  );
  expect(image).toEqual(array);
  expect(info).toMatchObject({ axes: ["t", "z", "c", "y", "x"], axesSource: "imagej", pageCount: 24 });
  expect(info.calibration.map(({ axis, step }) => [axis, step])).toEqual([
    ["t", 0.01],
    ["z", 1.5],
    ["y", 2],
    ["x", 2],
  ]);
});

test("any uint8, uint16 or float32 array of two to five axes comes back, axes of length one aside", async () => {
  const anyArray = fc
    .record({
      dtype: fc.constantFrom("uint8", "uint16", "float32"),
      shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 }),
      seed: fc.integer({ min: 1, max: 65_535 }),
    })
    .map(({ dtype, shape, seed }): NdArray => {
      const array: NdArray = createNdArray(dtype, shape);
      for (let index = 0; index < array.data.length; index++) {
        array.data[index] = (index * seed) % (dtype === "uint8" ? 256 : 65_536);
      }
      return array;
    });
  await fc.assert(
    fc.asyncProperty(anyArray, async (array) => {
      const { image } = await read(writeImageJTiff(array));
      const leading = array.shape.slice(0, -2).filter((length) => length > 1);
      expect(image).toEqual({ ...array, shape: [...leading, ...array.shape.slice(-2)] });
    }),
    { numRuns: 100 },
  );
});

test("axes under other names or in another order keep their order in the file", async () => {
  const array = createNdArray(
    "uint8",
    [2, 3, 1, 2],
    Uint8Array.from({ length: 12 }, (_, index) => index),
  );
  const { image, info } = await read(writeImageJTiff(array, { axes: ["c", "t", "y", "x"] }));
  expect([...image.data]).toEqual([...array.data]);
  expect([image.shape, info.axes]).toEqual([
    [2, 3, 1, 2],
    ["t", "z", "y", "x"],
  ]);
});

test("what ImageJ does not have is not supported; steps are positive numbers", async () => {
  const of = (dtype: NdArray["dtype"], shape: readonly number[]): NdArray => createNdArray(dtype, shape);
  expect(await codeOf(() => writeImageJTiff(of("uint8", [4])))).toBe("not_supported");
  expect(await codeOf(() => writeImageJTiff(of("uint8", [1, 1, 1, 1, 2, 2])))).toBe("not_supported");
  expect(await codeOf(() => writeImageJTiff(of("uint8", [0, 2])))).toBe("not_supported");
  expect(await codeOf(() => writeImageJTiff(of("uint8", [2, 2]), { umPerPx: 0 }))).toBe("invalid_argument");
  expect(await codeOf(() => writeImageJTiff(of("uint8", [2, 2]), { secondsPerLine: Number.NaN }))).toBe(
    "invalid_argument",
  );
  expect(await codeOf(() => writeImageJTiff(of("uint8", [2, 2]), { axes: ["x"] }))).toBe("invalid_argument");
  expect([canWriteImageJTiff("uint8"), canWriteImageJTiff("float64")]).toEqual([true, false]);
  expect(
    [[4], [2, 2], [0, 2], [1, 1, 1, 1, 2, 2]].map((shape) => canWriteImageJTiff("uint8", shape)),
  ).toEqual([false, true, false, false]);
});

test("every other type is written as one of ImageJ's, no value changed", async () => {
  const shape = [1, 3];
  const arrays: readonly (readonly [NdArray, NdArray["dtype"], readonly number[]])[] = [
    [{ dtype: "int16", shape, data: Int16Array.of(-32_768, -1, 32_767) }, "int16", [-32_768, -1, 32_767]],
    [{ dtype: "bool", shape, data: Uint8Array.of(0, 1, 1) }, "uint8", [0, 1, 1]],
    [{ dtype: "int8", shape, data: Int8Array.of(-128, 0, 127) }, "int16", [-128, 0, 127]],
    [
      { dtype: "int32", shape, data: Int32Array.of(-(2 ** 31), 7, 2 ** 24) },
      "float32",
      [-(2 ** 31), 7, 2 ** 24],
    ],
    [{ dtype: "uint32", shape, data: Uint32Array.of(0, 3, 2 ** 31) }, "float32", [0, 3, 2 ** 31]],
    [{ dtype: "int64", shape, data: BigInt64Array.of(-(2n ** 63n), 0n, 5n) }, "float32", [-(2 ** 63), 0, 5]],
    [{ dtype: "uint64", shape, data: BigUint64Array.of(2n ** 63n, 1n, 2n) }, "float32", [2 ** 63, 1, 2]],
    [
      { dtype: "float64", shape, data: Float64Array.of(-0, Number.NaN, Number.NEGATIVE_INFINITY) },
      "float32",
      [-0, Number.NaN, Number.NEGATIVE_INFINITY],
    ],
  ];
  for (const [array, dtype, values] of arrays) {
    const { image } = await read(writeImageJTiff(array));
    expect([image.dtype, image.shape]).toEqual([dtype, shape]);
    expect(Array.from(image.data, Number)).toEqual(values);
  }
});

test.for([
  [{ dtype: "int32", shape: [1, 2], data: Int32Array.of(1, 2 ** 24 + 1) }, 2 ** 24 + 1],
  [{ dtype: "uint32", shape: [1, 2], data: Uint32Array.of(1, 2 ** 32 - 1) }, 2 ** 32 - 1],
  [{ dtype: "int64", shape: [1, 2], data: BigInt64Array.of(1n, 2n ** 53n + 1n) }, 2n ** 53n + 1n],
  [{ dtype: "uint64", shape: [1, 2], data: BigUint64Array.of(1n, 2n ** 64n - 1n) }, 2n ** 64n - 1n],
  [{ dtype: "float64", shape: [1, 2], data: Float64Array.of(0.5, 0.1) }, 0.1],
  [{ dtype: "float64", shape: [1, 2], data: Float64Array.of(0.5, 1e300) }, 1e300],
] as const)("%o is refused for its value %s, which is no float32", async ([array, found]) => {
  const error = await caught(() => writeImageJTiff(array));
  expect(error).toMatchObject({ code: "not_supported", details: { tag: "BitsPerSample", found } });
  expect(error.message).toContain(`value ${found} at element 1`);
});

test("fractions are exact where a decimal has one, and as near as 32 bits allow", () => {
  expect(nearestRational(1 / 0.284)).toEqual([250, 71]);
  expect(nearestRational(1 / 0.00117)).toEqual([100_000, 117]);
  expect(nearestRational(4)).toEqual([4, 1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (value) => {
      const [numerator, denominator] = nearestRational(value);
      expect(Math.max(numerator, denominator)).toBeLessThan(2 ** 32);
      expect(Math.abs(numerator / denominator / value - 1)).toBeLessThan(1e-9);
    }),
  );
});

test("a scale of one axis alone says nothing of the other", async () => {
  const scan: NdArray = createNdArray("uint8", [4, 3]);
  const steps = async (options: Parameters<typeof writeImageJTiff>[1]) =>
    (await read(writeImageJTiff(scan, options))).info.calibration.map(({ axis, step, unit }) => [
      axis,
      step,
      unit,
    ]);
  expect(await steps({ axes: ["t", "x"], umPerPx: 0.25 })).toEqual([["x", 0.25, "um"]]);
  expect(await steps({ axes: ["t", "x"], secondsPerLine: 0.002 })).toEqual([["y", 0.002, "s"]]);
  expect(await steps({ axes: ["y", "x"], umPerPx: 0.25 })).toEqual([
    ["y", 0.25, "um"],
    ["x", 0.25, "um"],
  ]);
  expect(await steps({ axes: ["x", "t"], umPerPx: 0.25, secondsPerLine: 0.002 })).toEqual([
    ["x", 0.25, "um"],
    ["t", 0.002, "s"],
  ]);
  expect(await steps({ axes: ["x", "t"] })).toEqual([]);
});

test("samples of a pixel come back as such, in every number", async () => {
  for (const count of [2, 3, 4]) {
    const array = createNdArray(
      "uint16",
      [2, 3, count],
      Uint16Array.from({ length: 6 * count }, (_, index) => index),
    );
    const { image, info } = await read(writeImageJTiff(array, { axes: ["y", "x", "s"] }));
    expect(image).toEqual(array);
    expect(info.axes).toEqual(["y", "x", "s"]);
    expect((await read(writeImageJTiff(array, { axes: ["x", "t", "s"] }))).info.axes).toEqual([
      "x",
      "t",
      "s",
    ]);
  }
});
