// Checks that we read what zarr-python writes.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseStoreKey, type ReadableStore } from "@kym/zarr-store";
import { ndArrayBytes, sliceNdArray } from "@kym/zarr-store/array";
import { localStore } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseArrayMetadata } from "../../../packages/zarr-store/src/array/metadata/array-metadata.ts";
import { type ReadArrayOptions, readArray } from "../../../packages/zarr-store/src/array/zarr-array.ts";
import { parseLossless, plainValue } from "../../../packages/zarr-store/src/json/lossless-json.ts";
import { nodeZstd } from "../../../packages/zarr-store/src/node/runtime/zstd-node.ts";
import { hasPython, runPython } from "../python-environment.ts";

interface PythonArray {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Chunks that hold only the fill value, and are not stored. */
  readonly missing: number;
}

/** Compares arrays that zarr-python 3 writes now, for each format and codec, byte by byte. */
describe.skipIf(!(await hasPython()))("we read what zarr-python writes", () => {
  let folder = "";
  let cases: readonly PythonArray[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-zarr-python-"));
    cases = JSON.parse(await runPython(new URL("write_arrays.py", import.meta.url), [folder]));
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("in both formats, every codec and shard, every dtype and byte order, with chunks missing", async () => {
    const wrong: string[] = [];
    for (const [number, { name, dtype, shape }] of cases.entries()) {
      const truth = await readFile(join(folder, `${number}.bin`));
      const store = localStore(join(folder, `${number}.zarr`));
      const isSame = async (options: ReadArrayOptions): Promise<boolean> => {
        const array = await readStored(store, options);
        return array.dtype === dtype && truth.equals(ndArrayBytes(array));
      };
      const whole = await readStored(store, { zstd: nodeZstd });
      const selection = shape.map((length) => ({ start: Math.min(1, length - 1), stop: length }));
      const region = await readStored(store, { zstd: nodeZstd, selection });
      const isRight =
        (await isSame({ zstd: nodeZstd })) &&
        (await isSame({})) &&
        Buffer.from(ndArrayBytes(region)).equals(ndArrayBytes(sliceNdArray(whole, selection)));
      if (!isRight) {
        wrong.push(name);
      }
    }
    const count = (pattern: RegExp): number => cases.filter(({ name }) => pattern.test(name)).length;
    const tally = {
      v2: count(/^v2/),
      v3: count(/^v3/),
      sharded: count(/sharded/),
      blosc: count(/blosc/),
      bigEndianV2: count(/^v2 >/),
      withMissingChunks: cases.filter(({ missing }) => missing > 0).length,
    };
    console.log(`arrays of zarr-python read: ${cases.length}`, JSON.stringify(tally));
    expect(wrong).toEqual([]);
    expect(tally).toEqual({
      v2: 19 * 21,
      v3: 11 * (22 + 36),
      sharded: 11 * 36,
      blosc: 19 * 16 + 11 * (15 + 6),
      bigEndianV2: 8 * 21,
      withMissingChunks: expect.any(Number),
    });
    expect(tally.withMissingChunks).toBeGreaterThan(400);
    expect(new Set(cases.map(({ dtype }) => dtype)).size).toBe(11);
    expect(new Set(cases.map(({ shape }) => shape.length))).toEqual(new Set([1, 2, 3, 4]));
  }, 300_000);
});

async function readStored(store: ReadableStore, options: ReadArrayOptions) {
  const read = (key: string) => store.get(parseStoreKey(key));
  const document = (await read("zarr.json")) ?? (await read(".zarray"));
  const metadata = parseArrayMetadata(plainValue(parseLossless(new TextDecoder().decode(document))), "");
  return readArray(metadata, read, { ...options, missingChunks: "fill" });
}
