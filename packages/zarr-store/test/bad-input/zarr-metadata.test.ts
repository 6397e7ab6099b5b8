import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommitEngine } from "../../src/commit/commit-engine.ts";
import { memoryStore, openDataset, parseStoreKey } from "../../src/index.ts";
import { localStore, openLocalDataset as openFolder } from "../../src/node/index.ts";
import { interceptStore } from "../../src/testing/index.ts";
import { collectLog, testRuntime } from "../support/test-runtime.ts";

/**
 * Hostile Zarr metadata, and separators in names, through a dataset. The faults of zarrita's metadata, one by one, each with the field that the message names, are in `test/array/array-metadata.test.ts`.
 */

const V2_ARRAY = {
  zarr_format: 2,
  shape: [2, 2],
  chunks: [1, 2],
  dtype: "|u1",
  compressor: null,
  fill_value: 0,
  filters: null,
  order: "C",
};
const V3_ARRAY = {
  zarr_format: 3,
  node_type: "array",
  shape: [2, 2],
  data_type: "uint8",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [1, 2] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "." } },
  fill_value: 0,
  codecs: [{ name: "bytes" }],
};

describe("a dataset of the Python system, in a folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-metadata-"));
    await put("SECRET", "secret");
    await put("dataset.zarr/.zgroup", '{"zarr_format": 2}');
    await put("dataset.zarr/.zattrs", '{"format": "kymflow_zarr_v1", "schema_version": 1}');
    await put("dataset.zarr/images/a/.zgroup", '{"zarr_format": 2}');
    await put("dataset.zarr/images/a/data/0.0", "ab");
    await put("dataset.zarr/images/a/data/1.0", "cd");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it("is read, so that what follows is refused for its reason", async () => {
    await put("dataset.zarr/images/a/data/.zarray", JSON.stringify(V2_ARRAY));
    const dataset = await openFolder(join(folder, "dataset.zarr"), { mode: "r" });
    expect([...(await dataset.record("a").loadArray()).data]).toEqual([...Buffer.from("abcd")]);
  });

  it.each([
    "/../../../SECRET?",
    "/..%2f..%2f..%2fSECRET?",
    "/../",
    "../",
    "\\..\\",
    "//",
    "",
    "\0",
    "..",
    "/./",
    1,
    [".", "/"],
  ])("reaches nothing outside by the separator %j", async (dimension_separator) => {
    await put("dataset.zarr/images/a/data/.zarray", JSON.stringify({ ...V2_ARRAY, dimension_separator }));
    const asked: string[] = [];
    const store = interceptStore(localStore(join(folder, "dataset.zarr")), (call, run) => {
      asked.push(...call.keys);
      return run();
    });
    const dataset = await openDataset(store, { mode: "r" });
    await expect(dataset.record("a").loadArray()).rejects.toMatchObject({
      code: "invalid_metadata",
      message: expect.stringContaining("dimension_separator"),
    });
    expect(asked.filter((key) => /\.\.|%|SECRET|data\/(?!\.z)/.test(key))).toEqual([]);
  });

  it.each(["../../../SECRET", "/etc/passwd", "https://evil.invalid/x", "file:///etc/passwd"])(
    "does not follow what its attributes say: %s",
    async (place) => {
      await put("dataset.zarr/images/a/data/.zarray", JSON.stringify(V2_ARRAY));
      await put(
        "dataset.zarr/images/a/.zattrs",
        JSON.stringify({ path: place, store: place, data: place, axes: ["y", place] }),
      );
      const dataset = await openFolder(join(folder, "dataset.zarr"), { mode: "r" });
      expect([...(await dataset.record("a").loadArray()).data]).toEqual([...Buffer.from("abcd")]);
    },
  );

  it("has metadata with a key twice refused", async () => {
    const twice = JSON.stringify(V2_ARRAY).replace("{", '{"shape": [4, 4], ');
    await put("dataset.zarr/images/a/data/.zarray", twice);
    const dataset = await openFolder(join(folder, "dataset.zarr"), { mode: "r" });
    await expect(dataset.record("a").loadArray()).rejects.toMatchObject({
      code: "invalid_metadata",
      message: expect.stringContaining('the key "shape" again'),
    });
  });

  it("is read by its nodes, whatever consolidated metadata say", async () => {
    await put("dataset.zarr/images/a/data/.zarray", JSON.stringify(V2_ARRAY));
    const stale = { ...V2_ARRAY, shape: [8, 8], dtype: "<f8" };
    const metadata = { "images/a/data/.zarray": stale, "images/gone/data/.zarray": stale };
    await put("dataset.zarr/.zmetadata", JSON.stringify({ zarr_consolidated_format: 1, metadata }));
    const root = JSON.parse(await readFile(join(folder, "dataset.zarr/.zattrs"), "utf8"));
    await put("dataset.zarr/.zattrs", JSON.stringify({ lab: "B12", ...root }));
    const dataset = await openFolder(join(folder, "dataset.zarr"), { mode: "r" });
    expect(await dataset.listImageIds()).toEqual(["a"]);
    expect(await dataset.record("a").openArray()).toMatchObject({ shape: [2, 2], dtype: "uint8" });
  });
});

