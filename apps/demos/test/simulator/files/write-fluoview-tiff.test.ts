import { readFileSync } from "node:fs";
import { bytesSource, readTiff } from "@kym/legacy-io/tiff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { readStripTiff } from "../../../../../test/support/read-strip-tiff.ts";
import { writeFluoviewTiff } from "../../../src/simulator/files/write-fluoview-tiff.ts";

const REAL_TIFF = findSharedData("kymographs/28d AngII/20250722/20250722_A89_0003.tif");
const ramp = (length: number): Uint16Array => Uint16Array.from({ length }, (_, index) => index % 4096);

describe("writeFluoviewTiff", () => {
  it("holds the pixels, in strips of less than 64 KiB, whatever the size", () => {
    const sizes = fc.record({
      lines: fc.integer({ min: 1, max: 3000 }),
      px: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(sizes, ({ lines, px }) => {
        const pixels = ramp(lines * px);
        const tiff = readStripTiff(writeFluoviewTiff({ lines, px }, pixels));
        expect([tiff.height, tiff.width]).toEqual([lines, px]);
        expect(Buffer.compare(Buffer.from(tiff.data.buffer), Buffer.from(pixels.buffer))).toBe(0);
        expect(Math.max(...tiff.fields.get(279)!.values)).toBeLessThan(65_536);
      }),
      { numRuns: 30 },
    );
  });

  it("is read by our own reader", async () => {
    const pixels = ramp(3000 * 30);
    const { image, info } = await readTiff(bytesSource(writeFluoviewTiff({ lines: 3000, px: 30 }, pixels)));
    expect([image.dtype, image.shape]).toEqual(["uint16", [3000, 30]]);
    expect(image.data).toEqual(pixels);
    expect(info.calibration).toEqual([]);
  });

  it("says LONG where a size is beyond SHORT", () => {
    const lines = 65_536;
    const { fields, height } = readStripTiff(writeFluoviewTiff({ lines, px: 1 }, new Uint16Array(lines)));
    expect([height, fields.get(257)?.type, fields.get(256)?.type]).toEqual([lines, 4, 3]);
  });

  it("refuses pixels that are not of this size", () => {
    expect(() => writeFluoviewTiff({ lines: 2, px: 3 }, new Uint16Array(5))).toThrow(
      "expected 2 × 3 pixels, found 5",
    );
  });

  it.skipIf(REAL_TIFF === undefined)("has the fields of a real file of 2025, of the same types", () => {
    const real = readStripTiff(readFileSync(REAL_TIFF!));
    const ours = readStripTiff(
      writeFluoviewTiff({ lines: real.height, px: real.width }, new Uint16Array(real.data)),
    );
    const typesOf = (fields: typeof real.fields): readonly (readonly [number, number])[] =>
      [...fields].map(([tag, { type }]) => [tag, type]);
    expect(typesOf(ours.fields)).toEqual(typesOf(real.fields));
    expect(ours.fields.get(278)).toEqual(real.fields.get(278));
    expect(ours.fields.get(279)).toEqual(real.fields.get(279));
    expect(ours.data).toEqual(real.data);
  });
});
