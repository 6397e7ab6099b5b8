import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Table } from "apache-arrow";
import { parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import { ndArrayBytes } from "../../src/array/nd-array.ts";
import { readArray } from "../../src/array/zarr-array.ts";
import { crc32c } from "../../src/bytes/crc32c.ts";
import { readCheckpoint } from "../../src/commit/log/checkpoint.ts";
import { decodeCommitPack, encodeCommitPack } from "../../src/commit/records/commit-pack.ts";
import { decodeCommitRecord } from "../../src/commit/records/commit-record.ts";
import { CHECKPOINT, commitKey, OLD_CHECKPOINT } from "../../src/commit/records/control-keys.ts";
import {
  isZarrStoreError,
  memoryStore,
  openDataset,
  parseStoreKey,
  rowsOf,
  type StoreKey,
  type TableSchema,
} from "../../src/index.ts";
import { parseLossless, plainValue } from "../../src/json/index.ts";
import { decodeCsvGz } from "../../src/table/csv/csv-gz.ts";
import { decodeParquet } from "../../src/table/index.ts";
import { growLog, startDataset } from "../commit/packs/long-log.ts";
import { asVersion2 } from "../support/as-version-2.ts";
import { sha256, testRuntime } from "../support/test-runtime.ts";

/** What reads bytes, sound ones to begin with, and what they ought to mean. */
interface Parser {
  readonly name: string;
  readonly sound: Uint8Array;
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** What the bytes say by other means than ours, undefined if nothing. Default: bytes that are read say what the sound ones do. */
  readonly truth?: (bytes: Uint8Array) => string | undefined;
}

export interface FuzzTally {
  readonly name: string;
  runs: number;
  /** Read, and rightly. */
  same: number;
  /** Refused by a typed error. */
  refused: number;
  /** Read to another value than they say, or failed in another way: what must not be. */
  readonly faults: string[];
}

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "n", type: "int64" },
    { name: "v", type: "float64" },
  ],
};
const ROWS = Array.from({ length: 12 }, (_, n) => ({
  image_id: "one",
  n: n === 3 ? null : BigInt(n),
  v: n / 7,
}));

/**
 * Feeds each parser with its sound bytes changed: one bit at each `every`-th place, then `mutations` times in a random but
 * repeatable way.
 */
export async function fuzzParsers(size: {
  readonly every: number;
  readonly mutations: number;
}): Promise<readonly FuzzTally[]> {
  const tallies: FuzzTally[] = [];
  for (const parser of await makeParsers()) {
    const tally: FuzzTally = { name: parser.name, runs: 0, same: 0, refused: 0, faults: [] };
    const expected = await parser.read(new Uint8Array(parser.sound));
    const truth = parser.truth ?? ((): string => expected);
    if (truth(parser.sound) !== expected) {
      tally.faults.push("the sound bytes are not read as they should");
    }
    const random = randomFrom(1);
    const bits = Math.ceil((parser.sound.length * 8) / size.every);
    for (let run = 0; run < bits + size.mutations; run++) {
      const bytes =
        run < bits ? withFlippedBit(parser.sound, run * size.every) : mutated(parser.sound, random);
      await tryOne(parser, bytes, truth, tally, run);
    }
    tallies.push(tally);
  }
  return tallies;
}

async function tryOne(
  { read }: Parser,
  bytes: Uint8Array<ArrayBuffer>,
  truth: (bytes: Uint8Array) => string | undefined,
  tally: FuzzTally,
  run: number,
): Promise<void> {
  tally.runs++;
  try {
    const found = await read(new Uint8Array(bytes));
    if (found === truth(bytes)) {
      tally.same++;
    } else {
      tally.faults.push(`run ${run}: read ${found.slice(0, 200)}, not ${truth(bytes)?.slice(0, 200)}`);
    }
  } catch (error) {
    if (isZarrStoreError(error)) {
      tally.refused++;
    } else {
      tally.faults.push(`run ${run}: ${String(error)}`);
    }
  }
}