describe("a dataset of ours", () => {
  /** As it would be had somebody committed these metadata: the hashes hold, so that only the parser is between. */
  async function datasetWith(objects: Readonly<Record<string, object>>) {
    const store = memoryStore();
    const dataset = await openDataset(store, { runtime: testRuntime() });
    await dataset.addImage(
      { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) },
      { id: "a", chunks: [1, 2] },
    );
    const engine = new CommitEngine(store, { runtime: testRuntime({ pid: 2 }), logger: collectLog() });
    await engine.open();
    await engine.transact(async (transaction) => {
      for (const [path, value] of Object.entries(objects)) {
        await transaction.put(parseStoreKey(path), new TextEncoder().encode(JSON.stringify(value)));
      }
    });
    return { store, dataset: await openDataset(store, { mode: "r", runtime: testRuntime({ pid: 3 }) }) };
  }

  it("is read by its nodes, whatever consolidated metadata say", async () => {
    const group = (metadata: object) => ({
      zarr_format: 3,
      node_type: "group",
      attributes: { axes: ["y", "x"] },
      consolidated_metadata: { kind: "inline", must_understand: false, metadata },
    });
    const { dataset } = await datasetWith({
      "images/a/zarr.json": group({ data: { ...V3_ARRAY, shape: [64, 64], data_type: "float64" } }),
    });
    expect(await dataset.record("a").openArray()).toMatchObject({ shape: [2, 2], dtype: "uint8" });
    expect(await dataset.record("a").attributes()).toEqual({ axes: ["y", "x"] });
  });

  it("is the one of Zarr v3 where metadata of v2 lie beside", async () => {
    const { store } = await datasetWith({});
    const files = {
      ".zgroup": { zarr_format: 2 },
      ".zattrs": { format: "kymflow_zarr_v1", schema_version: 1 },
      "images/a/data/.zarray": { ...V2_ARRAY, shape: [9, 9] },
    };
    for (const [path, value] of Object.entries(files)) {
      await store.put(parseStoreKey(path), new TextEncoder().encode(JSON.stringify(value)));
    }
    const dataset = await openDataset(store, { mode: "r" });
    expect([...(await dataset.record("a").loadArray()).data]).toEqual([1, 2, 3, 4]);
    expect((await dataset.record("a").openArray()).zarrFormat).toBe(3);
  });

  it.each<readonly [string, object, string, string]>([
    ["a format of 99", { ...V3_ARRAY, zarr_format: 99 }, "invalid_metadata", "zarr_format"],
    [
      "an extension that must be understood",
      { ...V3_ARRAY, x: { must_understand: true } },
      "invalid_metadata",
      "x",
    ],
    [
      "a storage transformer",
      { ...V3_ARRAY, storage_transformers: [{ name: "x" }] },
      "invalid_metadata",
      "storage_transformers",
    ],
    [
      "two codecs that make bytes",
      { ...V3_ARRAY, codecs: ["bytes", "bytes"] },
      "invalid_metadata",
      "codecs[1]",
    ],
    ["an unknown codec", { ...V3_ARRAY, codecs: ["bytes", "rot13"] }, "invalid_metadata", "codecs[1]"],
    ["nine axes", { ...V3_ARRAY, shape: Array(9).fill(1) }, "invalid_metadata", "shape"],
    [
      "a chunk of 4 GB",
      { ...V3_ARRAY, chunk_grid: { name: "regular", configuration: { chunk_shape: [4e9, 1] } } },
      "invalid_metadata",
      "chunk_grid",
    ],
    [
      "a key that climbs",
      { ...V3_ARRAY, chunk_key_encoding: { name: "default", configuration: { separator: "/../" } } },
      "invalid_metadata",
      "separator",
    ],
    ["a prototype's name as type", { ...V3_ARRAY, data_type: "__proto__" }, "invalid_metadata", "data_type"],
    ["an array instead of an object", [], "invalid_metadata", "an object"],
    ["strings", { ...V3_ARRAY, data_type: "string", fill_value: "" }, "not_supported", "data_type"],
  ])(
    "with %s is refused with the field's name, the others are listed and check names it",
    async (_what, array, code, field) => {
      const { dataset } = await datasetWith({ "images/a/data/zarr.json": array });
      for (const read of [
        () => dataset.record("a").loadArray(),
        () => dataset.validateImage("a"),
        () => dataset.record("a").openArray(),
      ]) {
        await expect(read()).rejects.toMatchObject({ code, message: expect.stringContaining(field) });
      }
      expect(await dataset.listImageIds()).toEqual(["a"]);
      const { problems } = await dataset.check();
      expect(problems).toMatchObject([{ kind: "metadata", path: "images/a/data/zarr.json" }]);
    },
  );

  it("whose array says more than there is does not make it: an absent chunk is damage", async () => {
    const huge = { ...V3_ARRAY, shape: [2 ** 20, 2 ** 10] };
    const { dataset } = await datasetWith({ "images/a/data/zarr.json": huge });
    const before = process.memoryUsage().rss;
    await expect(dataset.record("a").loadRegion([{ start: 5, stop: 6 }, undefined])).rejects.toMatchObject({
      code: "integrity",
    });
    await expect(dataset.record("a").loadArray()).rejects.toMatchObject({ code: "integrity" });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    const beyond = { ...V3_ARRAY, shape: [2 ** 30, 2 ** 20] };
    await expect(
      (await datasetWith({ "images/a/data/zarr.json": beyond })).dataset.record("a").loadArray(),
    ).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});
