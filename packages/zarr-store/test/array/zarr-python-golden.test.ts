import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeArrayMetadata, parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import { readArray } from "../../src/array/zarr-array.ts";
import { nodeZstd } from "../../src/node/runtime/zstd-node.ts";
import { bytesOf, naiveSlice } from "./arbitrary-array.ts";
import { metadataIn, type ObjectMap, readerOf } from "./object-map.ts";

interface GoldenCase {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of the values in C order, little-endian. */
  readonly sha256: string;
  readonly objects: Readonly<Record<string, string>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/zarr-python.json", import.meta.url), "utf8")) as {
  readonly zarr: string;
  readonly cases: readonly GoldenCase[];
};

function objectsOf({ objects }: GoldenCase): ObjectMap {
  return new Map(
    Object.entries(objects).map(([key, text]) => [key, new Uint8Array(Buffer.from(text, "base64"))]),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe(`zarr-python ${golden.zarr}`, () => {
  it.each(golden.cases)("what zarr-python wrote is read: $name", async (item) => {
    const objects = objectsOf(item);
    const metadata = metadataIn(objects);
    expect({ dtype: metadata.dtype, shape: metadata.shape }).toEqual({
      dtype: item.dtype,
      shape: item.shape,
    });
    const whole = await readArray(metadata, readerOf(objects), { missingChunks: "fill", zstd: nodeZstd });
    expect(sha256(bytesOf(whole))).toBe(item.sha256);
    const portable = await readArray(metadata, readerOf(objects), { missingChunks: "fill" });
    expect(sha256(bytesOf(portable))).toBe(item.sha256);
    const selection = item.shape.map((length) => ({ start: Math.min(1, length), stop: length }));
    const region = await readArray(metadata, readerOf(objects), { missingChunks: "fill", selection });
    expect(bytesOf(region).equals(bytesOf(naiveSlice(whole, selection)))).toBe(true);
  });

  it("what zarr-python wrote says the same after its metadata were parsed and encoded again", () => {
    for (const item of golden.cases) {
      const metadata = metadataIn(objectsOf(item));
      if (metadata.zarrFormat === 3) {
        expect(parseArrayMetadata(encodeArrayMetadata(metadata), item.name)).toEqual(metadata);
      }
    }
  });
});
