import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkKey } from "../../../src/array/chunks/chunk-grid.ts";
import { encodeArrayMetadata, parseArrayMetadata } from "../../../src/array/metadata/array-metadata.ts";
import { isZarrStoreError } from "../../../src/errors.ts";
import { parseLossless, plainValue, serializeLossless } from "../../../src/json/lossless-json.ts";

type Document = Readonly<Record<string, unknown>>;

const V3: Document = {
  zarr_format: 3,
  node_type: "array",
  shape: [30, 38],
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [10, 38] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "." } },
  fill_value: 0,
  codecs: [
    { name: "bytes", configuration: { endian: "little" } },
    { name: "zstd", configuration: { level: 1, checksum: false } },
  ],
  attributes: {},
};

const V2: Document = {
  zarr_format: 2,
  shape: [30, 38],
  chunks: [10, 38],
  dtype: "<u2",
  compressor: { id: "blosc", cname: "zstd", clevel: 3, shuffle: 2, blocksize: 0 },
  fill_value: 0,
  filters: null,
  order: "C",
};

const bytes = { name: "bytes", configuration: { endian: "little" } };
const chunks = (chunk_shape: unknown): Document => ({ name: "regular", configuration: { chunk_shape } });
const keys = (separator: unknown): Document => ({ name: "default", configuration: { separator } });
const shards = (configuration: Document): unknown[] => [
  {
    name: "sharding_indexed",
    configuration: { chunk_shape: [5, 19], codecs: [bytes], index_codecs: [bytes], ...configuration },
  },
];

function without(document: Document, name: string): Document {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== name));
}

function faultOf(value: unknown): { readonly code: string; readonly message: string } {
  try {
    parseArrayMetadata(value, "images/a/data/zarr.json");
  } catch (error) {
    if (isZarrStoreError(error)) {
      return { code: error.code, message: error.message };
    }
    throw error;
  }
  return { code: "accepted", message: "" };
}

