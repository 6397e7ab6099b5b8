/** Codecs that a caller brings along. */
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ArrayToArrayCodec, BytesToBytesCodec, ZarrCodec } from "../../src/array/codecs/zarr-codec.ts";
import {
  type ArrayMetadata,
  encodeArrayMetadata,
  parseArrayMetadata,
} from "../../src/array/metadata/array-metadata.ts";
import { ndArrayBytes } from "../../src/array/nd-array.ts";
import { readArray } from "../../src/array/zarr-array.ts";
import { openDataset } from "../../src/dataset/open-dataset.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { joinKey } from "../../src/store/store-key.ts";

/** Adds a number to each byte, modulo 256. */
const addCodec: BytesToBytesCodec<{ readonly summand: number }> = {
  name: "example.add",
  v2Id: "add",
  kind: "bytes-bytes",
  zarrFormats: [2, 3],
  members: ["summand"],
  parse: (configuration) => ({ summand: configuration.integer("summand", 0, 255) }),
  decode: (bytes, { summand }) => bytes.map((byte) => byte - summand),
};

/** Stores the first element and then differences; of uint8 alone. */
const deltaCodec: ArrayToArrayCodec = {
  name: "example.delta",
  v2Id: "delta",
  kind: "array-array",
  zarrFormats: [2, 3],
  members: [],
  parse: (configuration) => {
    if (configuration.dtype !== "uint8") {
      throw new Error("differences of uint8 alone");
    }
    return {};
  },
  decode: (elements) => {
    let sum = 0;
    return elements.map((difference) => {
      sum = (sum + difference) & 0xff;
      return sum;
    });
  },
};

const OWN: readonly ZarrCodec[] = [addCodec, deltaCodec];
const VALUES = Uint8Array.of(9, 7, 200, 201, 3, 3);
const DIFFERENCES = Uint8Array.of(9, 254, 193, 1, 58, 0);
const plus = (bytes: Uint8Array, summand: number): Uint8Array => bytes.map((byte) => byte + summand);

function v3(codecs: readonly unknown[], data_type = "uint8"): Record<string, unknown> {
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [2, 3],
    data_type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 3] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "." } },
    fill_value: 0,
    codecs,
  };
}

function v2(compressor: unknown, filters: unknown): Record<string, unknown> {
  return {
    zarr_format: 2,
    shape: [2, 3],
    chunks: [2, 3],
    dtype: "|u1",
    compressor,
    fill_value: 0,
    filters,
    order: "C",
  };
}

const add = { name: "example.add", configuration: { summand: 5 } };
const delta = { name: "example.delta" };

async function valuesOf(metadata: ArrayMetadata, stored: Uint8Array): Promise<readonly number[]> {
  const array = await readArray(metadata, async () => new Uint8Array(stored), { codecs: OWN, where: "a" });
  return [...ndArrayBytes(array)];
}

describe("codecs of a caller", () => {
  it("an array of Zarr v3 is read by codecs of the caller, before and after the one that makes bytes", async () => {
    const metadata = parseArrayMetadata(v3([delta, "bytes", add]), "zarr.json", OWN);
    expect(await valuesOf(metadata, plus(DIFFERENCES, 5))).toEqual([...VALUES]);
    expect(encodeArrayMetadata(metadata)["codecs"]).toEqual([delta, { name: "bytes" }, add]);
  });

  it("codecs of the caller work in a shard as outside one", async () => {
    const sharded = {
      name: "sharding_indexed",
      configuration: {
        chunk_shape: [2, 3],
        codecs: [delta, "bytes", add],
        index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
      },
    };
    const index = new Uint8Array(BigUint64Array.of(0n, 6n).buffer);
    const metadata = parseArrayMetadata(v3([sharded]), "zarr.json", OWN);
    expect(await valuesOf(metadata, Buffer.concat([plus(DIFFERENCES, 5), index]))).toEqual([...VALUES]);
  });

  it("an array of Zarr v2 is read by a compressor and by filters of the caller", async () => {
    const filtered = parseArrayMetadata(v2({ id: "add", summand: 1 }, [{ id: "delta" }]), ".zarray", OWN);
    expect(await valuesOf(filtered, plus(DIFFERENCES, 1))).toEqual([...VALUES]);
    const both = v2({ id: "zlib", level: 1 }, [{ id: "delta" }, { id: "add", summand: 3 }]);
    const stored = deflateSync(plus(DIFFERENCES, 3));
    expect(await valuesOf(parseArrayMetadata(both, ".zarray", OWN), stored)).toEqual([...VALUES]);
  });

  it("a codec of the caller takes the place of one of the same name", async () => {
    const crc32c = { ...addCodec, name: "crc32c", parse: () => ({ summand: 2 }) };
    const metadata = parseArrayMetadata(v3(["bytes", "crc32c"]), "zarr.json", [crc32c]);
    const array = await readArray(metadata, async () => plus(VALUES, 2), { codecs: [crc32c] });
    expect([...ndArrayBytes(array)]).toEqual([...VALUES]);
  });

  it("a dataset is opened with codecs for the arrays that another program wrote", async () => {
    const store = memoryStore();
    const files: Readonly<Record<string, unknown>> = {
      ".zgroup": { zarr_format: 2 },
      ".zattrs": { format: "kymflow_zarr_v1", schema_version: 1 },
      "images/.zgroup": { zarr_format: 2 },
      "images/a/.zgroup": { zarr_format: 2 },
      "images/a/data/.zarray": v2({ id: "add", summand: 4 }, null),
    };
    for (const [key, value] of Object.entries(files)) {
      await store.put(joinKey(key), new TextEncoder().encode(JSON.stringify(value)));
    }
    await store.put(joinKey("images/a/data/0.0"), new Uint8Array(plus(VALUES, 4)));
    const dataset = await openDataset(store, { mode: "r", codecs: OWN });
    expect([...ndArrayBytes(await dataset.record("a").loadArray())]).toEqual([...VALUES]);
    const without = await openDataset(store, { mode: "r" });
    await expect(without.record("a").loadArray()).rejects.toMatchObject({
      code: "invalid_metadata",
      message: expect.stringMatching(/compressor\.id: expected .*the option "codecs", found "add"/),
    });
  });
});

