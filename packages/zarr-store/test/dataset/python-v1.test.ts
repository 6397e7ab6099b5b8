import { createHash } from "node:crypto";
import { cp, lstat, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  openDataset,
  type ReadableStore,
  type Row,
  rowsOf,
  SOURCES_COLUMNS,
  type TableSchema,
  type ZarrDataset,
} from "../../src/index.ts";
import { canonicalJson } from "../../src/json/index.ts";
import { localStore, openLocalDataset } from "../../src/node/index.ts";
import { readOnlyStore } from "../../src/store/read-only-store.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";
import { schemaOfTable } from "../../src/table/index.ts";
import { countingStore } from "../../src/testing/counting-store.ts";
import { bytesOf } from "../array/arbitrary-array.ts";
import { readNpy } from "../array/read-npy.ts";
import { inMemory, PYTHON_V1, readTruth, summarizeAcquisition } from "./python-v1-data.ts";

const LINES = "869177df-59fb-48f6-9426-95827d479c11";
const GZIPPED = "1d9a34b2-7677-4088-9541-36a6142cb92c";
const MALFORMED = "05bb0dcd-d69c-4a0c-a6f1-9a727ace98ce";
const EMBEDDED = "57ffddfa-3e39-4f22-83fc-8527966251c2";
const PROVENANCE = ["image_id", "analysis_version", "params_hash"];

const data = PYTHON_V1 ?? "";
const folder = join(data, "dataset.zarr");

const hex = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Every file and directory with its time, and every byte. */
async function treeHash(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const stats = await lstat(join(root, name), { bigint: true });
    hash.update(`${name} ${stats.mtimeNs} ${stats.isFile()}\n`);
    if (stats.isFile()) {
      hash.update(await readFile(join(root, name)));
    }
  }
  return hash.digest("hex");
}

/** Numbers with the ten decimals that pandas gave the truth. */
function rounded(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === "number" ? Number(value.toFixed(10)) : value,
    ]),
  );
}

/** What HTTP has: no listing. */
function withoutListing({ location, get, getRange }: ReadableStore): ReadableStore {
  return { location, get, getRange };
}

