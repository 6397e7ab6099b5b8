// Pixels whose hash is known are hashed again only where other bytes are stored.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ndArrayBytes } from "../../../src/array/nd-array.ts";
import { memoryStore, type NdArray, openDataset } from "../../../src/index.ts";
import { nodeRuntime } from "../../../src/node/index.ts";

const IMAGE: NdArray<"uint16"> = {
  dtype: "uint16",
  shape: [8, 5],
  data: Uint16Array.from({ length: 40 }, (_, i) => i),
};
const SHA256 = sha256Of(ndArrayBytes(IMAGE));

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Stores the image with its hash; returns the sizes of the objects of pixels that were hashed. */
async function hashedSizes(options: {
  readonly compression?: "none" | "zstd";
  readonly chunks?: readonly number[];
}): Promise<{ readonly hashed: readonly number[]; readonly chunks: readonly number[] }> {
  const hashed: Uint8Array[] = [];
  const runtime = nodeRuntime();
  const dataset = await openDataset(memoryStore(), {
    runtime: {
      ...runtime,
      sha256: (bytes) => {
        hashed.push(bytes);
        return runtime.sha256(bytes);
      },
    },
  });
  const encoded = await dataset.encodeImage(IMAGE, { ...options, arraySha256: SHA256 });
  const chunks = encoded.objects.filter(({ key }) => key !== "zarr.json");
  const record = await dataset.addImage(encoded, { id: "one" });
  const hashes = await record.objectHashes();
  for (const { key, bytes } of encoded.objects) {
    expect(hashes.get(`data/${key}`)).toBe(sha256Of(bytes));
  }
  expect(await record.loadArray()).toEqual(IMAGE);
  return {
    hashed: chunks.filter(({ bytes }) => hashed.includes(bytes)).map(({ bytes }) => bytes.length),
    chunks: chunks.map(({ bytes }) => bytes.length),
  };
}

describe("pixels whose hash is known", () => {
  it("are not hashed again where one chunk without compression holds them", async () => {
    expect(await hashedSizes({ compression: "none" })).toEqual({ hashed: [], chunks: [80] });
  });

  it.each([
    ["compressed", { compression: "zstd" }],
    ["in several chunks", { compression: "none", chunks: [4, 5] }],
    ["in one chunk that is larger", { compression: "none", chunks: [16, 5] }],
  ] as const)("are hashed as they are stored: %s", async (_, options) => {
    const { hashed, chunks } = await hashedSizes(options);
    expect(hashed).toEqual(chunks);
  });
});