describe("codecs that are not known", () => {
  it.each([
    ["invalid_metadata", v3(["bytes", { name: "rot13" }]), "codecs[1]", "rot13"],
    ["invalid_metadata", v3([{ name: "rot13" }, "bytes"]), "codecs[0]", "rot13"],
    ["not_supported", v3(["bytes", { name: "numcodecs.bz2" }]), "codecs[1]", "numcodecs.bz2"],
    ["not_supported", v2(null, [{ id: "delta" }]), "filters[0]", "delta"],
    ["invalid_metadata", v2({ id: "rar" }, null), "compressor.id", "rar"],
  ])(
    "the error %s for an unknown codec names it, and how one of your own is added",
    (code, document, path, name) => {
      const parse = (): unknown => parseArrayMetadata(document, "a");
      expect(parse).toThrow(expect.objectContaining({ code }));
      expect(parse).toThrow(`a: ${path}: `);
      expect(parse).toThrow(name);
      expect(parse).toThrow('you can pass your own in the option "codecs"');
    },
  );

  it("metadata that were read with a codec are not_supported where chunks are read without it", async () => {
    const metadata = parseArrayMetadata(v3(["bytes", add]), "zarr.json", OWN);
    await expect(
      readArray(metadata, async () => new Uint8Array(VALUES), { where: "a" }),
    ).rejects.toMatchObject({
      code: "not_supported",
      message:
        'a/c.0.0: the codec "example.add" is not supported; you can pass your own in the option "codecs"',
    });
  });
});

describe("what holds of a codec whoever wrote it", () => {
  it.each([
    ["another member", { summand: 5, more: 1 }, "configuration.more: expected no such member"],
    ["a number out of range", { summand: 256 }, "configuration.summand: expected an integer from 0 to 255"],
    ["nothing", {}, "configuration.summand: expected an integer from 0 to 255, found nothing"],
  ])("a configuration with %s is invalid_metadata, naming the member", (_, configuration, said) => {
    const parse = (): unknown =>
      parseArrayMetadata(v3(["bytes", { name: "example.add", configuration }]), "a", OWN);
    expect(parse).toThrow(expect.objectContaining({ code: "invalid_metadata" }));
    expect(parse).toThrow(said);
  });

  it("what a codec throws on its configuration becomes invalid_metadata with its words", () => {
    const parse = (): unknown =>
      parseArrayMetadata(
        v3([delta, { name: "bytes", configuration: { endian: "little" } }], "uint16"),
        "a",
        OWN,
      );
    expect(parse).toThrow(expect.objectContaining({ code: "invalid_metadata" }));
    expect(parse).toThrow('a configuration of the codec "example.delta": differences of uint8 alone');
  });

  it.each([
    [
      "throws",
      (): never => {
        throw new Error("no");
      },
      "example.add does not decode: no",
    ],
    ["gives too many bytes", () => new Uint8Array(1e6), "makes 1000000 bytes where at most 6 are expected"],
    ["gives too few bytes", () => new Uint8Array(5), "a chunk of 5 bytes where 6 are expected"],
  ])("a chunk is integrity, and no value comes out, where its codec %s", async (_, decode, message) => {
    const metadata = parseArrayMetadata(v3(["bytes", add]), "zarr.json", OWN);
    const codecs = [{ ...addCodec, decode }];
    await expect(
      readArray(metadata, async () => new Uint8Array(VALUES), { codecs, where: "a" }),
    ).rejects.toMatchObject({
      code: "integrity",
      details: { path: "a/c.0.0" },
      message: expect.stringContaining(message),
    });
  });

  it("a chunk is integrity where a codec of arrays gives another number of elements", async () => {
    const metadata = parseArrayMetadata(v3([delta, "bytes"]), "zarr.json", OWN);
    const codecs = [{ ...deltaCodec, decode: () => new Uint8Array(7) }];
    await expect(
      readArray(metadata, async () => new Uint8Array(VALUES), { codecs, where: "a" }),
    ).rejects.toMatchObject({
      code: "integrity",
      message: "a/c.0.0: example.delta makes 7 bytes where 6 are expected",
    });
  });
});
