import fc from "fast-check";
import { expect, test } from "vitest";
import { undoDifferences, undoFloatDifferences } from "../../../src/tiff/pixels/predictor.ts";

test("64-bit differences wrap around as integers do", () => {
  const values = BigUint64Array.of(5n, 2n ** 64n - 3n, 4n, 7n, 1n, 0n);
  undoDifferences(new Uint8Array(values.buffer), 8, 3, 1);
  expect([...values]).toEqual([5n, 2n, 6n, 7n, 8n, 8n]);
});

/** Predictor 3 as Adobe's note describes it: bytes by significance, highest first, then differences of bytes. */
function predictFloats(
  values: Float32Array | Float64Array,
  rowLength: number,
  stride: number,
): Uint8Array<ArrayBuffer> {
  const itemBytes = values.BYTES_PER_ELEMENT;
  const rowBytes = rowLength * itemBytes;
  const result = new Uint8Array(values.byteLength);
  const view = new DataView(values.buffer);
  for (let row = 0; row * rowLength < values.length; row++) {
    const bytes: number[] = [];
    for (let place = 0; place < itemBytes; place++) {
      for (let index = 0; index < rowLength; index++) {
        bytes.push(view.getUint8((row * rowLength + index) * itemBytes + (itemBytes - 1 - place)));
      }
    }
    result.set(
      bytes.map((byte, at) => (at < stride ? byte : (byte - (bytes[at - stride] ?? 0)) & 255)),
      row * rowBytes,
    );
  }
  return result;
}

test("floating-point differences of one and more samples are undone bit for bit", () => {
  const anyRows = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    pixels: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    isDouble: fc.boolean(),
    seed: fc.array(fc.double(), { minLength: 84, maxLength: 84 }),
  });
  fc.assert(
    fc.property(anyRows, ({ rows, pixels, stride, isDouble, seed }) => {
      const rowLength = pixels * stride;
      const some = seed.slice(0, rows * rowLength);
      const values = isDouble ? Float64Array.from(some) : Float32Array.from(some);
      const bytes = predictFloats(values, rowLength, stride);
      undoFloatDifferences(bytes, isDouble ? 8 : 4, rowLength, stride);
      expect(bytes).toEqual(new Uint8Array(values.buffer));
    }),
  );
});
