import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff, readTiffInPlace } from "../../src/tiff/read-tiff.ts";
import { writeImageJTiff } from "../../src/tiff/write/write-imagej.ts";
import { buildTiff, greyTags } from "./tiff-fixture.ts";

describe("reading a TIFF where it lies in memory", () => {
  it("gives the pixels as a view of the file's bytes, without a copy", async () => {
    const data = Uint16Array.from({ length: 12 }, (_, index) => index * 1000);
    const bytes = writeImageJTiff({ dtype: "uint16", shape: [4, 3], data });
    const { image } = await readTiffInPlace(bytes);
    expect(image).toEqual({ dtype: "uint16", shape: [4, 3], data });
    expect(image.data.buffer).toBe(bytes.buffer);
  });

  it("copies pixels in the other byte order, and leaves the file's bytes as they are", async () => {
    const page = { tags: greyTags(1, 2, 16), segments: [Uint8Array.of(2, 1, 4, 3)] };
    const bytes = buildTiff([page], { isLittleEndian: false });
    const before = bytes.slice();
    const { image } = await readTiffInPlace(bytes);
    expect([...image.data]).toEqual([0x0201, 0x0403]);
    expect(bytes).toEqual(before);
  });

  it("copies pixels that do not begin at a multiple of their size", async () => {
    const aligned = writeImageJTiff({ dtype: "uint16", shape: [2, 2], data: Uint16Array.of(1, 2, 3, 4) });
    const odd = new Uint8Array(aligned.length + 1).subarray(1);
    odd.set(aligned);
    const { image } = await readTiffInPlace(odd);
    expect([...image.data]).toEqual([1, 2, 3, 4]);
    expect(image.data.buffer).not.toBe(odd.buffer);
  });

  it("refuses what ends before its pixels do, and what is beyond the limits, as a copy would", async () => {
    const data = new Uint16Array(12);
    const bytes = writeImageJTiff({ dtype: "uint16", shape: [4, 3], data });
    await expect(readTiffInPlace(bytes.slice(0, -1))).rejects.toMatchObject({ code: "invalid_file" });
    await expect(readTiffInPlace(bytes, { limits: { maxDecodedBytes: 23 } })).rejects.toMatchObject({
      code: "not_supported",
    });
  });

  const valid = findSharedData("tiff/valid");
  const names = valid === undefined ? [] : readdirSync(valid).filter((name) => name.endsWith(".tif"));
  test.for(names)("%s is the same read either way", async (name) => {
    const bytes = new Uint8Array(readFileSync(join(valid ?? "", name)));
    const options = { codecs: nodeTiffCodecs };
    const outcome = await readTiff(bytesSource(bytes), options).catch((error: Error) => error.message);
    expect(await readTiffInPlace(bytes, options).catch((error: Error) => error.message)).toEqual(outcome);
  });
});