describe.runIf(data !== "").each([
  [
    "in its folder, by Node",
    async () => openLocalDataset(folder, { mode: "r", summarize: summarizeAcquisition }),
  ],
  [
    "copied to memory, by what a browser has",
    async () => openDataset(await inMemory(folder), { mode: "r", summarize: summarizeAcquisition }),
  ],
  [
    "behind a store that cannot write",
    async () =>
      openDataset(readOnlyStore(localStore(folder)), { mode: "r", summarize: summarizeAcquisition }),
  ],
] satisfies readonly [string, () => Promise<ZarrDataset>][])("%s", (_, open) => {
  const truth = data === "" ? undefined! : readTruth(data);
  const imageIds = Object.keys(truth?.images ?? {}).sort();

  it("a dataset of the Python system has the images of the truth, each with its shape, dtype and sum", async () => {
    const dataset = await open();
    expect(await dataset.listImageIds()).toEqual(imageIds);
    for (const [id, image] of Object.entries(truth.images)) {
      const array = await dataset.record(id).loadArray();
      const sum = Array.from(array.data, Number).reduce((total, value) => total + value, 0);
      expect(array.shape, image.note).toEqual(image.shape);
      expect(array.dtype, image.note).toBe(image.dtype === ">f8" ? "float64" : image.dtype);
      expect(Math.abs(sum - image.sum), image.note).toBeLessThanOrEqual(1e-9 * Math.abs(image.sum));
      expect(await dataset.record(id).exists()).toBe(true);
    }
  });

  it("a dataset of the Python system has every array, pixels and artifacts, as in its npy file", async () => {
    const dataset = await open();
    const compared: string[] = [];
    for (const id of imageIds) {
      const record = dataset.record(id);
      const names = await record.listArrayArtifacts();
      expect(names).toEqual([...truth.images[id]!.array_artifacts].sort());
      for (const name of [undefined, ...names]) {
        const array = name === undefined ? await record.loadArray() : await record.loadArrayArtifact(name);
        const file = [id, ...(name?.split("/") ?? [])].join("__");
        const npy = readNpy(join(data, "arrays", `${file}.npy`));
        expect({ dtype: array.dtype, shape: array.shape }).toEqual({ dtype: npy.dtype, shape: npy.shape });
        expect(bytesOf(array).equals(npy.littleEndianBytes), file).toBe(true);
        compared.push(`${file}.npy`);
      }
    }
    expect(compared.sort()).toEqual((await readdir(join(data, "arrays"))).sort());
  });

  it("a dataset of the Python system reads a region by the chunks that it touches", async () => {
    const record = (await open()).record(LINES);
    const whole = await record.loadArray();
    const region = await record.loadRegion([
      { start: 500, stop: 530 },
      { start: 3, stop: 5 },
    ]);
    const expected = Array.from({ length: 60 }, (_, i) => whole.data[(500 + (i >> 1)) * 10 + 3 + (i & 1)]);
    expect(region.shape).toEqual([30, 2]);
    expect([...region.data]).toEqual(expected);
  });

  it("a dataset of the Python system has its axes and attributes, those of an array artifact too", async () => {
    const dataset = await open();
    const record = dataset.record(LINES);
    expect(await record.attributes()).toEqual({
      axes: ["y", "x"],
      created_utc: "2026-11-20T23:05:19Z",
      updated_utc: "2026-11-20T23:05:19Z",
      summary: { acquired: 1_753_190_060_091_123_457n },
    });
    expect(await record.getAxes()).toEqual(["y", "x"]);
    expect((await record.openArray()).dimensionNames).toEqual(["y", "x"]);
    expect(await record.arrays.open("nested/masks/7")).toMatchObject({
      shape: [100, 10],
      dimensionNames: ["y", "x"],
      attributes: { axes: ["y", "x"], updated_utc: "2026-11-20T23:05:19Z" },
    });
    const { dimensionNames } = await dataset.record(EMBEDDED).arrays.open("embedding");
    expect(dimensionNames).toEqual(["a0"]);
    expect(await dataset.record(GZIPPED).getImageBounds()).toEqual({ width: 70, height: 60, numSlices: 3 });
  });

  it("a dataset of the Python system has every table of the truth, value by value, integers as bigint", async () => {
    const dataset = await open();
    expect(await dataset.listTableNames()).toEqual(Object.keys(truth.tables).sort());
    for (const [name, expected] of Object.entries(truth.tables)) {
      const table = await dataset.loadTable(name);
      const types = schemaOfTable(table).columns.map((column) => [column.name, column.type]);
      const ourType = (dtype: string): string => (dtype === "object" ? "utf8" : dtype);
      expect(types).toEqual(
        Object.entries(expected.columns).map(([column, dtype]) => [column, ourType(dtype)]),
      );
      const rows = expected.records.map((record) =>
        Object.fromEntries(
          Object.entries(record).map(([column, value]) => [
            column,
            expected.columns[column] === "int64" ? BigInt(value as number) : value,
          ]),
        ),
      );
      expect(Array.from(rowsOf(table), rounded)).toEqual(rows);
      expect(rows).toHaveLength(expected.rows);
    }
  });

  it("a dataset of the Python system has a ledger of sources with the first five columns, the others NULL", async () => {
    const dataset = await open();
    const { columns } = schemaOfTable(await dataset.loadTable("sources"));
    expect(columns.map(({ name }) => name)).toEqual(SOURCES_COLUMNS.slice(0, 5));
    expect(await dataset.loadSourcesIndex()).toEqual([
      {
        ...truth.tables["sources"]!.records[0],
        source_size_bytes: 600_344n,
        source_sha256: null,
        source_rel_path: null,
      },
    ]);
  });

  it("a dataset of the Python system has the table artifacts that the pooled tables were made of, parquet and csv.gz", async () => {
    const dataset = await open();
    const artifactRows = async (id: string): Promise<unknown[]> => {
      const artifacts = dataset.record(id).asArtifactStore();
      return [...rowsOf(await artifacts.loadTable("velocity_events/events"))];
    };
    const pooled = [...rowsOf(await dataset.loadTable("kym_velocity_events"))];
    for (const id of [LINES, GZIPPED]) {
      const rows = pooled.filter((row) => row["image_id"] === id);
      const columns = Object.keys((await artifactRows(id))[0] as object);
      const own = rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
      expect(own.length).toBeGreaterThan(0);
      expect(await artifactRows(id)).toEqual(own);
    }
    const [radon] = [...rowsOf(await dataset.loadTable("kym_radon"))];
    const results = [...rowsOf(await dataset.record(LINES).loadParquet("radon/results"))];
    expect(results).toEqual([
      Object.fromEntries(Object.entries(radon!).filter(([column]) => !PROVENANCE.includes(column))),
    ]);
    expect([...rowsOf(await dataset.record(LINES).loadCsvGz("notes_table"))]).toEqual([
      { k: "x", v: 1.5 },
      { k: "y,z", v: null },
      { k: 'q"q', v: 3 },
    ]);
  });

  it("a dataset of the Python system lists artifacts by kind, nested names whole, gzipped JSON among the JSON", async () => {
    const dataset = await open();
    const { json, tables } = dataset.record(GZIPPED);
    const names = ["metadata", "radon_run", "velocity_events/params", "velocity_events/summary"];
    expect(await json.list()).toEqual(names);
    expect(await tables.list({ format: "parquet" })).toEqual([]);
    expect(await tables.list({ format: "csv.gz" })).toEqual(["velocity_events/events"]);
    expect(await dataset.record(LINES).listAnalysisKeys()).toContain(
      `images/${LINES}/analysis/velocity_events/params.json`,
    );
    expect(await dataset.record(LINES).listAttachments()).toEqual([]);
  });

  it("a dataset of the Python system reads JSON, gzipped JSON, and the tokens NaN and Infinity", async () => {
    const dataset = await open();
    expect(await dataset.record(GZIPPED).loadMetadataPayload()).toEqual({
      version: "1.0",
      header: { acquired_local_epoch_ns: 1_650_000_000_000_000_000n },
      rois: [],
    });
    const qc = { snr: Number.POSITIVE_INFINITY, cv: Number.NaN, ns: 1_771_700_000_123_456_789n };
    expect(await dataset.record(MALFORMED).loadJson("qc")).toEqual(qc);
    const { text } = await dataset.record(LINES).loadJsonText("velocity_events/params");
    expect(text).toContain('"tiny": 1e-07');
  });

  it("a dataset of the Python system gives malformed metadata as an error of that image alone", async () => {
    const dataset = await open();
    await expect(dataset.record(MALFORMED).loadMetadataPayload()).rejects.toMatchObject({
      code: "invalid_file",
      details: { path: `images/${MALFORMED}/analysis/metadata.json` },
    });
    expect((await dataset.record(MALFORMED).attributes())["summary"]).toEqual({});
  });

  it("a dataset of the Python system has the hashes of the truth for the parameters that are there, and for none", async () => {
    const dataset = await open();
    const withParams: string[] = [];
    for (const [id, hashes] of Object.entries(truth.hashes)) {
      const record = dataset.record(id);
      const hasParams = (await record.json.list()).includes("velocity_events/params");
      const params = hasParams ? await record.loadJsonText("velocity_events/params") : {};
      expect(hex(canonicalJson(params)), id).toBe(hashes["velocity_events"]);
      withParams.push(...(hasParams ? [id] : []));
    }
    expect(withParams.sort()).toEqual([GZIPPED, LINES].sort());
  });

  it("a dataset of the Python system orders records by acquisition time as the truth does, those without one last or first", async () => {
    const dataset = await open();
    const idsBy = async (missing: "last" | "first"): Promise<string[]> => {
      const ids: string[] = [];
      for await (const record of dataset.iterRecords({ orderBy: "acquired", missing })) {
        ids.push(record.id);
      }
      return ids;
    };
    const order = truth.record_order_by_acquired;
    expect(await idsBy("last")).toEqual(order);
    expect(await idsBy("first")).toEqual([...order.slice(2), ...order.slice(0, 2)]);
  });

  it("a dataset of the Python system rebuilds a manifest of what there is and validates", async () => {
    const dataset = await open();
    const { version, images } = await dataset.rebuildManifest();
    expect(version).toBe(0);
    expect(images.map(({ imageId, shape, axes }) => ({ imageId, shape, axes: axes?.length }))).toEqual(
      imageIds.map((imageId) => {
        const { shape } = truth.images[imageId]!;
        return { imageId, shape, axes: shape.length };
      }),
    );
    await dataset.validate();
  });

  it("a dataset of the Python system has the version 0, an empty log and no stored manifest", async () => {
    const dataset = await open();
    expect(dataset.version).toBe(0);
    expect(await Array.fromAsync(dataset.log())).toEqual([]);
    expect(await dataset.loadManifest()).toBeUndefined();
    expect(await dataset.refresh()).toBe(false);
    await dataset.assertExists();
    expect(await dataset.readConsistently(async () => 1)).toBe(1);
    await dataset.close();
  });

  it("a dataset of the Python system knows the hash of every file of an image", async () => {
    const dataset = await open();
    const hashes = await dataset.record(LINES).objectHashes();
    const root = join(folder, "images", LINES);
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1)).sort();
    expect([...hashes.keys()].sort()).toEqual(paths);
    for (const path of paths) {
      expect(hashes.get(path)).toBe(hex(await readFile(join(root, path))));
    }
  });
});

