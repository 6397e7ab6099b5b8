import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBloscLz } from "../../src/codecs/blosclz.ts";
import { decodeLz4Block } from "../../src/codecs/lz4-block.ts";
import { unshuffleBits, unshuffleBytes } from "../../src/codecs/unshuffle.ts";

const elements = fc
  .record({ typeSize: fc.integer({ min: 1, max: 9 }), groups: fc.integer({ min: 0, max: 5 }) })
  .chain(({ typeSize, groups }) =>
    fc.record({
      typeSize: fc.constant(typeSize),
      bytes: fc.uint8Array({ minLength: typeSize * groups * 8, maxLength: typeSize * groups * 8 }),
      rest: fc.uint8Array({ maxLength: typeSize - 1 }),
    }),
  );

describe("unshuffle", () => {
  it("undoing a shuffle puts every byte back", () => {
    fc.assert(
      fc.property(elements, ({ typeSize, bytes, rest }) => {
        const count = bytes.length / typeSize;
        const shuffled = bytes.map((_, i) => bytes[(i % count) * typeSize + Math.floor(i / count)]!);
        expect([...unshuffleBytes(new Uint8Array([...shuffled, ...rest]), typeSize)]).toEqual([
          ...bytes,
          ...rest,
        ]);
      }),
    );
  });

  it("undoing a shuffle puts every bit back", () => {
    fc.assert(
      fc.property(elements, ({ typeSize, bytes, rest }) => {
        const count = bytes.length / typeSize;
        const shuffled = new Uint8Array(bytes.length);
        for (let element = 0; element < count; element += 1) {
          for (let bit = 0; bit < typeSize * 8; bit += 1) {
            const value = (bytes[element * typeSize + (bit >> 3)]! >> (bit & 7)) & 1;
            const position = bit * count + element;
            shuffled[position >> 3]! |= value << (position & 7);
          }
        }
        expect([...unshuffleBits(new Uint8Array([...shuffled, ...rest]), typeSize)]).toEqual([
          ...bytes,
          ...rest,
        ]);
      }),
    );
  });

  it("undoing a shuffle leaves a block alone that is not of groups of eight elements", () => {
    expect([...unshuffleBits(new Uint8Array([1, 2, 3, 4, 5, 6]), 2)]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("LZ4", () => {
  it("an LZ4 block decodes literals, matches and matches that overlap themselves", () => {
    const block = [
      0x12,
      "a".charCodeAt(0),
      1,
      0,
      0x30,
      ..."xyz".split("").map((letter) => letter.charCodeAt(0)),
    ];
    expect(Buffer.from(decodeLz4Block(new Uint8Array(block), 10)).toString()).toBe("aaaaaaaxyz");
  });

  it.each([
    ["too many literals", [0x30, 1, 2], 3],
    ["more than is expected", [0x30, 1, 2, 3], 2],
    ["less than is expected", [0x30, 1, 2, 3], 4],
    ["a match before the start", [0x12, 1, 2, 0, 0x10, 1], 9],
    ["a match of no distance", [0x12, 1, 0, 0, 0x10, 1], 9],
    ["a match beyond the end", [0x1f, 1, 1, 0, 255, 255, 255, 0], 100],
    ["a length without end", [0xf0, 255, 255], 1000],
    ["half a distance", [0x10, 1, 1], 10],
    ["nothing", [], 1],
  ])("an LZ4 block is an error with %s", (_, block, sizeBytes) => {
    expect(() => decodeLz4Block(new Uint8Array(block), sizeBytes)).toThrow(Error);
  });

  it.each([
    ["LZ4", decodeLz4Block],
    ["BloscLZ", decodeBloscLz],
  ])("a block of noise, as %s, makes exactly what is expected or an error", (_, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(64), (block, sizeBytes) => {
        let length = sizeBytes;
        try {
          length = decode(block, sizeBytes).length;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(length).toBe(sizeBytes);
      }),
      { numRuns: 1000 },
    );
  });
});