/** What is wrong, the document that is wrong in that way, and the field that the message must name. */
const INVALID: readonly (readonly [string, unknown, string])[] = [
  ["null", null, ""],
  ["a list", [], ""],
  ["text", "{}", ""],
  ["an unknown format", { ...V3, zarr_format: 99 }, "zarr_format"],
  ["no format", without(V3, "zarr_format"), "zarr_format"],
  ["a format as text", { ...V3, zarr_format: "3" }, "zarr_format"],
  ["a group", { zarr_format: 3, node_type: "group", attributes: {} }, "node_type"],
  ["a member that must be understood", { ...V3, tiles: { must_understand: true } }, "tiles"],
  ["a member that says nothing", { ...V3, tiles: {} }, "tiles"],
  ["a member that is no object", { ...V3, tiles: false }, "tiles"],
  ["storage transformers", { ...V3, storage_transformers: [{ name: "x" }] }, "storage_transformers"],
  ["no shape", without(V3, "shape"), "shape"],
  ["a shape as text", { ...V3, shape: ["30", "38"] }, "shape[0]"],
  ["a negative length", { ...V3, shape: [-1, 38] }, "shape[0]"],
  ["a broken length", { ...V3, shape: [30, 1.5] }, "shape[1]"],
  ["a length beyond 2^53", { ...V3, shape: [2n ** 60n, 38] }, "shape[0]"],
  ["a shape beyond 2^53 bytes", { ...V3, shape: [2 ** 40, 2 ** 40] }, "shape"],
  ["nine axes", { ...V3, shape: Array(9).fill(1), chunk_grid: chunks(Array(9).fill(1)) }, "shape"],
  ["no data type", without(V3, "data_type"), "data_type"],
  ["an unknown data type", { ...V3, data_type: "uint17" }, "data_type"],
  ["a data type of the prototype", { ...V3, data_type: "constructor" }, "data_type"],
  ["the prototype as a data type", { ...V3, data_type: "__proto__" }, "data_type"],
  [
    "a configured data type",
    { ...V3, data_type: { name: "uint16", configuration: { a: 1 } } },
    "data_type.configuration.a",
  ],
  ["no chunk grid", without(V3, "chunk_grid"), "chunk_grid"],
  ["an unknown chunk grid", { ...V3, chunk_grid: { name: "hexagonal" } }, "chunk_grid.name"],
  ["a chunk of no length", { ...V3, chunk_grid: chunks([0, 38]) }, "chunk_grid.configuration.chunk_shape[0]"],
  ["a chunk of other rank", { ...V3, chunk_grid: chunks([10]) }, "chunk_grid.configuration.chunk_shape"],
  ["a chunk of 4 billion", { ...V3, chunk_grid: chunks([4e9, 38]) }, "chunk_grid"],
  ["a chunk just beyond 512 MiB", { ...V3, chunk_grid: chunks([2 ** 28 + 1, 1]) }, "chunk_grid"],
  ["an unknown key encoding", { ...V3, chunk_key_encoding: { name: "flat" } }, "chunk_key_encoding.name"],
  ["a separator that climbs", { ...V3, chunk_key_encoding: keys("/..%2f..%2fSECRET?") }, "separator"],
  ["a separator of dots", { ...V3, chunk_key_encoding: keys("/../") }, "separator"],
  ["an empty separator", { ...V3, chunk_key_encoding: keys("") }, "separator"],
  ["a backslash as separator", { ...V3, chunk_key_encoding: keys("\\") }, "separator"],
  ["a list as separator", { ...V3, chunk_key_encoding: keys(["."]) }, "separator"],
  ["no fill value", without(V3, "fill_value"), "fill_value"],
  ["null as fill value", { ...V3, fill_value: null }, "fill_value"],
  ["a fill value out of range", { ...V3, fill_value: 65536 }, "fill_value"],
  ["a negative fill value", { ...V3, fill_value: -1 }, "fill_value"],
  ["a fill value of another type", { ...V3, fill_value: "0" }, "fill_value"],
  ["a rounded fill value", { ...V3, data_type: "int64", fill_value: 2 ** 53 }, "fill_value"],
  ["a number for a bool", { ...V3, data_type: "bool", fill_value: 0 }, "fill_value"],
  ["too few bits of a float", { ...V3, data_type: "float64", fill_value: "0x7fc00000" }, "fill_value"],
  ["a float32 beyond its range", { ...V3, data_type: "float32", fill_value: 1e39 }, "fill_value"],
  ["a property of the prototype", { ...V3, data_type: "float64", fill_value: "toString" }, "fill_value"],
  ["no codecs", without(V3, "codecs"), "codecs"],
  ["an empty list of codecs", { ...V3, codecs: [] }, "codecs"],
  ["two codecs that make bytes", { ...V3, codecs: [bytes, bytes] }, "codecs[1]"],
  ["an unknown codec", { ...V3, codecs: [bytes, { name: "rot13" }] }, "codecs[1]"],
  ["an unknown codec before", { ...V3, codecs: [{ name: "rot13" }, bytes] }, "codecs[0]"],
  [
    "a codec that may be ignored",
    { ...V3, codecs: [bytes, { name: "rot13", must_understand: false }] },
    "codecs[1]",
  ],
  ["a compressor before the bytes", { ...V3, codecs: [{ name: "zstd" }, bytes] }, "codecs[0]"],
  ["no byte order", { ...V3, codecs: [{ name: "bytes" }] }, "codecs[0].configuration.endian"],
  [
    "a byte order that is none",
    { ...V3, codecs: [{ name: "bytes", configuration: { endian: "middle" } }] },
    "endian",
  ],
  [
    "an unknown configuration",
    { ...V3, codecs: [{ name: "bytes", configuration: { endian: "little", x: 1 } }] },
    "configuration.x",
  ],
  ["a level as text", { ...V3, codecs: [bytes, { name: "zstd", configuration: { level: "1" } }] }, "level"],
  [
    "a permutation with a gap",
    { ...V3, codecs: [{ name: "transpose", configuration: { order: [0, 0] } }, bytes] },
    "order",
  ],
  [
    "a permutation as text",
    { ...V3, codecs: [{ name: "transpose", configuration: { order: "F" } }, bytes] },
    "order",
  ],
  ["a shard that is no multiple", { ...V3, codecs: shards({ chunk_shape: [3, 38] }) }, "chunk_shape"],
  ["a shard of chunks of no length", { ...V3, codecs: shards({ chunk_shape: [0, 38] }) }, "chunk_shape[0]"],
  ["a shard of other rank", { ...V3, codecs: shards({ chunk_shape: [10] }) }, "chunk_shape"],
  ["an index nowhere", { ...V3, codecs: shards({ index_location: "middle" }) }, "index_location"],
  ["an index without codecs", { ...V3, codecs: shards({ index_codecs: [] }) }, "index_codecs"],
  ["17 codecs", { ...V3, codecs: [bytes, ...Array(16).fill({ name: "crc32c" })] }, "codecs"],
  ["attributes as a list", { ...V3, attributes: [] }, "attributes"],
  ["too few dimension names", { ...V3, dimension_names: ["t"] }, "dimension_names"],
  ["a number as a dimension name", { ...V3, dimension_names: ["t", 1] }, "dimension_names[1]"],
  ["v2: no chunks", without(V2, "chunks"), "chunks"],
  ["v2: chunks of another rank", { ...V2, chunks: [10] }, "chunks"],
  ["v2: a chunk of no length", { ...V2, chunks: [0, 38] }, "chunks[0]"],
  ["v2: a chunk beyond 512 MiB", { ...V2, chunks: [2 ** 30, 2 ** 10] }, "chunks"],
  ["v2: an unknown dtype", { ...V2, dtype: "<q9" }, "dtype"],
  ["v2: a dtype without byte order", { ...V2, dtype: "|u2" }, "dtype"],
  ["v2: a dtype of the prototype", { ...V2, dtype: "<constructor" }, "dtype"],
  ["v2: no fill value", without(V2, "fill_value"), "fill_value"],
  ["v2: no compressor said", without(V2, "compressor"), "compressor"],
  ["v2: an unknown compressor", { ...V2, compressor: { id: "rar" } }, "compressor.id"],
  ["v2: a compressor as text", { ...V2, compressor: "zstd" }, "compressor"],
  ["v2: no filters said", without(V2, "filters"), "filters"],
  ["v2: an order that is none", { ...V2, order: "Z" }, "order"],
  ["v2: a separator that climbs", { ...V2, dimension_separator: "/../" }, "dimension_separator"],
];

