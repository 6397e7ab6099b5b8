import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLzw, isOldLzw } from "../../../src/tiff/codecs/lzw/plain-lzw.ts";
import { decodeLzwByWasm } from "../../../src/tiff/codecs/lzw/wasm-lzw.ts";
import { caught } from "../../support/caught.ts";
import { encodeLzw } from "./encode-lzw.ts";

const check = (): void => {};

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { maxLength: 20_000 }).map((values) => Uint8Array.from(values)),
);

test("gives back what an encoder wrote", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const target = new Uint8Array(bytes.length + 3);
      expect(decodeLzw(encodeLzw(bytes), target, check)).toBe(bytes.length);
      expect(target.subarray(0, bytes.length)).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test("long data goes through every width of codes and through a clear", () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 2654435761) >>> 24);
  const target = new Uint8Array(bytes.length);
  expect(decodeLzw(encodeLzw(bytes), target, check)).toBe(bytes.length);
  expect(target).toEqual(bytes);
});

test("the example of TIFF 6.0: 7 7 7 8 8 7 7 6 6", () => {
  const bytes = Uint8Array.of(7, 7, 7, 8, 8, 7, 7, 6, 6);
  const target = new Uint8Array(9);
  decodeLzw(encodeLzw(bytes), target, check);
  expect(target).toEqual(bytes);
});

test("more than fits is left and said, and nothing is written beyond", () => {
  const packed = encodeLzw(new Uint8Array(500).fill(3));
  const target = new Uint8Array(501);
  let more = 0;
  const count = decodeLzw(packed, target.subarray(0, 499), check, () => {
    more++;
  });
  expect([count, more, target[498], target[499]]).toEqual([499, 1, 3, 0]);
  expect([decodeLzw(packed, target.subarray(0, 500), check, () => more++), more]).toEqual([500, 1]);
});

test("a code that the table does not have is an error", async () => {
  const packed = Uint8Array.of(0b10000000, 0b01111111, 0b11000000);
  expect(await caught(() => decodeLzw(packed, new Uint8Array(9), check))).toMatchObject({
    code: "invalid_file",
    details: { found: 511 },
  });
});

test("the LZW of before TIFF 5.0 is known by its first code and read", () => {
  // 256, 7, 258 (7 7), 8, 257, each of nine bits, the least significant first.
  const codes = [256, 7, 258, 8, 257];
  const packed = new Uint8Array(6);
  for (const [index, code] of codes.entries()) {
    for (let bit = 0; bit < 9; bit++) {
      const at = index * 9 + bit;
      packed[at >> 3] = (packed[at >> 3] ?? 0) | (((code >> bit) & 1) << (at & 7));
    }
  }
  const target = new Uint8Array(9);
  expect(decodeLzw(packed, target, check)).toBe(4);
  expect([...target.subarray(0, 4)]).toEqual([7, 7, 7, 8]);
});

test("any bytes end, in data or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const target = new Uint8Array(1000);
      try {
        expect(decodeLzw(bytes, target, check)).toBeLessThanOrEqual(1000);
      } catch (error) {
        expect(error).toMatchObject({ name: "LegacyIoError" });
      }
    }),
  );
});

test("WebAssembly gives what is given without it: the same bytes, the same word of more, the same error", () => {
  const outcomeOf = (decode: typeof decodeLzwByWasm, bytes: Uint8Array, size: number): unknown => {
    const target = new Uint8Array(size + 8);
    let more = 0;
    try {
      const count = decode(bytes, target.subarray(0, size), check, () => more++);
      return [count, more, Buffer.from(target).toString("hex", 0, count), target.subarray(size).join()];
    } catch (error) {
      return String(error);
    }
  };
  const packed = fc.oneof(
    anyBytes.map(encodeLzw),
    fc.uint8Array({ maxLength: 400 }),
    // A damaged byte in what an encoder wrote.
    fc.tuple(anyBytes, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      const data = encodeLzw(bytes);
      data[at % data.length] = value;
      return data;
    }),
  );
  fc.assert(
    fc.property(packed, fc.constantFrom(0, 1, 7, 8, 9, 500, 30_000), (bytes, size) => {
      fc.pre(!isOldLzw(bytes));
      expect(outcomeOf(decodeLzwByWasm, bytes, size)).toEqual(outcomeOf(decodeLzw, bytes, size));
    }),
  );
  const long = Uint8Array.from({ length: 700_000 }, (_, index) =>
    index < 300_000 ? 0 : (index * index) >>> 9,
  );
  for (const size of [700_000, 299_999, 1]) {
    expect(outcomeOf(decodeLzwByWasm, encodeLzw(long), size)).toEqual(
      outcomeOf(decodeLzw, encodeLzw(long), size),
    );
  }
});
