import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import {
  encodeImageJMetadata,
  type ImageJMetadata,
  parseImageJMetadata,
} from "../../../src/tiff/descriptions/imagej-metadata.ts";
import { describeTiff } from "../../../src/tiff/read-tiff.ts";
import { writeImageJTiff } from "../../../src/tiff/write/write-imagej.ts";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => new Uint8Array(array));
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const metadata: fc.Arbitrary<ImageJMetadata> = fc.record({
  info: fc.option(text, { nil: undefined }),
  properties: fc.array(text, { maxLength: 4 }),
  labels: fc.array(text, { maxLength: 4 }),
  ranges: fc.array(fc.double({ noNaN: true }), { maxLength: 6 }),
  luts: fc.array(bytes, { maxLength: 3 }),
  selection: fc.option(bytes, { nil: undefined }),
  overlay: fc.array(bytes, { maxLength: 4 }),
  others: fc
    .array(fc.record({ type: fc.constantFrom("plot", "zzzz"), bytes }), { maxLength: 3 })
    .map((list) => list.toSorted((a, b) => (a.type < b.type ? -1 : 1))),
});
const NOTHING: ImageJMetadata = {
  info: undefined,
  properties: [],
  labels: [],
  ranges: [],
  luts: [],
  selection: undefined,
  overlay: [],
  others: [],
};
const WHOLE: ImageJMetadata = {
  ...NOTHING,
  info: "scored by µ",
  labels: ["a", ""],
  ranges: [0, 255],
  luts: [new Uint8Array(768).fill(7)],
  overlay: [Uint8Array.of(1, 2)],
};

describe("ImageJ's metadata", () => {
  test("are the same after writing and reading, whatever they hold", () => {
    fc.assert(
      fc.property(metadata, (all) => {
        const tags = encodeImageJMetadata(all);
        expect(tags === undefined ? NOTHING : parseImageJMetadata(tags, true)).toEqual(all);
      }),
    );
  });

  test("are read in the byte order of the TIFF", () => {
    const tags = encodeImageJMetadata(WHOLE);
    const swapped = swap(tags?.bytes ?? new Uint8Array(), tags?.byteCounts ?? []);
    expect(parseImageJMetadata({ byteCounts: tags?.byteCounts ?? [], bytes: swapped }, false)).toEqual(WHOLE);
  });

  test("are in a TIFF that we write, for two planes as for one", async () => {
    const data = Uint8Array.from({ length: 24 }, (_, index) => index);
    for (const shape of [
      [6, 4],
      [2, 3, 4],
    ]) {
      const file = writeImageJTiff({ dtype: "uint8", shape, data }, { imageJMetadata: WHOLE });
      const info = await describeTiff(bytesSource(file));
      expect([info.imageJMetadata, info.warnings]).toEqual([WHOLE, []]);
    }
    const without = await describeTiff(bytesSource(writeImageJTiff({ dtype: "uint8", shape: [6, 4], data })));
    expect(without.imageJMetadata).toBeUndefined();
  });

  test.each([
    ["no byte counts", (tags: Tags) => ({ ...tags, byteCounts: [] })],
    [
      "a header of another size",
      (tags: Tags) => ({ ...tags, byteCounts: [13, ...tags.byteCounts.slice(1)] }),
    ],
    [
      "a byte count beyond the tag",
      (tags: Tags) => ({ ...tags, byteCounts: [...tags.byteCounts.slice(0, -1), 9e8] }),
    ],
    ["fewer byte counts than blocks", (tags: Tags) => ({ ...tags, byteCounts: tags.byteCounts.slice(0, 3) })],
    ["half a character", (tags: Tags) => ({ ...tags, byteCounts: tags.byteCounts.with(1, 3) })],
    ["other first bytes", (tags: Tags) => ({ ...tags, bytes: tags.bytes.with(0, 0) })],
    ["bytes that are cut off", (tags: Tags) => ({ ...tags, bytes: tags.bytes.slice(0, -1) })],
  ])("with %s are refused by name, and cost the TIFF nothing but a warning", async (_, damage) => {
    const tags = encodeImageJMetadata(WHOLE) ?? { byteCounts: [], bytes: new Uint8Array() };
    const damaged = damage({ ...tags, bytes: new Uint8Array(tags.bytes) });
    expect(() => parseImageJMetadata(damaged, true)).toThrow(
      expect.objectContaining({ code: "invalid_file", message: expect.stringContaining("ImageJMetadata") }),
    );
  });

  test("that are damaged in a file are a warning, and the pixels are read", async () => {
    const image = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;
    const file = writeImageJTiff(image, { imageJMetadata: WHOLE });
    const at = Buffer.from(file).indexOf("JIJI");
    expect(at).toBeGreaterThan(0);
    const info = await describeTiff(bytesSource(file.with(at, 0)));
    expect(info.warnings).toEqual([expect.stringContaining("TIFF tag ImageJMetadata: expected a header")]);
    expect(info.imageJMetadata).toBeUndefined();
  });
});

interface Tags {
  readonly byteCounts: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The same blocks in big-endian order: words of the header, characters, and numbers are turned round. */
function swap(all: Uint8Array, byteCounts: readonly number[]): Uint8Array {
  const types: string[] = [];
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  for (let at = 4; at < (byteCounts[0] ?? 0); at += 8) {
    const type = Buffer.from(all.subarray(at, at + 4))
      .reverse()
      .toString("latin1");
    types.push(...Array.from({ length: view.getUint32(at + 4, true) }, () => type));
  }
  let at = 0;
  return Buffer.concat(
    byteCounts.map((size, index) => {
      const part = Buffer.from(all.subarray(at, at + size));
      at += size;
      const type = types[index - 1] ?? "";
      if (index === 0) {
        return part.swap32();
      }
      return type === "info" || type === "labl" ? part.swap16() : type === "rang" ? part.swap64() : part;
    }),
  );
}
