// Metadata that n5-zarr, numcodecs and zarrs write, and that zarr-python reads: all of it legal, some of it unusual.
import { describe, expect, it } from "vitest";
import { parseArrayMetadata } from "../../../src/array/metadata/array-metadata.ts";
import { readArray } from "../../../src/array/zarr-array.ts";
import { isZarrStoreError } from "../../../src/errors.ts";

const V2 = {
  zarr_format: 2,
  shape: [4, 3],
  chunks: [4, 3],
  dtype: ">u2",
  compressor: null,
  fill_value: "0",
  order: "C",
  filters: [],
  dimension_separator: "/",
};
const V3 = {
  zarr_format: 3,
  node_type: "array",
  shape: [4, 3],
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 3] } },
  chunk_key_encoding: { name: "default" },
  fill_value: 0,
  attributes: { _zarrs: { description: "This array was created with zarrs", version: "0.18.0" } },
};

describe("metadata of n5-zarr", () => {
  it.each([
    [">u2", "0", 0],
    ["<i4", "-7", -7],
    ["<u8", "18446744073709551615", 18446744073709551615n],
    ["<f4", "0.5", 0.5],
    ["<f8", "1e3", 1000],
    ["<f8", "NaN", Number.NaN],
    ["|b1", "0", false],
    ["|b1", 1, true],
    [">i2", "5.0", 5],
  ])("of the dtype %s have the fill value %j", (dtype, fill_value, expected) => {
    expect(parseArrayMetadata({ ...V2, dtype, fill_value }, ".zarray").fillValue).toBe(expected);
  });

  it.each(["", "x", "0x10", "1.5", "99999", " 0"])("of uint16 refuse the fill value %j", (fill_value) => {
    expect(() => parseArrayMetadata({ ...V2, fill_value }, ".zarray")).toThrow(
      expect.objectContaining({ code: "invalid_metadata" }),
    );
  });

  it.each([
    [
      { id: "gzip", level: -1 },
      { name: "gzip", level: -1 },
    ],
    [
      { id: "zlib", level: -1 },
      { name: "zlib", level: -1 },
    ],
    [
      { id: "blosc", cname: "blosclz", clevel: 6, shuffle: 0, blocksize: 0, nthreads: 1 },
      { name: "blosc", cname: "blosclz", clevel: 6, shuffle: "noshuffle", typesize: 2, blocksize: 0 },
    ],
    [
      { id: "zstd", level: 3, nbWorkers: 0 },
      { name: "zstd", level: 3, checksum: false },
    ],
  ])("have the compressor %j", (compressor, expected) => {
    expect(parseArrayMetadata({ ...V2, compressor }, ".zarray").codecs.bytesToBytes).toEqual([expected]);
  });
});

describe("metadata of numcodecs", () => {
  it.each([
    [{ id: "zlib" }, { name: "zlib", level: 1 }],
    [{ id: "gzip" }, { name: "gzip", level: 1 }],
    [{ id: "zstd" }, { name: "zstd", level: 0, checksum: false }],
    [{ id: "lz4" }, { name: "lz4", acceleration: 1 }],
    [
      { id: "blosc" },
      { name: "blosc", cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: 2, blocksize: 0 },
    ],
  ])("have what %j leaves out", (compressor, expected) => {
    expect(parseArrayMetadata({ ...V2, compressor }, ".zarray").codecs.bytesToBytes).toEqual([expected]);
  });

  // What zarr-python 3.1.6 with numcodecs 0.16.6 wrote for 0, 1000, … 11000.
  it.each([
    ["zlib", { level: 6 }, "eJxjYHjBfIF9B/cC/g7hAvEIaQd5DWUB9R9aAFfmBs0="],
    ["gzip", { level: 1 }, "H4sIAIBSDWsE/2NgeMF8gX0H9wL+DuEC8QhpB3kNZQH1H1oAR5so2RgAAAA="],
    ["zstd", { level: 3 }, "KLUv/SAYwQAAAADoA9AHuAugD4gTcBdYG0AfKCMQJ/gq"],
    [
      "blosc",
      { cname: "lz4", clevel: 5, shuffle: 1 },
      "AgEzARgAAAAYAAAAKAAAAAAA6APQB7gLoA+IE3AXWBtAHygjECf4Kg==",
    ],
    ["lz4", {}, "GAAAAPAJAADoA9AHuAugD4gTcBdYG0AfKCMQJ/gq"],
  ])(
    "name the compressor numcodecs.%s in Zarr v3, and its chunks are read",
    async (id, configuration, chunk) => {
      const codecs = [
        { name: "bytes", configuration: { endian: "little" } },
        { name: `numcodecs.${id}`, configuration },
      ];
      const metadata = parseArrayMetadata({ ...V3, codecs }, "zarr.json");
      const { data } = await readArray(metadata, async () => new Uint8Array(Buffer.from(chunk, "base64")));
      expect(data).toEqual(Uint16Array.from({ length: 12 }, (_, index) => 1000 * index));
    },
  );
});

describe("metadata of zarrs", () => {
  it("have short forms, and members that need not be understood", () => {
    const metadata = parseArrayMetadata(
      {
        ...V3,
        data_type: { name: "uint8", configuration: {} },
        chunk_key_encoding: "default",
        codecs: ["bytes", { name: "zstd", configuration: { level: 5, checksum: false } }, "crc32c"],
        dimension_names: [null, null],
        storage_transformers: [],
        "zarrs.extension": { must_understand: false },
      },
      "zarr.json",
    );
    expect(metadata.codecs.bytesToBytes.map(({ name }) => name)).toEqual(["zstd", "crc32c"]);
  });

  it.each([
    "zlib",
    "numcodecs.bz2",
    "bz2",
    "gdeflate",
    "fletcher32",
    "zarrs.gdeflate",
    "https://codec.zarrs.dev/bytes_to_bytes/gdeflate",
  ])("name the codec %s, which is not supported, and not wrong", (name) => {
    try {
      parseArrayMetadata(
        { ...V3, codecs: [{ name: "bytes", configuration: { endian: "little" } }, name] },
        "zarr.json",
      );
    } catch (error) {
      expect(isZarrStoreError(error, "not_supported")).toBe(true);
      return;
    }
    expect.unreachable("it has to be refused");
  });
});
