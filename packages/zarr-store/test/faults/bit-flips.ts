import { expect } from "vitest";
import { LATEST } from "../../src/commit/records/control-keys.ts";
import {
  checkDataset,
  isZarrStoreError,
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  rowsOf,
  type StoreKey,
  type TableSchema,
  type ZarrDataset,
} from "../../src/index.ts";
import { readTree } from "../support/audit-store.ts";
import { testRuntime } from "../support/test-runtime.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
  ],
};
/** Of a larger object so many bits are flipped, spread from the first to the last; of any other all. */
const BITS_OF_LARGE = 64;
const SMALL_BYTES = 2048;

export interface FlipTally {
  readonly files: number;
  readonly flips: number;
  /** Reads of a flipped object that failed, and those that gave what was written all the same. */
  readonly refused: number;
  readonly right: number;
}

/** A dataset with an object of every kind, small and larger than 2 KiB. */
async function makeDataset(): Promise<KeyValueStore> {
  const store = memoryStore();
  const dataset = await open(store);
  let seed = 1;
  const noise = (length: number): number[] =>
    Array.from({ length }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % 65_536;
    });
  await dataset.transaction(async (transaction) => {
    const pixels = { dtype: "uint16", shape: [60, 50], data: Uint16Array.from(noise(3000)) } as const;
    const rows = (count: number) => noise(count).map((v) => ({ image_id: "one", v: v / 7 }));
    const record = await transaction.addImage(pixels, { id: "one", chunks: [30, 50] });
    for (const [name, count] of [
      ["few", 2],
      ["many", 900],
    ] as const) {
      await record.saveJson(name, { values: noise(count) });
      await record.saveParquet(name, rows(count), { schema: SCHEMA });
      await record.saveCsvGz(name, rows(count), { schema: SCHEMA });
      await record.saveAttachment(name, Uint8Array.from(noise(3 * count)));
    }
    await transaction.saveTable("pooled", rows(900), { schema: SCHEMA });
    const mask = { dtype: "int32", shape: [900], data: Int32Array.from(noise(900)) } as const;
    await record.saveArrayArtifact("mask", mask);
  });
  await dataset.record("one").saveJson("later", { n: 1 });
  await dataset.updateManifest();
  return store;
}

/**
 * Flips each bit in turn, every `every`-th of them: `check` names the object, and reading it fails or gives what was
 * written.
 */
export async function flipBits({ every }: { readonly every: number }): Promise<FlipTally> {
  const store = await makeDataset();
  const files = await readTree(store, "");
  const paths = [...files.keys()]
    .filter((path) => !path.startsWith("__") && path !== ".gitattributes")
    .map(parseStoreKey);
  const truth = new Map<StoreKey, string>();
  const session = await open(store);
  for (const path of paths) {
    truth.set(path, await readObject(store, session, path));
  }
  const flipsOf = new Map(paths.map((path) => [path, bitsOf(files.get(path)?.length ?? 0, every)]));
  const rounds = Math.max(...[...flipsOf.values()].map((bits) => bits.length));
  const tally = { files: paths.length, flips: 0, refused: 0, right: 0 };
  for (let round = 0; round < rounds; round++) {
    const flipped = paths.filter((path) => flipsOf.get(path)?.[round] !== undefined);
    for (const path of flipped) {
      const bit = flipsOf.get(path)?.[round] ?? 0;
      const sound = files.get(path) ?? new Uint8Array();
      await store.put(path, withFlippedBit(sound, bit));
      const read = await readObject(store, session, path).catch((error: unknown) => {
        expect(isZarrStoreError(error), `bit ${bit} of ${path}: ${String(error)}`).toBe(true);
        return undefined;
      });
      if (read !== undefined) {
        expect(read, `bit ${bit} of ${path}`).toBe(truth.get(path));
      }
      tally[read === undefined ? "refused" : "right"]++;
      await store.put(path, sound);
    }
    // Each is found by its own hash, so that one check may look at a flipped bit in all of them.
    for (const path of flipped) {
      const bit = flipsOf.get(path)?.[round] ?? 0;
      await store.put(path, withFlippedBit(files.get(path) ?? new Uint8Array(), bit));
    }
    const { problems } = await checkDataset(store, { runtime: testRuntime() });
    const found = new Set(problems.map((problem) => problem.path));
    expect(flipped.filter((path) => !found.has(path)).map((path) => `round ${round} of ${path}`)).toEqual([]);
    for (const path of flipped) {
      await store.put(path, files.get(path) ?? new Uint8Array());
    }
    tally.flips += flipped.length;
  }
  return tally;
}

