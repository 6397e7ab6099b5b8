import { cpSync, existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Logger, Summarize, ZarrDataset } from "../../src/index.ts";
import { localStore, openLocalDataset } from "../../src/node/index.ts";
import { interceptStore } from "../../src/testing/intercepted-store.ts";
import { PYTHON_V1, readTruth, summarizeAcquisition } from "./python-v1-data.ts";

const BROKEN = "869177df-59fb-48f6-9426-95827d479c11";
const data = PYTHON_V1 ?? "";

const V3_ARRAY = JSON.stringify({
  zarr_format: 3,
  node_type: "array",
  shape: [4000, 10],
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [512, 10] } },
  chunk_key_encoding: { name: "v2", configuration: { separator: "." } },
  fill_value: 0,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
});

function entriesOf(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

describe.runIf(data !== "")("damage to python_v1", () => {
  let root: string;
  let outside: string;
  const warnings: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: unknown) => void warnings.push(String(message)),
    error: () => undefined,
  };

  beforeAll(async () => {
    const temporary = await mkdtemp(join(tmpdir(), "kym-python-"));
    root = join(temporary, "dataset.zarr");
    outside = join(temporary, "outside");
  });
  /** A whole dataset. No test changes the other images, so they stay from the test before. */
  beforeEach(async () => {
    const others = Object.keys(readTruth(data).images).filter((id) => id !== BROKEN);
    const kept = others.map((id) => join(root, "images", id)).filter(existsSync);
    const removed = [outside, ...entriesOf(root), ...entriesOf(join(root, "images"))].filter(
      (path) => path !== join(root, "images") && !kept.includes(path),
    );
    await Promise.all(removed.map((path) => rm(path, { recursive: true, force: true })));
    const filter = (_from: string, to: string): boolean => !kept.includes(to);
    cpSync(join(data, "dataset.zarr"), root, { recursive: true, filter });
    await mkdir(outside);
    warnings.length = 0;
  });
  afterAll(() => rm(dirname(root), { recursive: true, force: true }));

  const inRoot = (...path: string[]): string => join(root, ...path);
  const inImage = (...path: string[]): string => join(root, "images", BROKEN, ...path);
  const open = (summarize: Summarize = summarizeAcquisition): Promise<ZarrDataset> =>
    openLocalDataset(root, { mode: "r", summarize, logger });

  /** Every image is listed, in the right order where its metadata are, and pixels of all but the broken one are read. */
  async function expectOthersWhole(dataset: ZarrDataset): Promise<void> {
    const truth = readTruth(data);
    const others = Object.keys(truth.images).filter((id) => id !== BROKEN);
    expect(await dataset.listImageIds()).toEqual(Object.keys(truth.images).sort());
    const ordered = await Array.fromAsync(dataset.iterRecords({ orderBy: "acquired" }), ({ id }) => id);
    expect(ordered.filter((id) => id !== BROKEN)).toEqual(
      truth.record_order_by_acquired.filter((id) => id !== BROKEN),
    );
    expect(ordered).toContain(BROKEN);
    for (const id of others) {
      const record = dataset.record(id);
      const { shape } = await record.openArray();
      expect(shape).toEqual(truth.images[id]!.shape);
      const corner = await record.loadRegion(shape.map(() => ({ start: 0, stop: 1 })));
      expect(corner.data).toHaveLength(1);
      await dataset.validateImage(id);
    }
  }

  it("a damaged dataset of the Python system without .zarray has an image without pixels", async () => {
    await rm(inImage("data/.zarray"));
    const dataset = await open();
    await expect(dataset.record(BROKEN).loadArray()).rejects.toMatchObject({ code: "not_found" });
    await expect(dataset.validate()).rejects.toMatchObject({ code: "not_found" });
    const entry = (await dataset.rebuildManifest()).images.find(({ imageId }) => imageId === BROKEN);
    expect(entry).toMatchObject({ shape: undefined, axes: ["y", "x"] });
    await expectOthersWhole(dataset);
  });

  it.each([
    ["no JSON", "{not json", "invalid_metadata"],
    ["no UTF-8", Buffer.from([0x7b, 0xff]), "invalid_metadata"],
    ["a list", "[]", "invalid_metadata"],
    ["one of Zarr v3", V3_ARRAY, "invalid_metadata"],
  ])(
    "a damaged dataset of the Python system with a .zarray that is %s has an image with a typed error",
    async (_, text, code) => {
      await writeFile(inImage("data/.zarray"), text);
      const dataset = await open();
      const error = { code, message: expect.stringContaining(`images/${BROKEN}/data/.zarray`) };
      await expect(dataset.record(BROKEN).loadArray()).rejects.toMatchObject(error);
      await expectOthersWhole(dataset);
    },
  );

  it.each([
    ["zarr_format", 3, "invalid_metadata"],
    ["dtype", "|O", "not_supported"],
    ["shape", [2 ** 40, 2 ** 40], "invalid_metadata"],
    ["shape", [-1, 10], "invalid_metadata"],
    ["chunks", [2 ** 30, 10], "invalid_metadata"],
    ["chunks", [0, 10], "invalid_metadata"],
    ["dimension_separator", "/../../", "invalid_metadata"],
    ["filters", [{ id: "delta" }], "not_supported"],
  ])(
    "a damaged dataset of the Python system whose .zarray says %s %j has an image with a typed error",
    async (member, value, code) => {
      const metadata: unknown = JSON.parse(await readFile(inImage("data/.zarray"), "utf8"));
      await writeFile(inImage("data/.zarray"), JSON.stringify({ ...(metadata as object), [member]: value }));
      const dataset = await open();
      await expect(dataset.record(BROKEN).openArray()).rejects.toMatchObject({ code });
      await expectOthersWhole(dataset);
    },
  );

  it.each(["{not json", "[1]", "null", ""])(
    "a damaged dataset of the Python system with the .zattrs %j has an image without attributes",
    async (text) => {
      await writeFile(inImage(".zattrs"), text);
      const dataset = await open();
      const record = dataset.record(BROKEN);
      const error = { code: "invalid_metadata", details: { path: `images/${BROKEN}/.zattrs` } };
      await expect(record.attributes()).rejects.toMatchObject(error);
      await expect(record.getAxes()).rejects.toMatchObject(error);
      await expect(dataset.validate()).rejects.toMatchObject(error);
      expect(await record.exists()).toBe(true);
      expect((await record.loadArray()).shape).toEqual([4000, 10]);
      expect((await record.openArray()).dimensionNames).toBeUndefined();
      expect(warnings.join("\n")).toContain("read without its attributes");
      expect((await record.objectHashes()).has(".zattrs")).toBe(true);
      await expectOthersWhole(dataset);
    },
  );

  it("a damaged dataset of the Python system without .zattrs has an image without attributes, as in Zarr v2", async () => {
    await rm(inImage(".zattrs"));
    const dataset = await open();
    expect(await dataset.record(BROKEN).getAxes()).toBeUndefined();
    await expectOthersWhole(dataset);
  });

  it("a damaged dataset of the Python system reads the token NaN in attributes", async () => {
    await writeFile(inImage(".zattrs"), '{"axes": ["y", "x"], "um": NaN}');
    expect(await (await open()).record(BROKEN).attributes()).toMatchObject({ um: Number.NaN });
  });

  it("a damaged dataset of the Python system names the axes of an array only if there are as many", async () => {
    await writeFile(inImage(".zattrs"), '{"axes": ["y"]}');
    const dataset = await open();
    expect((await dataset.record(BROKEN).openArray()).dimensionNames).toBeUndefined();
    await expect(dataset.validateImage(BROKEN)).rejects.toMatchObject({ code: "invalid_metadata" });
  });

  it("a damaged dataset of the Python system with a chunk cut short has an image with a typed error that names the chunk", async () => {
    await truncate(inImage("data/3.0"), 100);
    const dataset = await open();
    const error = { code: "integrity", message: expect.stringContaining(`images/${BROKEN}/data/3.0`) };
    await expect(dataset.record(BROKEN).loadArray()).rejects.toMatchObject(error);
    const region = await dataset.record(BROKEN).loadRegion([{ start: 0, stop: 512 }, undefined]);
    expect(region.shape).toEqual([512, 10]);
    await expectOthersWhole(dataset);
  });

  it("a damaged dataset of the Python system takes a chunk that is not there as full of the fill value, as Zarr does", async () => {
    const whole = await (await open()).record(BROKEN).loadArray();
    await rm(inImage("data/3.0"));
    const metadata = await readFile(inImage("data/.zarray"), "utf8");
    await writeFile(inImage("data/.zarray"), metadata.replace('"fill_value": 0', '"fill_value": 7'));
    const filled = await (await open()).record(BROKEN).loadArray();
    expect(Array.from(filled.data, Number)).toEqual(
      Array.from(whole.data, Number).map((value, index) => (index >= 15_360 && index < 20_480 ? 7 : value)),
    );
  });

  it.each([
    ["metadata that are a list", "[]"],
    ["metadata that are no JSON", "{"],
    ["metadata of another shape", '{"header": null}'],
    ["empty metadata", ""],
  ])("a damaged dataset of the Python system with %s has an image with an empty summary", async (_, text) => {
    await writeFile(inImage("analysis/metadata.json"), text);
    const dataset = await open();
    expect((await dataset.record(BROKEN).attributes())["summary"]).toEqual({});
    expect(warnings.join("\n")).toContain(`image ${BROKEN} has no summary`);
    await expectOthersWhole(dataset);
  });

  it.each([
    ["cut short", Buffer.from("1f8b0800", "hex")],
    ["larger than any metadata", gzipSync(Buffer.alloc(65 * 1024 * 1024, " "))],
  ])(
    "a damaged dataset of the Python system with gzipped metadata that are %s has an image with an empty summary",
    async (_, bytes) => {
      await rm(inImage("analysis/metadata.json"));
      await writeFile(inImage("analysis/metadata.json.gz"), bytes);
      const dataset = await open();
      await expect(dataset.record(BROKEN).loadJson("metadata")).rejects.toMatchObject({
        code: "invalid_file",
      });
      await expectOthersWhole(dataset);
    },
  );

  it("a damaged dataset of the Python system stops at an abort instead of taking it for malformed metadata", async () => {
    const controller = new AbortController();
    const store = interceptStore(localStore(root), async ({ keys: [key] }, run) => {
      if (key?.endsWith("metadata.json")) {
        controller.abort();
      }
      return run();
    });
    const dataset = await openLocalDataset(store, { mode: "r", summarize: summarizeAcquisition });
    const { signal } = controller;
    await expect(dataset.record(BROKEN).attributes({ signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(dataset.record(BROKEN).loadArray({ signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it.each([
    [".zattrs", "attributes"],
    ["data", "pixels"],
    ["data/.zarray", "pixels"],
    ["data/0.0", "pixels"],
    ["analysis", "metadata"],
    ["analysis/metadata.json", "metadata"],
  ])(
    "a damaged dataset of the Python system in which %s is a link to outside reads nothing through it: no %s",
    async (path, lost) => {
      await rename(inImage(path), join(outside, "target"));
      await symlink(join(outside, "target"), inImage(path));
      const dataset = await open();
      const record = dataset.record(BROKEN);
      const reads = {
        attributes: () => record.attributes(),
        pixels: () => record.loadArray(),
        metadata: () => record.loadMetadataPayload(),
      };
      for (const [name, read] of Object.entries(reads)) {
        if (name === lost) {
          await expect(read()).rejects.toMatchObject({ code: "invalid_name" });
        } else {
          await read();
        }
      }
      if (lost === "metadata") {
        expect((await record.attributes())["summary"]).toEqual({});
      }
      await record.objectHashes();
      await expectOthersWhole(dataset);
    },
  );

  it("a damaged dataset of the Python system passes over an image that is a link, and says so; opening it by its id reads nothing", async () => {
    await rename(inImage(), join(outside, "image"));
    await symlink(join(outside, "image"), inImage());
    const dataset = await open();
    expect(await dataset.listImageIds()).not.toContain(BROKEN);
    expect(warnings.join("\n")).toContain(`images/${BROKEN} is passed over: links are not followed`);
    await expect(dataset.record(BROKEN).loadArray()).rejects.toMatchObject({ code: "invalid_name" });
    await expect(dataset.record(BROKEN).attributes()).rejects.toMatchObject({ code: "invalid_name" });
  });

  it("a damaged dataset of the Python system has no image where there are only artifacts, which are read by name", async () => {
    await mkdir(inRoot("images/ghost/analysis"), { recursive: true });
    await writeFile(inRoot("images/ghost/.zgroup"), '{"zarr_format": 2}');
    await writeFile(inRoot("images/ghost/analysis/qc.json"), '{"passed": true}');
    const dataset = await open();
    const ghost = dataset.record("ghost");
    await expectOthersWhole(dataset);
    expect(await ghost.exists()).toBe(false);
    await expect(ghost.attributes()).rejects.toMatchObject({ code: "not_found" });
    await expect(ghost.loadArray()).rejects.toMatchObject({ code: "not_found" });
    expect(await ghost.loadJson("qc")).toEqual({ passed: true });
    expect([...(await ghost.objectHashes()).keys()]).toEqual([".zgroup", "analysis/qc.json"]);
  });

  it("a damaged dataset of the Python system passes over a directory whose name is no image id, and says so", async () => {
    await cp(inImage(), inRoot("images/_hidden"), { recursive: true });
    await cp(inImage(), inRoot("images/C:x"), { recursive: true });
    const dataset = await open();
    await expectOthersWhole(dataset);
    expect(warnings.join("\n")).toContain("images/_hidden is passed over: that is not an image id");
    expect(warnings.join("\n")).toContain("images/C:x is passed over: that is not an image id");
  });

  it("a damaged dataset of the Python system passes over files whose names no key has", async () => {
    await writeFile(inImage("analysis/a:b.json"), "{}");
    await writeFile(inRoot("tables/a b?.parquet"), "");
    const dataset = await open();
    expect(await dataset.listTableNames()).toEqual(["kym_radon", "kym_velocity_events", "sources"]);
    expect(await dataset.record(BROKEN).json.list()).not.toContain("a:b");
    const paths = [...(await dataset.record(BROKEN).objectHashes()).keys()];
    expect(paths).not.toContain("analysis/a:b.json");
    await expectOthersWhole(dataset);
  });

  it("a damaged dataset of the Python system with a table cut short gives a typed error for that table", async () => {
    await truncate(inRoot("tables/kym_radon.parquet"), 500);
    const dataset = await open();
    await expect(dataset.loadTable("kym_radon")).rejects.toMatchObject({ code: "invalid_file" });
    expect((await dataset.loadTable("kym_velocity_events")).numRows).toBe(4);
  });

  it.each([
    ["is no JSON", "{", "invalid_metadata"],
    ["says another format", '{"format": "ome", "schema_version": 1}', "invalid_metadata"],
    ["says no format", "{}", "invalid_metadata"],
    ["says a newer schema", '{"format": "kymflow_zarr_v1", "schema_version": 2}', "not_supported"],
  ])("a damaged dataset of the Python system whose root %s is not opened", async (_, text, code) => {
    await writeFile(inRoot(".zattrs"), text);
    await expect(open()).rejects.toMatchObject({ code });
    await expect(openLocalDataset(root)).rejects.toMatchObject({ code });
  });

  it("a damaged dataset of the Python system without .zgroup at its root is no dataset", async () => {
    await rm(inRoot(".zgroup"));
    await expect(open()).rejects.toMatchObject({ code: "not_found" });
    await expect(openLocalDataset(root)).rejects.toMatchObject({ code: "already_exists" });
  });
});