describe.runIf(data !== "")("python_v1", () => {
  it.each(["a", "w"] as const)(
    "a dataset of the Python system is refused in mode %s, with what to do instead",
    async (mode) => {
      await expect(openLocalDataset(folder, { mode, overwrite: true })).rejects.toMatchObject({
        code: "not_supported",
        message: expect.stringMatching(/open it with mode "r".*migrate/),
      });
    },
  );

  it("a dataset of the Python system is neither changed by reading all of it nor by any attempt to write", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "kym-python-"));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    await cp(folder, temporary, { recursive: true, preserveTimestamps: true });
    const before = await treeHash(temporary);
    const dataset = await openLocalDataset(temporary, { mode: "r", summarize: summarizeAcquisition });
    for await (const record of dataset.iterRecords({ orderBy: "created_utc" })) {
      const pixels = await record.loadArray();
      await record.objectHashes();
      const schema: TableSchema = { columns: [{ name: "image_id", type: "utf8" }] };
      const rows = [{ image_id: record.id }];
      const source = (await dataset.loadSourcesIndex())[0]!;
      const writes: readonly (() => Promise<unknown>)[] = [
        () => dataset.addImage(pixels),
        () => dataset.deleteImage(record.id),
        () => dataset.saveTable("kym_radon", rows, { schema }),
        () => dataset.deleteTable("kym_radon"),
        () => dataset.replaceRowsForImageId("kym_radon", record.id, rows, { schema }),
        () => dataset.mergeTable("kym_radon", () => ({ table: undefined, schema })),
        () => dataset.saveSourcesIndex([]),
        () => dataset.appendSources([source]),
        () => dataset.updateManifest(),
        () => dataset.transaction(async () => undefined),
        () => record.saveArray(pixels),
        () => record.saveJson("qc", {}),
        () => record.json.saveBytes("qc", new TextEncoder().encode("{}")),
        () => record.saveParquet("p", rows, { schema }),
        () => record.saveCsvGz("p", rows, { schema }),
        () => record.saveArrayArtifact("a", pixels),
        () => record.saveAttachment("a.txt", new Uint8Array(1)),
        () => record.updateAttributes({ a: 1 }),
        () => record.deleteAnalysis(),
      ];
      for (const write of writes) {
        await expect(write()).rejects.toMatchObject({ code: "read_only" });
      }
    }
    await dataset[Symbol.asyncDispose]();
    for (const mode of ["a", "w"] as const) {
      await expect(openLocalDataset(temporary, { mode, overwrite: true })).rejects.toThrow();
    }
    expect(await treeHash(temporary)).toBe(before);
  });

  it("a dataset of the Python system is not read through its old manifest", async () => {
    const store = await inMemory(folder);
    await store.put(parseStoreKey("index/manifest.json.gz"), new TextEncoder().encode("lies"));
    const dataset = await openDataset(store, { mode: "r" });
    expect((await dataset.rebuildManifest()).images).toHaveLength(5);
    expect(await dataset.loadManifest()).toBeUndefined();
  });

  it("a dataset of the Python system has no summary where nobody says how to make one", async () => {
    const dataset = await openDataset(await inMemory(folder), { mode: "r" });
    expect(await dataset.record(LINES).attributes()).not.toHaveProperty("summary");
  });

  it("a dataset of the Python system hashes a file again only when its size or time has changed", async () => {
    let now = 1;
    const { store, take } = countingStore(await inMemory(folder, () => now));
    const dataset = await openDataset(store, { mode: "r" });
    const first = await dataset.record(LINES).objectHashes();
    take();
    expect(await dataset.record(LINES).objectHashes()).toEqual(first);
    expect(take().byMethod.get).toBeUndefined();
    now = 2;
    await store.put(
      parseStoreKey(`images/${LINES}/analysis/radon/params.json`),
      new TextEncoder().encode("{}"),
    );
    const again = await dataset.record(LINES).objectHashes();
    expect(take().byMethod.get).toBe(1);
    expect(again.get("analysis/radon/params.json")).toBe(hex("{}"));
  });

  it("a dataset of the Python system hashes a file each time in a store whose clock does not tell one version from the next", async () => {
    const store = await inMemory(folder);
    const record = (await openDataset(store, { mode: "r" })).record(LINES);
    const path = parseStoreKey(`images/${LINES}/analysis/radon/params.json`);
    const bytes = (await store.get(path))!;
    const before = (await record.objectHashes()).get("analysis/radon/params.json");
    await store.put(path, bytes.toReversed());
    const after = (await record.objectHashes()).get("analysis/radon/params.json");
    expect([before, after]).toEqual([hex(bytes), hex(bytes.toReversed())]);
  });

  it("a dataset of the Python system lists its tables without a look into its images", async () => {
    const { store, take } = countingStore(await inMemory(folder));
    const dataset = await openDataset(store, { mode: "r" });
    take();
    await dataset.listTableNames();
    expect(take().byMethod).toEqual({ list: 4 });
  });

  it("a dataset of the Python system gives its records by id over a store without a listing, and says what cannot be listed", async () => {
    const store = await inMemory(folder);
    const listless = withoutListing({
      location: "x",
      get: store.get.bind(store),
      getRange: store.getRange.bind(store),
    });
    const dataset = await openDataset(listless, { mode: "r", summarize: summarizeAcquisition });
    const record = dataset.record(LINES);
    expect((await record.loadArray()).shape).toEqual([4000, 10]);
    expect((await record.attributes())["summary"]).toEqual({ acquired: 1_753_190_060_091_123_457n });
    expect(await dataset.record("absent").exists()).toBe(false);
    await expect(dataset.listImageIds()).rejects.toMatchObject({ code: "not_supported" });
    await expect(record.listArrayArtifacts()).rejects.toMatchObject({ code: "not_supported" });
    await expect(openDataset(listless)).rejects.toMatchObject({ code: "read_only" });
  });
});