const UNSUPPORTED: readonly (readonly [string, unknown, string])[] = [
  ["half floats", { ...V3, data_type: "float16", fill_value: 0 }, "data_type"],
  ["complex numbers", { ...V3, data_type: "complex64", fill_value: [0, 0] }, "data_type"],
  ["strings", { ...V3, data_type: "string", fill_value: "" }, "data_type"],
  ["raw bits", { ...V3, data_type: "r16", fill_value: [0, 0] }, "data_type"],
  ["times", { ...V3, data_type: { name: "numpy.datetime64", configuration: { unit: "s" } } }, "data_type"],
  ["a rectilinear grid", { ...V3, chunk_grid: { name: "rectilinear" } }, "chunk_grid.name"],
  ["variable-length strings", { ...V3, codecs: [{ name: "vlen-utf8" }] }, "codecs[0]"],
  ["codecs of numcodecs", { ...V3, codecs: [{ name: "numcodecs.delta" }, bytes] }, "codecs[0]"],
  ["a shard in a shard", { ...V3, codecs: shards({ codecs: shards({}) }) }, "codecs"],
  [
    "a compressed index",
    { ...V3, codecs: shards({ index_codecs: [bytes, { name: "gzip", configuration: { level: 1 } }] }) },
    "index_codecs",
  ],
  ["v2: structured dtypes", { ...V2, dtype: [["a", "<u2"]] }, "dtype"],
  ["v2: strings", { ...V2, dtype: "<U4", fill_value: "" }, "dtype"],
  ["v2: half floats", { ...V2, dtype: "<f2" }, "dtype"],
  ["v2: filters", { ...V2, filters: [{ id: "delta" }] }, "filters[0]"],
  ["v2: bz2", { ...V2, compressor: { id: "bz2", level: 1 } }, "compressor.id"],
];

