import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NdArray } from "@kym/zarr-store";
import { createNdArray, ndArrayBytes } from "@kym/zarr-store/array";
import { afterEach, expect, test, vi } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { LegacyIoError } from "../../src/errors.ts";
import { readNpy } from "../../src/formats/npy.ts";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { describeTiff, readTiff } from "../../src/tiff/read-tiff.ts";
import { floatsOf, readNaively } from "../mutation/naive-tiff.ts";
import { caught } from "../support/caught.ts";

/** The array of a NumPy file; float16, which the NumPy reader refuses, as the float32 that it is read as. */
function truthOf(name: string): NdArray {
  const bytes = readFileSync(join(valid ?? "", `${name}.npy`));
  if (name !== "f16") {
    return readNpy(bytes);
  }
  const start = 10 + bytes.readUInt16LE(8);
  const shape = /'shape': \(([^)]*)\)/
    .exec(bytes.toString("latin1", 10, start))?.[1]
    ?.split(",")
    .map(Number);
  const floats = floatsOf(new Uint8Array(bytes.subarray(start)));
  return createNdArray("float32", shape ?? [], new Float32Array(floats.buffer));
}

/**
 * The reader looks at its clock between pieces of work, of a few thousand bytes. With a clock that advances this much at
 * each look, the limit of 2 s is reached after a hundred pieces, however fast the machine. That no single piece runs too
 * long is tested in `limits.soak.ts`, where a process that reads all these files is killed if it is late.
 */
const MS_PER_LOOK = 20;

const valid = findSharedData("tiff/valid");
const hostile = findSharedData("tiff/hostile");
const names = (folder: string | undefined): readonly string[] =>
  folder === undefined
    ? []
    : readdirSync(folder)
        .filter((file) => file.endsWith(".tif"))
        .map((file) => file.slice(0, -4));

test.runIf(valid !== undefined)("every file that the corpus lists is tested", () => {
  const listed: unknown = JSON.parse(readFileSync(join(valid ?? "", "index.json"), "utf8"));
  expect(names(valid).toSorted()).toEqual(Object.keys(listed ?? {}).toSorted());
  expect(names(valid).length).toBeGreaterThan(30);
});

test.for(
  names(valid).flatMap((name) => [
    { name, codecs: [] },
    { name, codecs: nodeTiffCodecs },
  ]),
)("$name is read as the array that was written", async ({ name, codecs }) => {
  const source = bytesSource(readFileSync(join(valid ?? "", `${name}.tif`)));
  const truth = truthOf(name);
  const { image, info } = await readTiff(source, { codecs });
  expect({ shape: image.shape, dtype: image.dtype }).toEqual({ shape: truth.shape, dtype: truth.dtype });
  expect(image.data).toEqual(truth.data);
  expect(await describeTiff(source)).toEqual(info);
  expect(info.axes).toHaveLength(image.shape.length);
});

afterEach(() => void vi.restoreAllMocks());

test.for(names(hostile))("hostile: %s is a typed error, or what its bytes say", async (name) => {
  const bytes = readFileSync(join(hostile ?? "", `${name}.tif`));
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    nowMs += MS_PER_LOOK;
    return nowMs;
  });
  const outcome = await readTiff(bytesSource(bytes)).catch((error: Error) => error);
  expect(nowMs, "looks at the clock").toBeGreaterThan(0);
  if (outcome instanceof Error) {
    expect(outcome).toBeInstanceOf(LegacyIoError);
    expect(outcome).toMatchObject({ code: expect.stringMatching(/^(invalid_file|not_supported)$/) });
    expect(outcome.message).not.toContain("maxDecodeMs");
    return;
  }
  const naive = readNaively(bytes);
  expect(outcome.image).toMatchObject({ dtype: naive.dtype, shape: naive.planeShape });
  expect(Buffer.from(ndArrayBytes(outcome.image)).equals(naive.bytes)).toBe(true);
});

test.runIf(hostile !== undefined)("hostile: errors say what is wrong", async () => {
  const messageOf = async (name: string): Promise<string> => {
    const bytes = readFileSync(join(hostile ?? "", `${name}.tif`));
    return (await caught(() => readTiff(bytesSource(bytes)))).message;
  };
  expect(await messageOf("huge_dims")).toMatch(/claims 2147483647 × 2147483647 .* 37304 bytes cannot hold/);
  expect(await messageOf("deflate_bomb")).toMatch(/65535 × 65535 .* cannot hold more than/);
  expect(await messageOf("truncated_half")).toMatch(/cannot hold/);
  expect(await messageOf("strip_count_huge")).toMatch(/StripOffsets: expected 1 to 8 .* 1073741823/);
  expect(await messageOf("zero_width")).toMatch(/ImageWidth: expected a number above 0, found 0/);
  expect(await messageOf("compression_unknown")).toMatch(/Compression: 65000/);
  expect(await messageOf("bits_per_sample_7")).toMatch(/BitsPerSample: unsigned integers of 7 bits/);
  expect(await messageOf("text")).toMatch(/not a TIFF/);
  expect(await messageOf("empty")).toMatch(/not a TIFF: 0 bytes/);
});
