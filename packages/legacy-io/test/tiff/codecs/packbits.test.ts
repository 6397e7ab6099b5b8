import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePackBits } from "../../../src/tiff/codecs/packbits.ts";
import { codeOf } from "../../support/caught.ts";

const check = (): void => {};

/** Pieces of literal bytes and runs, as an encoder may cut them, with no-ops between. */
const anyPieces = fc.array(
  fc.oneof(
    fc
      .uint8Array({ minLength: 1, maxLength: 128 })
      .map((bytes) => ({ plain: [...bytes], packed: [bytes.length - 1, ...bytes] })),
    fc
      .record({ byte: fc.integer({ min: 0, max: 255 }), length: fc.integer({ min: 2, max: 128 }) })
      .map(({ byte, length }) => ({
        plain: Array.from({ length }, () => byte),
        packed: [257 - length, byte],
      })),
    fc.constant({ plain: [], packed: [128] }),
  ),
  { maxLength: 30 },
);

test("gives back literals and runs", () => {
  fc.assert(
    fc.property(anyPieces, (pieces) => {
      const plain = pieces.flatMap((piece) => piece.plain);
      const target = new Uint8Array(plain.length);
      expect(decodePackBits(Uint8Array.from(pieces.flatMap((piece) => piece.packed)), target, check)).toBe(
        plain.length,
      );
      expect([...target]).toEqual(plain);
    }),
  );
});

test("the example of the specification", () => {
  const packed = Uint8Array.of(
    0xfe,
    0xaa,
    0x02,
    0x80,
    0x00,
    0x2a,
    0xfd,
    0xaa,
    0x03,
    0x80,
    0x00,
    0x2a,
    0x22,
    0xf7,
    0xaa,
  );
  const target = new Uint8Array(24);
  expect(decodePackBits(packed, target, check)).toBe(24);
  expect(Buffer.from(target).toString("hex")).toBe("aaaaaa80002aaaaaaaaa80002a22aaaaaaaaaaaaaaaaaaaa");
});

test("data that goes on beyond its rows is left and said", () => {
  const target = new Uint8Array(10);
  let more = 0;
  for (const packed of [
    Uint8Array.of(0x81, 7),
    Uint8Array.of(9, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7),
    Uint8Array.of(0xf8, 7, 0xf8, 7),
  ]) {
    target.fill(0);
    expect(decodePackBits(packed, target.subarray(0, 9), check, () => more++)).toBe(9);
    expect([...target]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 0]);
  }
  expect(more).toBe(3);
});

test("data that is cut off is an error", async () => {
  expect(await codeOf(() => decodePackBits(Uint8Array.of(4, 1, 2), new Uint8Array(9), check))).toBe(
    "invalid_file",
  );
  expect(await codeOf(() => decodePackBits(Uint8Array.of(200), new Uint8Array(9), check))).toBe(
    "invalid_file",
  );
});