describe("refused metadata", () => {
  it.each(INVALID)("wrong metadata are invalid_metadata, naming the field: %s", (_, document, field) => {
    const fault = faultOf(document);
    expect(fault.code).toBe("invalid_metadata");
    expect(fault.message).toContain("images/a/data/zarr.json");
    expect(fault.message).toContain(`${field}: expected`.replace(/^: /, ""));
    expect(fault.message).toMatch(/expected .+, found .+/);
  });

  it.each(UNSUPPORTED)(
    "legal metadata of what is not read here are not_supported: %s",
    (_, document, field) => {
      const fault = faultOf(document);
      expect(fault.code).toBe("not_supported");
      expect(fault.message).toContain(field);
    },
  );

  it("wrong metadata never make anything but a typed error, whatever one member is", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(V2, V3),
        fc.constantFrom(...Object.keys(V3), ...Object.keys(V2)),
        fc.anything({ withBigInt: true }),
        (document, name, value) => {
          expect(["accepted", "invalid_metadata", "not_supported"]).toContain(
            faultOf({ ...document, [name]: value }).code,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("a message about wrong metadata quotes what was found, and has a bounded length", () => {
    expect(faultOf({ ...V3, node_type: "x".repeat(1e6) }).message.length).toBeLessThan(200);
    let deep: unknown = [];
    for (let i = 0; i < 1e5; i += 1) {
      deep = [deep];
    }
    expect(faultOf({ ...V3, fill_value: deep }).message.length).toBeLessThan(200);
    let codecs: unknown[] = [bytes];
    for (let i = 0; i < 1e5; i += 1) {
      codecs = shards({ codecs });
    }
    expect(faultOf({ ...V3, codecs }).code).toBe("not_supported");
  });
});

describe("accepted metadata", () => {
  it("right metadata are accepted in the short forms that the specification has", () => {
    const metadata = parseArrayMetadata(
      {
        ...without(V3, "attributes"),
        data_type: { name: "uint8" },
        codecs: ["bytes", "crc32c"],
        chunk_key_encoding: "v2",
        dimension_names: ["t", null],
        storage_transformers: [],
        extra: { must_understand: false },
      },
      "zarr.json",
    );
    expect(metadata).toEqual({
      zarrFormat: 3,
      dtype: "uint8",
      shape: [30, 38],
      chunkShape: [10, 38],
      chunkKeyEncoding: { name: "v2", separator: "." },
      fillValue: 0,
      codecs: {
        arrayToArray: [],
        arrayToBytes: { name: "bytes", endian: "little" },
        bytesToBytes: [{ name: "crc32c" }],
      },
      dimensionNames: ["t", null],
      attributes: {},
    });
  });

  it("right metadata may have chunks of exactly 512 MiB", () => {
    expect(faultOf({ ...V3, chunk_grid: chunks([2 ** 28, 1]) }).code).toBe("accepted");
  });

  it.each([
    ["uint64", 18446744073709551615n, 18446744073709551615n],
    ["int64", -(2n ** 63n), -(2n ** 63n)],
    ["int64", 5, 5n],
    ["float64", "NaN", Number.NaN],
    ["float32", "-Infinity", -Infinity],
    ["float64", "0x3ff0000000000000", 1],
    ["float32", "0x3f800000", 1],
    ["float32", 0.1, Math.fround(0.1)],
    ["float64", -0, -0],
    ["bool", true, true],
  ])("right metadata keep a fill value of %s: %s", (data_type, fill_value, expected) => {
    const metadata = parseArrayMetadata({ ...V3, data_type, fill_value }, "zarr.json");
    expect(metadata.fillValue).toBe(expected);
    const text = serializeLossless(encodeArrayMetadata(metadata));
    expect(parseArrayMetadata(plainValue(parseLossless(text)), "zarr.json")).toEqual(metadata);
  });

  it("metadata of Zarr v2 have a fill value of zero where it is null, and big-endian elements", () => {
    const metadata = parseArrayMetadata({ ...V2, dtype: ">i8", fill_value: null }, ".zarray");
    expect(metadata.fillValue).toBe(0n);
    expect(metadata.codecs.arrayToBytes).toEqual({ name: "bytes", endian: "big" });
    expect(() => encodeArrayMetadata(metadata)).toThrow(expect.objectContaining({ code: "not_supported" }));
  });
});

describe("chunk keys", () => {
  it.each([
    [{ name: "default", separator: "." }, [1, 2], "c.1.2"],
    [{ name: "default", separator: "/" }, [1, 2], "c/1/2"],
    [{ name: "v2", separator: "." }, [1, 2], "1.2"],
    [{ name: "v2", separator: "/" }, [1, 2], "1/2"],
    [{ name: "default", separator: "." }, [], "c"],
    [{ name: "v2", separator: "." }, [], "0"],
  ] as const)("a chunk's key by %o at %o is %s", (encoding, coords, key) => {
    expect(chunkKey(encoding, coords)).toBe(key);
  });

  it("a chunk's key is different for different chunks", () => {
    const coords = fc.array(fc.nat(), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom(".", "/"),
        fc.constantFrom("default", "v2"),
        coords,
        coords,
        (separator, name, a, b) => {
          const encoding = { name, separator } as const;
          expect(chunkKey(encoding, a) === chunkKey(encoding, b)).toBe(a.join() === b.join());
        },
      ),
    );
  });
});