async function makeParsers(): Promise<readonly Parser[]> {
  const store = memoryStore();
  const dataset = await openDataset(store, { runtime: testRuntime() });
  const record = await dataset.addImage(
    { dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) },
    { id: "one" },
  );
  await record.saveCsvGz("t", ROWS, { schema: SCHEMA });
  await dataset.saveTable("t", ROWS, { schema: SCHEMA });
  await dataset.updateManifest();
  const at = async (path: string): Promise<Uint8Array> =>
    (await store.get(parseStoreKey(path))) ?? new Uint8Array();
  const parquet = await at("tables/t.parquet");
  return [
    {
      name: "lossless JSON",
      sound: utf8(JSON_TEXT),
      read: async (bytes) => shown(plainValue(parseLossless(decode(bytes)))),
      truth: jsonTruth,
    },
    { name: "zarr.json", sound: utf8(JSON.stringify(V3)), read: readMetadata, truth: metadataTruth },
    { name: ".zarray", sound: utf8(JSON.stringify(V2)), read: readMetadata, truth: metadataTruth },
    { name: "shard with its index", sound: shard(), read: (bytes) => readChunk(SHARDED, bytes) },
    {
      name: "chunk with crc32c",
      sound: withChecksum(PIXELS),
      read: (bytes) => readChunk(["bytes", "crc32c"], bytes),
    },
    { name: "chunk of gzip", sound: gzipSync(PIXELS), read: (bytes) => readChunk(["bytes", GZIP], bytes) },
    {
      name: "chunk of zstd, with its checksum",
      sound: withChecksum(zstdCompressSync(PIXELS)),
      read: (bytes) => readChunk(["bytes", ZSTD, "crc32c"], bytes),
    },
    {
      name: "commit record",
      sound: await at(commitKey(2)),
      read: async (bytes) => shown(await decodeCommitRecord(bytes, 2, sha256)),
    },
    {
      name: "checkpoint",
      sound: await at(CHECKPOINT),
      read: (bytes) => readCheckpointOf(CHECKPOINT, bytes),
    },
    {
      name: "checkpoint of version 2",
      sound: await oldCheckpoint(),
      read: (bytes) => readCheckpointOf(OLD_CHECKPOINT, bytes),
    },
    {
      name: "pack of commit records",
      sound: await smallPack(),
      read: async (bytes) => shown([...(await decodeCommitPack(bytes, 1, sha256))]),
    },
    {
      name: "csv.gz",
      sound: await at("images/one/analysis/t.csv.gz"),
      read: async (bytes) => rowsShown(await decodeCsvGz(bytes, SCHEMA)),
    },
    {
      name: "Parquet of a dataset",
      sound: parquet,
      read: async (bytes) => {
        await store.put(parseStoreKey("tables/t.parquet"), bytes);
        return rowsShown(await dataset.loadTable("t"));
      },
    },
  ];
}

/** Parquet has no checksums of its own, so that nothing but a typed error, or some table, can be asked for. */
export async function fuzzForeignParquet(mutations: number): Promise<FuzzTally> {
  const store = memoryStore();
  await (await openDataset(store, { runtime: testRuntime() })).saveTable("t", ROWS, { schema: SCHEMA });
  const sound = (await store.get(parseStoreKey("tables/t.parquet"))) ?? new Uint8Array();
  const tally: FuzzTally = { name: "Parquet of somebody else", runs: 0, same: 0, refused: 0, faults: [] };
  const random = randomFrom(2);
  let found = "";
  const read = async (bytes: Uint8Array): Promise<string> => {
    found = (await decodeParquet(bytes)).constructor.name;
    return found;
  };
  for (let run = 0; run < mutations; run++) {
    await tryOne({ name: tally.name, sound, read }, mutated(sound, random), () => found, tally, run);
  }
  return tally;
}

const JSON_TEXT =
  '{"n": [0, -1.5e3, 12345678, true, false, null], "text": "é\\u00e9\\n\\"", "deep": {"a": {"b": [[]]}}}';
const GZIP = { name: "gzip", configuration: { level: 1 } };
const ZSTD = { name: "zstd", configuration: { level: 1, checksum: false } };
const PIXELS = Uint8Array.from({ length: 32 }, (_, n) => n * 7);
const SHARDED = [
  {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [4, 4],
      codecs: ["bytes", "crc32c"],
      index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, "crc32c"],
    },
  },
];
const V3 = {
  zarr_format: 3,
  node_type: "array",
  shape: [8, 4],
  data_type: "uint8",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [8, 4] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "." } },
  fill_value: 7,
  codecs: [{ name: "bytes" }, GZIP],
  attributes: {},
  dimension_names: ["t", "x"],
};
const V2 = {
  zarr_format: 2,
  shape: [8, 4],
  chunks: [8, 4],
  dtype: "<u2",
  compressor: { id: "zlib", level: 1 },
  fill_value: 7,
  filters: null,
  order: "C",
  dimension_separator: "/",
};

async function readMetadata(bytes: Uint8Array): Promise<string> {
  const { shape, chunkShape, dtype, fillValue, chunkKeyEncoding, dimensionNames, codecs } =
    parseArrayMetadata(plainValue(parseLossless(decode(bytes), { duplicateKeys: "error" })), "a");
  const { separator } = chunkKeyEncoding;
  const level = codecs.bytesToBytes.map((codec) => ("level" in codec ? codec["level"] : codec.name));
  return shown([shape, chunkShape, dtype, fillValue, separator, dimensionNames ?? null, level]);
}