/** Flips bits of the log's records and of the checkpoint: `check` finds each, and opening gives the truth or an error. */
export async function flipBitsOfLog({ every }: { readonly every: number }): Promise<FlipTally> {
  const store = await makeDataset();
  const files = await readTree(store, "");
  // Readers of a folder do not look at latest.json; readers over HTTP are shown it with flipped bits in `latest-hint.test.ts`.
  const paths = [...files.keys()]
    .filter((path) => path.startsWith("__commits/") && path !== LATEST)
    .map(parseStoreKey);
  const truth = await hashesOf(await open(store));
  const tally = { files: paths.length, flips: 0, refused: 0, right: 0 };
  for (const path of paths) {
    const sound = files.get(path) ?? new Uint8Array();
    for (const bit of bitsOf(sound.length, every)) {
      await store.put(path, withFlippedBit(sound, bit));
      const where = `bit ${bit} of ${path}`;
      const seen = await open(store)
        .then(hashesOf)
        .catch((error: unknown) => {
          expect(isZarrStoreError(error), `${where}: ${String(error)}`).toBe(true);
          return undefined;
        });
      if (seen !== undefined) {
        expect(seen, where).toBe(truth);
      }
      const { problems } = await checkDataset(store, { level: "structure", runtime: testRuntime() });
      expect(problems, where).toContainEqual(expect.objectContaining({ kind: "log", path }));
      tally[seen === undefined ? "refused" : "right"]++;
      tally.flips++;
    }
    await store.put(path, sound);
  }
  return tally;
}

function bitsOf(sizeBytes: number, every: number): readonly number[] {
  if (sizeBytes <= SMALL_BYTES) {
    return everyBit(sizeBytes, every);
  }
  const last = sizeBytes * 8 - 1;
  const spread = Array.from({ length: BITS_OF_LARGE }, (_, index) =>
    Math.round((index * last) / (BITS_OF_LARGE - 1)),
  );
  return spread.filter((_, index) => index % every === 0 || index === BITS_OF_LARGE - 1);
}

function everyBit(sizeBytes: number, every: number): readonly number[] {
  return Array.from({ length: Math.ceil((sizeBytes * 8) / every) }, (_, index) => index * every);
}

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** What the public methods give for an object, as text. Metadata are read by a session that remembers nothing. */
async function readObject(store: KeyValueStore, session: ZarrDataset, path: StoreKey): Promise<string> {
  const [top, id = "", part = "", ...rest] = path.split("/");
  if (path.endsWith("zarr.json")) {
    const fresh = await open(store);
    await fresh.validate();
    const image = fresh.record("one");
    const arrays = await Promise.all(
      (await image.listArrayArtifacts()).map((name) => image.arrays.open(name)),
    );
    return JSON.stringify([await image.attributes(), await image.openArray(), arrays]);
  }
  if (top === "tables") {
    return textOf(rowsOf(await session.loadTable(id.replace(".parquet", ""))));
  }
  const record = session.record(id);
  const name = rest[0] ?? "";
  switch (part) {
    case "data": {
      const region = await record.loadRegion([{ start: 0, stop: 2 }, undefined]);
      return textOf([...region.data, ...(await record.loadArray()).data]);
    }
    case "analysis_arrays":
      return textOf((await record.loadArrayArtifact(name)).data);
    case "attachments":
      return textOf(await record.loadAttachment(name));
    default:
      return readArtifact(record, name);
  }
}

async function readArtifact(record: ReturnType<ZarrDataset["record"]>, file: string): Promise<string> {
  const [name = "", ...ending] = file.split(".");
  switch (ending.join(".")) {
    case "json":
      return JSON.stringify(await record.loadJson(name));
    case "parquet":
      return textOf(rowsOf(await record.loadParquet(name)));
    default:
      return textOf(rowsOf(await record.loadCsvGz(name, { schema: SCHEMA })));
  }
}

function textOf(values: Iterable<unknown>): string {
  return JSON.stringify([...values], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
}

async function hashesOf(dataset: ZarrDataset): Promise<string> {
  const images = await Promise.all(
    (await dataset.listImageIds()).map(async (id) => [id, [...(await dataset.record(id).objectHashes())]]),
  );
  return JSON.stringify([dataset.version, images, await dataset.listTableNames()]);
}

async function open(store: KeyValueStore): Promise<ZarrDataset> {
  return openDataset(store, { durability: "none", runtime: testRuntime() });
}
