// TIFF compressions that a caller passes to the reader.
import { expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import type { TiffCodec } from "../../../src/tiff/codecs/tiff-codec.ts";
import { describeTiff, readTiff, readTiffRegion } from "../../../src/tiff/read-tiff.ts";
import { caught } from "../../support/caught.ts";
import { buildTiff, greyTags, short } from "../tiff-fixture.ts";

const inverted: TiffCodec = {
  codes: [65100],
  name: "inverted",
  maxRatio: 1,
  hasPredictor: true,
  decode: (bytes) => bytes.map((byte) => 255 - byte),
};
const PIXELS = Uint8Array.from({ length: 12 }, (_, index) => 7 * index);

function tiff(
  code: number,
  stored: Uint8Array,
  further: Parameters<typeof greyTags>[3] = [],
): Uint8Array<ArrayBuffer> {
  return buildTiff([{ tags: greyTags(4, 3, 8, [short(259, code), ...further]), segments: [stored] }]);
}

const invert = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => 255 - byte);

test("a TIFF is described and read, whole and in part, by a compression of the caller", async () => {
  const source = bytesSource(tiff(65100, invert(PIXELS)));
  const options = { codecs: [inverted] };
  expect((await describeTiff(source, options)).compression).toBe("inverted");
  expect((await readTiff(source, options)).image.data).toEqual(PIXELS);
  expect((await readTiffRegion(source, { ...options, rowStart: 1, rowStop: 2 })).data).toEqual(
    PIXELS.slice(4, 8),
  );
});

test("a predictor is undone after a compression of the caller that has one, and ignored with a warning after one that has none", async () => {
  const differences = PIXELS.map((value, index) => (index % 4 === 0 ? value : 7));
  const source = bytesSource(tiff(65100, invert(differences), [short(317, 2)]));
  expect((await readTiff(source, { codecs: [inverted] })).image.data).toEqual(PIXELS);
  const codecs = [{ ...inverted, hasPredictor: false }];
  const { image, info } = await readTiff(source, { codecs });
  expect(image.data).toEqual(differences);
  expect(info.warnings).toEqual(["TIFF tag Predictor: 2 means nothing with inverted and is ignored"]);
});

test("a compression of the caller takes the place of ours of the same code", async () => {
  const source = bytesSource(tiff(8, invert(PIXELS)));
  expect((await readTiff(source, { codecs: [{ ...inverted, codes: [8] }] })).image.data).toEqual(PIXELS);
  expect(await caught(() => readTiff(source))).toMatchObject({ code: "invalid_file" });
});

test("the error for an unknown compression names it, and how one of your own is added", async () => {
  expect(await caught(() => readTiff(bytesSource(tiff(50001, PIXELS))))).toMatchObject({
    code: "not_supported",
    details: { tag: "Compression" },
    message:
      'TIFF tag Compression: 50001 (WebP) is not supported; to read it, pass a decoder in the option "codecs"',
  });
});

test.each([
  [
    "throws",
    (): never => {
      throw new Error("no");
    },
    "damaged inverted data: no",
  ],
  ["rejects", () => Promise.reject(new Error("no")), "damaged inverted data: no"],
  [
    "gives too many bytes",
    () => new Uint8Array(13),
    "damaged inverted data: 13 bytes where at most 12 are expected",
  ],
  ["gives too few bytes", async () => new Uint8Array(11), "TIFF strip 0 ends early: 11 of its 12 bytes"],
])("pixels are invalid_file, and no value comes out, where their codec %s", async (_, decode, message) => {
  const error = await caught(() =>
    readTiff(bytesSource(tiff(65100, PIXELS)), { codecs: [{ ...inverted, decode }] }),
  );
  expect(error).toMatchObject({ code: "invalid_file", message });
});

test("pixels that a file cannot hold by the ratio of a compression are refused before it is asked", async () => {
  let calls = 0;
  const decode = (bytes: Uint8Array): Uint8Array => {
    calls += 1;
    return bytes;
  };
  const source = bytesSource(tiff(65100, new Uint8Array(11)));
  const error = await caught(() => readTiff(source, { codecs: [{ ...inverted, decode }] }));
  expect(error).toMatchObject({ code: "invalid_file", details: { expected: 12, found: 11 } });
  expect(calls).toBe(0);
});
