import { expect, test } from "vitest";
import { type ByteSource, bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff } from "../../src/tiff/read-tiff.ts";
import { caught } from "../support/caught.ts";
import { buildTiff, elementBytes, greyTags, long } from "./tiff-fixture.ts";

const WIDTH = 6;
const HEIGHT = 40;
const ROWS_PER_STRIP = 8;
const VALUES = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index * 257 + 3) % 65_536);

/** Forty rows in five strips, which follow one another unless they are written with a gap. */
function scan(isLittleEndian: boolean, gapBytes = 0): Uint8Array<ArrayBuffer> {
  const stripBytes = WIDTH * ROWS_PER_STRIP * 2;
  const bytes = elementBytes(VALUES, 2, isLittleEndian);
  const segments = Array.from({ length: HEIGHT / ROWS_PER_STRIP }, (_, strip) => {
    const segment = new Uint8Array(stripBytes + gapBytes);
    segment.set(bytes.subarray(strip * stripBytes, (strip + 1) * stripBytes));
    return segment;
  });
  return buildTiff([{ tags: greyTags(WIDTH, HEIGHT, 16, [long(278, ROWS_PER_STRIP)]), segments }], {
    isLittleEndian,
  });
}

/** A source that gives bytes to keep, as a file does. Records how it was asked for pixels. */
function ownedSource(bytes: Uint8Array<ArrayBuffer>): ByteSource & { readonly asked: string[] } {
  const source = bytesSource(bytes);
  const asked: string[] = [];
  return {
    ...source,
    asked,
    readInto: async (offset, target) => {
      asked.push("readInto");
      target.set(await source.read(offset, target.length));
    },
    readOwned: async (offset, length) => {
      asked.push("readOwned");
      return new Uint8Array(await source.read(offset, length));
    },
  };
}

test.for([true, false])(
  "strips that follow one another are one read to keep, little-endian: %s",
  async (order) => {
    const bytes = scan(order);
    const before = bytes.slice();
    const source = ownedSource(bytes);
    const { image } = await readTiff(source);
    expect([image.shape, image.dtype, [...image.data]]).toEqual([[HEIGHT, WIDTH], "uint16", VALUES]);
    expect(image.data.buffer.byteLength).toBe(image.data.byteLength);
    expect(source.asked).toEqual(["readOwned"]);
    expect(bytes).toEqual(before);
  },
);

test("strips with something between them are read each where it belongs", async () => {
  const source = ownedSource(scan(true, 2));
  const { image } = await readTiff(source);
  expect([...image.data]).toEqual(VALUES);
  expect(source.asked).toEqual(Array(HEIGHT / ROWS_PER_STRIP).fill("readInto"));
});

test("pixels to keep are counted in the memory that a file may take, and a stopped reader does not ask for them", async () => {
  const source = ownedSource(scan(true));
  const refusals: string[] = [];
  for (let availableBytes = 0; availableBytes < 4096; availableBytes += 64) {
    const limits = { maxMemoryBytes: availableBytes - source.sizeBytes };
    const read = await readTiff(source, { limits }).catch((error: unknown) => error);
    if (read instanceof Error) {
      refusals.push(read.message);
      expect(source.asked).toEqual([]);
    }
  }
  expect(refusals.at(-1)).toContain(`${WIDTH * HEIGHT * 2} of them for its pixels`);
  source.asked.length = 0;
  const controller = new AbortController();
  const { read } = source;
  const stopping: ByteSource = {
    ...source,
    read: async (offset, length) => {
      controller.abort();
      return read(offset, length);
    },
  };
  expect(await caught(() => readTiff(stopping, { signal: controller.signal }))).toMatchObject({
    code: "aborted",
  });
  expect(source.asked).toEqual([]);
});
