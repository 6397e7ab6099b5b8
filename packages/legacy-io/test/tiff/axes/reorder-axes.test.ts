import { createNdArray } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inverseOrder, reorderAxes } from "../../../src/tiff/axes/reorder-axes.ts";

const anyOrder = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    from: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
  }),
);

test("each element is where the order says, and the inverse order puts it back", () => {
  fc.assert(
    fc.property(anyOrder, ({ shape, from }) => {
      const source = createNdArray("uint16", shape);
      source.data.set(source.data.map((_, index) => index));
      const made = reorderAxes(source, from);
      expect(made.shape).toEqual(from.map((axis) => shape[axis]));
      const flat = (place: readonly number[], of: readonly number[]): number =>
        place.reduce((at, index, axis) => at * (of[axis] ?? 1) + index, 0);
      for (let index = 0; index < made.data.length; index++) {
        let rest = index;
        const place = made.shape
          .toReversed()
          .map((length) => {
            const at = rest % length;
            rest = (rest - at) / length;
            return at;
          })
          .toReversed();
        const inSource = shape.map((_, axis) => place[from.indexOf(axis)] ?? 0);
        expect(made.data[index]).toBe(source.data[flat(inSource, shape)]);
      }
      expect(reorderAxes(made, inverseOrder(from))).toEqual(source);
    }),
    { numRuns: 100 },
  );
});

test("an order that moves no element shares the memory, also of numbers of 64 bits", () => {
  const source = createNdArray("int64", [3, 1, 2], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n));
  expect(reorderAxes(source, [0, 2]).data).toBe(source.data);
  expect([...reorderAxes(source, [2, 0]).data]).toEqual([1n, 3n, 5n, 2n, 4n, 6n]);
});

test.each([
  ["float32", new Float32Array(Uint32Array.of(0, 0x7fc00000, 0xffc00001, 0x7f800001, 0x80000000, 1).buffer)],
  [
    "float64",
    new Float64Array(BigUint64Array.of(0n, 0x7ff8000000000001n, 0xfff8000000000000n, 1n, 2n, 3n).buffer),
  ],
] as const)("every bit of a %s stays, those of a NaN too", (dtype, data) => {
  const source = { dtype, shape: [2, 3], data };
  const there = reorderAxes(source, [1, 0]);
  const bytesOf = (values: Float32Array | Float64Array): number[] => [...new Uint8Array(values.buffer)];
  const back = reorderAxes(there, [1, 0]).data;
  expect(back.constructor).toBe(data.constructor);
  expect([...new Uint8Array(back.buffer)]).toEqual(bytesOf(data));
});
