import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseChunkShape, MAX_CHUNK_BYTES } from "../../../src/array/chunks/chunk-shape.ts";
import { DTYPES, type DType, itemSizeBytes } from "../../../src/array/dtype.ts";

describe("chunks by size", () => {
  it.each<[readonly number[], DType, readonly number[]]>([
    [[30_000, 38], "uint16", [30_000, 38]],
    [[100_000, 38], "uint16", [55_188, 38]],
    [[3, 2048, 2048], "uint16", [1, 1024, 2048]],
    [[2, 3, 100, 200], "uint8", [1, 1, 100, 200]],
    [[10, 4_000_000], "float64", [1, 4_000_000]],
    [[10, 2 ** 28], "float64", [1, 2 ** 26]],
    [[5_000_000], "uint16", [2_097_152]],
    [[], "uint16", []],
    [[0, 38], "uint16", [1, 38]],
    [[38, 0], "uint16", [38, 1]],
    [[0], "uint16", [1]],
  ])("the chunk shape of %o %s is %o", (shape, dtype, chunkShape) => {
    expect(chooseChunkShape(shape, dtype)).toEqual(chunkShape);
  });

  it("the chunk shape may have another target", () => {
    expect(chooseChunkShape([1000, 10], "uint16", { targetBytes: 1000 })).toEqual([50, 10]);
  });

  it("the chunk shape is of whole rows, as many as fit, at least one, and never beyond the limit", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 2 ** 30 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom(...DTYPES),
        fc.integer({ min: 1, max: 2 ** 24 }),
        (shape, dtype, targetBytes) => {
          const chunkShape = chooseChunkShape(shape, dtype, { targetBytes });
          const [columns = 0, rows = 0, ...others] = chunkShape.toReversed();
          const rowBytes = columns * itemSizeBytes(dtype);
          expect(others.every((length) => length === 1)).toBe(true);
          expect(rowBytes * rows).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
          expect(rowBytes * rows <= targetBytes || rows === 1).toBe(true);
          expect(rows === Math.max(1, shape.at(-2)!) || rowBytes * (rows + 1) > targetBytes).toBe(true);
          expect(columns === Math.max(1, shape.at(-1)!) || rowBytes === MAX_CHUNK_BYTES).toBe(true);
        },
      ),
    );
  });
});