/** The same, by `JSON.parse` and the plainest reading of the specifications. */
function metadataTruth(bytes: Uint8Array): string | undefined {
  try {
    const document = JSON.parse(decode(bytes).replace(/^\ufeff/, ""));
    if (document.zarr_format === 2) {
      // numcodecs takes the level 1 where none stands.
      const level = document.compressor === null ? [] : [document.compressor.level ?? 1];
      const dtype = ({ u: "uint", i: "int", f: "float", b: "bool" } as Record<string, string>)[
        document.dtype[1]
      ];
      const bits = document.dtype[1] === "b" ? "" : 8 * Number(document.dtype.slice(2));
      const fill = document.fill_value ?? 0;
      return shown([
        document.shape,
        document.chunks,
        `${dtype}${bits}`,
        fill,
        document.dimension_separator ?? ".",
        null,
        level,
      ]);
    }
    const level = document.codecs
      .slice(1)
      .map((codec: { configuration: { level: unknown } }) => codec.configuration.level);
    const { separator = document.chunk_key_encoding.name === "v2" ? "." : "/" } =
      document.chunk_key_encoding.configuration ?? {};
    const { chunk_shape } = document.chunk_grid.configuration;
    return shown([
      document.shape,
      chunk_shape,
      document.data_type,
      document.fill_value,
      separator,
      document.dimension_names ?? null,
      level,
    ]);
  } catch {
    return undefined;
  }
}

function jsonTruth(bytes: Uint8Array): string | undefined {
  try {
    return shown(JSON.parse(decode(bytes).replace(/^\ufeff/, "")));
  } catch {
    return undefined;
  }
}

async function readChunk(codecs: readonly unknown[], bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return shown([
    ...ndArrayBytes(await readArray(parseArrayMetadata({ ...V3, codecs }, "a"), async () => bytes)),
  ]);
}

async function oldCheckpoint(): Promise<Uint8Array> {
  const store = memoryStore();
  await startDataset(store, testRuntime());
  const dataset = await openDataset(store, { runtime: testRuntime() });
  await dataset.updateManifest();
  await asVersion2(store);
  return (await store.get(OLD_CHECKPOINT)) ?? new Uint8Array();
}

/** A pack of the last four records of its block. */
async function smallPack(): Promise<Uint8Array> {
  const store = memoryStore();
  await startDataset(store, testRuntime());
  await growLog(store, testRuntime(), 1000);
  const files = [997, 998, 999, 1000].map((version) => store.get(commitKey(version)));
  return (
    (await encodeCommitPack((await Promise.all(files)).filter((bytes) => bytes !== undefined))) ??
    new Uint8Array()
  );
}

async function readCheckpointOf(key: StoreKey, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const store = memoryStore();
  await store.put(key, bytes);
  const warnings: string[] = [];
  const checkpoint = await readCheckpoint(store, (_key, why) => warnings.push(why));
  if (checkpoint === undefined) {
    const { ZarrStoreError } = await import("../../src/index.ts");
    throw warnings.length === 1
      ? new ZarrStoreError("integrity", warnings[0] ?? "")
      : new Error("refused without a word");
  }
  // How large it is packed, and whether its seal is whole, is told by nothing that is in it.
  return shown({
    ...checkpoint,
    storedBytes: 0,
    fault: undefined,
    groups: [...checkpoint.groups].map(([group, objects]) => [group, [...objects]]),
    images: [...checkpoint.images],
  });
}

function shard(): Uint8Array {
  const chunks = [withChecksum(PIXELS.subarray(0, 16)), withChecksum(PIXELS.subarray(16))];
  const index = new Uint8Array(BigUint64Array.from([0n, 20n, 20n, 20n]).buffer);
  return new Uint8Array(Buffer.concat([...chunks, withChecksum(index)]));
}

function withChecksum(body: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, crc32c(new Uint8Array(body)), true);
  return new Uint8Array(Buffer.concat([body, sum]));
}

function rowsShown(table: Table): string {
  return shown([...rowsOf(table)]);
}

function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item)) ??
    "undefined"
  );
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Every reader reports invalid UTF-8 before it parses.
    return "no UTF-8";
  }
}

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d];

/** A digit for a digit, a letter for a letter: what is still well-formed gets further. */
function alike(byte: number, random: Random): number {
  const character = String.fromCharCode(byte);
  if (/[0-9]/.test(character)) {
    return 0x30 + random(10);
  }
  return /[a-z]/.test(character) ? 0x61 + random(26) : random(256);
}

/** One to four changes: bits, bytes, bytes that mean much, slices taken out, doubled or moved, and the end cut off. */
function mutated(sound: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array = new Uint8Array(sound);
  for (let changes = random(2) === 0 ? 1 : 1 + random(4); changes > 0 && bytes.length > 0; changes--) {
    const at = random(bytes.length);
    const length = 1 + random(Math.min(16, bytes.length - at));
    const [before, slice, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    switch (random(7)) {
      case 0:
        bytes = withFlippedBit(bytes, random(bytes.length * 8));
        break;
      case 1:
        bytes = bytes.with(at, alike(bytes[at] ?? 0, random));
        break;
      case 2:
        bytes = bytes.with(at, INTERESTING[random(INTERESTING.length)] ?? 0);
        break;
      case 3:
        bytes = Buffer.concat([before, after]);
        break;
      case 4:
        bytes = Buffer.concat([before, slice, slice, after]);
        break;
      case 5:
        bytes = Buffer.concat([before, after, slice]);
        break;
      default:
        bytes = random(4) === 0 ? before : Buffer.concat([before, Uint8Array.of(random(256)), slice, after]);
    }
  }
  return new Uint8Array(bytes);
}
