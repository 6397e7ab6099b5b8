import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { DTYPES, type DType, itemSizeBytes } from "../../src/array/dtype.ts";
import { type ArrayMetadata, parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import { createNdArray, type NdArray, ndArrayBytes } from "../../src/array/nd-array.ts";
import {
  encodeArrayFromRows,
  encodeArrayObjects,
  planArrayWrite,
  readArray,
} from "../../src/array/zarr-array.ts";
import type { ZstdCodec } from "../../src/codecs/zstd.ts";
import { nodeZstd } from "../../src/node/runtime/zstd-node.ts";
import { arbitraryArray, arrayOf, bytesOf, naiveSlice, selectionOf } from "./arbitrary-array.ts";
import { collectObjects, metadataIn, type ObjectMap, readerOf } from "./object-map.ts";

const withOptions = arbitraryArray.chain((array) =>
  fc.record({
    array: fc.constant(array),
    selection: selectionOf(array.shape),
    chunkShape: fc.tuple(...array.shape.map((length) => fc.integer({ min: 1, max: length + 2 }))),
    compression: fc.constantFrom("zstd" as const, "none" as const),
    concurrency: fc.integer({ min: 1, max: 5 }),
  }),
);

describe("round trips", () => {
  it("writing and reading an array gives back any array and any region of it, whatever its dtype, shape and chunks", async () => {
    await fc.assert(
      fc.asyncProperty(withOptions, async ({ array, selection, chunkShape, compression, concurrency }) => {
        const plan = planArrayWrite(array, { chunkShape, compression });
        const objects = await collectObjects(encodeArrayObjects(plan, { zstd: nodeZstd }));
        const metadata = metadataIn(objects);
        expect(metadata).toEqual(plan.metadata);
        const whole = await readArray(metadata, readerOf(objects), { zstd: nodeZstd, concurrency });
        expect(whole.dtype).toBe(array.dtype);
        expect(whole.shape).toEqual(array.shape);
        expect(bytesOf(whole).equals(bytesOf(array))).toBe(true);
        const region = await readArray(metadata, readerOf(objects), {
          zstd: nodeZstd,
          concurrency,
          selection,
        });
        const expected = naiveSlice(array, selection);
        expect(region.shape).toEqual(expected.shape);
        expect(bytesOf(region).equals(bytesOf(expected))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("writing and reading an array writes the same objects from rows as from memory", async () => {
    const cases = arbitraryArray.chain((array) =>
      fc.record({ array: fc.constant(array), chunkRows: fc.integer({ min: 1, max: 8 }) }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ array, chunkRows }) => {
        const { dtype, shape } = array;
        const rowAxis = Math.max(0, shape.length - 2);
        const columns = shape.length < 2 ? 1 : shape.at(-1)!;
        const chunkShape = shape.map((length, axis) =>
          axis < rowAxis ? 1 : axis === rowAxis ? chunkRows : Math.max(1, length),
        );
        const options = { chunkShape, compression: "none" as const };
        let nextRow = 0;
        const fromRows = encodeArrayFromRows({ dtype, shape, ...options }, async (start, stop) => {
          expect(start).toBe(nextRow);
          nextRow = stop;
          return array.data.slice(start * columns, stop * columns);
        });
        const expected = await collectObjects(encodeArrayObjects(planArrayWrite(array, options)));
        expect(await collectObjects(fromRows)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("writing and reading an array keeps every dtype's extremes", async () => {
    for (const array of [
      createNdArray("int64", [2], new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n])),
      createNdArray("uint64", [1], new BigUint64Array([2n ** 64n - 1n])),
      createNdArray("float32", [3], new Float32Array([Number.NaN, -0, -Infinity])),
      createNdArray("bool", [2], new Uint8Array([0, 1])),
    ]) {
      const objects = await collectObjects(encodeArrayObjects(planArrayWrite<DType>(array)));
      expect((await readArray(metadataIn(objects), readerOf(objects))).data).toEqual(array.data);
    }
  });

  it("writing and reading an array decodes with either implementation of zstd what the other one encoded", async () => {
    const array = createNdArray(
      "uint16",
      [1000, 30],
      Uint16Array.from({ length: 30_000 }, (_, i) => (i * i) % 997),
    );
    const byNode = await collectObjects(encodeArrayObjects(planArrayWrite(array), { zstd: nodeZstd }));
    const portable = await collectObjects(encodeArrayObjects(planArrayWrite(array)));
    expect((await readArray(metadataIn(byNode), readerOf(byNode))).data).toEqual(array.data);
    expect((await readArray(metadataIn(portable), readerOf(portable), { zstd: nodeZstd })).data).toEqual(
      array.data,
    );
  });

  it("writing and reading an array decodes at once only what nothing else is read beside", async () => {
    const array = createNdArray("uint16", [40, 30]);
    const one = await collectObjects(encodeArrayObjects(planArrayWrite(array), { zstd: nodeZstd }));
    const many = await collectObjects(
      encodeArrayObjects(planArrayWrite(array, { chunkShape: [10, 30] }), { zstd: nodeZstd }),
    );
    const calls: string[] = [];
    const zstd: ZstdCodec = {
      ...nodeZstd,
      decompress: (bytes, size) => {
        calls.push("later");
        return nodeZstd.decompress(bytes, size);
      },
      decompressNow: (bytes, size) => {
        calls.push("now");
        return new Uint8Array(nodeZstd.decompressNow?.(bytes, size) ?? []);
      },
    };
    const read = async (objects: ObjectMap): Promise<unknown> =>
      readArray(metadataIn(objects), readerOf(objects), { zstd });
    await read(one);
    await Promise.all([read(one), read(one)]);
    await read(many);
    expect(calls).toEqual(["now", ...["later", "later"], ...["later", "later", "later", "later"]]);
    // A read that fails is no longer under way.
    const missing = new Map([...one].filter(([key]) => key === "zarr.json"));
    await expect(read(missing)).rejects.toMatchObject({ code: "integrity" });
    await read(one);
    expect(calls.at(-1)).toBe("now");
  });

  it("writing and reading an array writes chunks first, then zarr.json, and the metadata that zarr-python and xarray expect", async () => {
    const array = createNdArray("uint16", [5, 3]);
    const plan = planArrayWrite(array, { axes: ["t", "x"], chunkShape: [2, 3], attributes: { unit: "s" } });
    const objects = await collectObjects(encodeArrayObjects(plan));
    expect([...objects.keys()]).toEqual(["c/0/0", "c/1/0", "c/2/0", "zarr.json"]);
    expect(JSON.parse(new TextDecoder().decode(objects.get("zarr.json")))).toEqual({
      zarr_format: 3,
      node_type: "array",
      shape: [5, 3],
      data_type: "uint16",
      chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 3] } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      fill_value: 0,
      codecs: [
        { name: "bytes", configuration: { endian: "little" } },
        { name: "zstd", configuration: { level: 1, checksum: false } },
      ],
      attributes: { unit: "s" },
      dimension_names: ["t", "x"],
    });
  });

  it("writing and reading an array hands out chunks of whole rows without copying them", async () => {
    const array = createNdArray(
      "uint16",
      [4, 3],
      Uint16Array.from({ length: 12 }, (_, i) => i),
    );
    const plan = planArrayWrite(array, { chunkShape: [2, 3], compression: "none" });
    for await (const { key, bytes } of encodeArrayObjects(plan)) {
      expect(bytes.buffer === array.data.buffer).toBe(key !== "zarr.json");
    }
  });

  it("writing and reading an array writes a line scan of 30000 × 38 uint16 as one chunk", async () => {
    const objects = await collectObjects(
      encodeArrayObjects(planArrayWrite(createNdArray("uint16", [30_000, 38]))),
    );
    expect([...objects.keys()]).toEqual(["c/0/0", "zarr.json"]);
  });

  it("writing and reading an array pads chunks at the edge with zeros", async () => {
    const array = createNdArray("uint8", [3, 1], new Uint8Array([7, 8, 9]));
    const plan = planArrayWrite(array, { chunkShape: [2, 2], compression: "none" });
    const objects = await collectObjects(encodeArrayObjects(plan));
    expect([...objects.get("c/1/0")!]).toEqual([9, 0, 0, 0]);
  });
});

describe("regions", () => {
  it("reading a region asks for the chunks of its 500 rows and for no others", async () => {
    const array = createNdArray(
      "uint16",
      [30_000, 38],
      Uint16Array.from({ length: 1_140_000 }, (_, i) => i),
    );
    const plan = planArrayWrite(array, { chunkShape: [1024, 38] });
    const objects = await collectObjects(encodeArrayObjects(plan, { zstd: nodeZstd }));
    const read = readerOf(objects);
    const selection = [{ start: 4000, stop: 4500 }, undefined];
    const region = await readArray(plan.metadata, read, { selection, zstd: nodeZstd });
    expect(read.keys.sort()).toEqual(["c/3/0", "c/4/0"]);
    expect(region.data).toEqual(array.data.subarray(4000 * 38, 4500 * 38));
  });

  it("reading a region asks for nothing if it is empty", async () => {
    const plan = planArrayWrite(createNdArray("uint16", [10, 10]));
    const read = readerOf(new Map());
    const region = await readArray(plan.metadata, read, { selection: [{ start: 3, stop: 3 }, undefined] });
    expect(region).toEqual({ dtype: "uint16", shape: [0, 10], data: new Uint16Array(0) });
    expect(read.keys).toEqual([]);
  });

  it("reading a region never has more reads under way than it may", async () => {
    const array = createNdArray("uint8", [40]);
    const plan = planArrayWrite(array, { chunkShape: [1] });
    const objects = await collectObjects(encodeArrayObjects(plan, { zstd: nodeZstd }));
    let now = 0;
    let most = 0;
    await readArray(
      plan.metadata,
      async (key) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now -= 1;
        return objects.get(key);
      },
      { concurrency: 3, zstd: nodeZstd },
    );
    expect(most).toBe(3);
  });

  it("reading a region fills in missing chunks only if told to", async () => {
    const metadata = parseArrayMetadata(
      {
        ...(JSON.parse(JSON.stringify(floatDocument)) as object),
        fill_value: "NaN",
      },
      "zarr.json",
    );
    await expect(readArray(metadata, async () => undefined, { where: "a" })).rejects.toMatchObject({
      code: "integrity",
      message: expect.stringMatching(/a\/c\.[01]\.0/),
    });
    const filled = await readArray(metadata, async () => undefined, { missingChunks: "fill" });
    expect([...filled.data]).toEqual(Array(6).fill(Number.NaN));
  });

  it("reading a region refuses a selection, a dtype, a size or a concurrency that does not fit, before any read", async () => {
    const metadata = parseArrayMetadata(floatDocument, "zarr.json");
    const read = readerOf(new Map());
    for (const options of [
      { selection: [{ start: 0, stop: 4 }, undefined] },
      { selection: [{ start: 2, stop: 1 }, undefined] },
      { selection: [{ start: 0.5, stop: 1 }, undefined] },
      { selection: [{ start: -1, stop: 1 }, undefined] },
      { selection: [undefined] },
      { dtype: "uint16" as const },
      { maxSizeBytes: 23 },
      { concurrency: 0 },
      { concurrency: Number.NaN },
    ]) {
      await expect(readArray(metadata, read, options)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(read.keys).toEqual([]);
  });

  it("reading a region does not make room for a huge missing chunk", async () => {
    const metadata: ArrayMetadata = {
      ...parseArrayMetadata(floatDocument, "zarr.json"),
      shape: [2 ** 24, 2],
      chunkShape: [2 ** 24, 2],
    };
    const before = process.memoryUsage().arrayBuffers;
    const selection = [{ start: 0, stop: 1 }, undefined];
    await readArray(metadata, async () => undefined, { missingChunks: "fill", selection });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});

describe("stopping early", () => {
  it("a read that is aborted settles only when the reads under way have", async () => {
    const plan = planArrayWrite(createNdArray("uint8", [10]), { chunkShape: [1], compression: "none" });
    const controller = new AbortController();
    let underWay = 0;
    let begun = 0;
    const reading = readArray(
      plan.metadata,
      async () => {
        begun += 1;
        underWay += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        underWay -= 1;
        return new Uint8Array(1);
      },
      { signal: controller.signal, concurrency: 4 },
    );
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
    expect({ underWay, begun }).toEqual({ underWay: 0, begun: 4 });
  });

  it("reading begins no further read after one failed, and reports the first failure", async () => {
    const plan = planArrayWrite(createNdArray("uint8", [100]), { chunkShape: [1], compression: "none" });
    let begun = 0;
    const reading = readArray(plan.metadata, async () => {
      begun += 1;
      throw new Error(`disk ${begun}`);
    });
    await expect(reading).rejects.toThrow("disk 1");
    expect(begun).toBe(4);
  });

  it("an abort stops encoding between two chunks", async () => {
    const plan = planArrayWrite(createNdArray("uint8", [3]), { chunkShape: [1] });
    const controller = new AbortController();
    const keys: string[] = [];
    const encode = async (): Promise<void> => {
      for await (const { key } of encodeArrayObjects(plan, { signal: controller.signal })) {
        keys.push(key);
        controller.abort();
      }
    };
    await expect(encode()).rejects.toMatchObject({ code: "aborted" });
    expect(keys).toEqual(["c/0"]);
  });
});

describe("planning", () => {
  const array = createNdArray("uint16", [4, 3]);

  it.each([
    ["axes of another rank", { axes: ["x"] }],
    ["axes twice", { axes: ["x", "x"] }],
    ["a chunk shape of another rank", { chunkShape: [4] }],
    ["a chunk of no length", { chunkShape: [0, 3] }],
    ["a broken chunk", { chunkShape: [1.5, 3] }],
    ["a chunk beyond 512 MiB", { chunkShape: [2 ** 20, 2 ** 20] }],
    ["a level that zstd has not", { level: 23 }],
    ["attributes that JSON has not", { attributes: { a: { b: Number.NaN } } }],
  ])("planning the writing of an array refuses %s", (_, options) => {
    expect(() => planArrayWrite(array, options)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });

  it("planning the writing of an array refuses rows of another type or number, and chunks that are not of whole rows", async () => {
    const form = { dtype: "uint16", shape: [4, 3] } as const;
    const encode = (rows: () => Uint16Array<ArrayBuffer>, options: object): Promise<unknown> =>
      collectObjects(encodeArrayFromRows({ ...form, ...options }, rows));
    await expect(encode(() => new Uint16Array(11), {})).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(encode(() => new Int16Array(12) as never, {})).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(encode(() => new Uint16Array(12), { chunkShape: [4, 2] })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("types", () => {
  it("the type of the data follows from the type argument or the option, for each dtype", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DTYPES), async (dtype) => {
        const [array] = fc.sample(arrayOf(dtype, [2, 3]), 1);
        const objects = await collectObjects(encodeArrayObjects(planArrayWrite(array!)));
        const read = await readArray(metadataIn(objects), readerOf(objects), { dtype });
        expect(read.data.constructor).toBe(array!.data.constructor);
        expect(ndArrayBytes(read).length).toBe(6 * itemSizeBytes(dtype));
      }),
    );
    const metadata = parseArrayMetadata(floatDocument, "zarr.json");
    const byArgument = () => readArray<"uint16">(metadata, async () => undefined);
    const byOption = () => readArray(metadata, async () => undefined, { dtype: "int64" });
    const unknown = () => readArray(metadata, async () => undefined);
    expectTypeOf(byArgument).returns.resolves.toEqualTypeOf<NdArray<"uint16">>();
    expectTypeOf<NdArray<"uint16">["data"]>().toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    expectTypeOf(byOption).returns.resolves.toEqualTypeOf<NdArray<"int64">>();
    expectTypeOf<NdArray<"int64">["data"]>().toEqualTypeOf<BigInt64Array<ArrayBuffer>>();
    expectTypeOf(unknown).returns.resolves.toEqualTypeOf<NdArray>();
  });
});

const floatDocument: object = {
  zarr_format: 3,
  node_type: "array",
  shape: [3, 2],
  data_type: "float32",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 2] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "." } },
  fill_value: 0,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  attributes: {},
};
