import { createNdArray } from "@kym/zarr-store/array";
import fc from "fast-check";
import { expect, it } from "vitest";
import { joinLines, levelFactors } from "../../../src/export/ngff/halve-lines.ts";

it("has levels until 1024 lines or fewer are left", () => {
  expect([0, 1, 1024, 1025, 2048, 2049, 30_000].map((lines) => levelFactors(lines))).toEqual([
    [1],
    [1],
    [1],
    [1, 2],
    [1, 2],
    [1, 2, 4],
    [1, 2, 4, 8, 16, 32],
  ]);
});

it("each line of a level is the mean of its lines, column by column, and no column is joined", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(65535), fc.nat(65535)), { minLength: 1, maxLength: 9 }),
      fc.constantFrom(2, 4, 8),
      (lines, factor) => {
        const image = createNdArray("uint16", [lines.length, 2], Uint16Array.from(lines.flat()));
        const { shape, data } = joinLines(image, factor);
        expect(shape).toEqual([Math.ceil(lines.length / factor), 2]);
        for (const [index, value] of data.entries()) {
          const [line, column] = [Math.floor(index / 2), index % 2];
          const block = lines.slice(line * factor, (line + 1) * factor).map((one) => one[column] ?? 0);
          expect(value).toBe(Math.round(block.reduce((sum, one) => sum + one, 0) / block.length));
        }
      },
    ),
    { numRuns: 30 },
  );
});

it("keeps planes apart, and halves of floats", () => {
  const image = createNdArray("float32", [2, 2, 1], Float32Array.of(1, 2, 10, 11));
  expect([...joinLines(image, 2).data]).toEqual([1.5, 10.5]);
});

it.each([
  ["int64", BigInt64Array.of(-3n, -2n, 2n ** 62n, 2n ** 62n + 1n), [-2n, 2n ** 62n + 1n]],
  ["int64", BigInt64Array.of(-4n, -3n, -1n, -3n), [-3n, -2n]],
  ["uint64", BigUint64Array.of(2n ** 64n - 1n, 2n ** 64n - 1n, 0n, 1n), [2n ** 64n - 1n, 1n]],
] as const)("rounds integers of 64 bits half up, with every digit: %s", (dtype, data, expected) => {
  const image = dtype === "int64" ? createNdArray(dtype, [4, 1], data) : createNdArray(dtype, [4, 1], data);
  expect([...joinLines(image, 2).data]).toEqual(expected);
});
