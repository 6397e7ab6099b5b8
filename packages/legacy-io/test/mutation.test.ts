import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesSource } from "../src/byte-source.ts";
import { parseClassicJson } from "../src/classic-json.ts";
import { readCsv } from "../src/csv.ts";
import { readNpy, writeNpy } from "../src/npy.ts";
import { readOlympusHeader } from "../src/olympus-header.ts";
import { readTiff } from "../src/tiff/read-tiff.ts";
import { readNaively } from "./naive-tiff.ts";
import { buildTiff, elementBytes, greyTags, short } from "./tiff-fixture.ts";

const RUNS = 2000;
const SLOWEST_MS = 2000;

/** A good file with a few bytes changed, and perhaps cut off. */
function mutated(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.integer({ min: 0, max: 255 }) });
  return fc
    .record({
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
      keep: fc.oneof(
        { weight: 4, arbitrary: fc.constant(good.length) },
        { weight: 1, arbitrary: fc.nat(good.length) },
      ),
    })
    .map(({ changes, keep }) => {
      const bytes = good.slice(0, keep);
      for (const { at, byte } of changes) {
        if (at < bytes.length) {
          bytes[at] = byte;
        }
      }
      return bytes;
    });
}

async function outcomeOf(read: () => unknown): Promise<unknown> {
  const startedMs = performance.now();
  try {
    return await read();
  } catch (error) {
    expect(error).toMatchObject({ name: "LegacyIoError" });
    return error;
  } finally {
    expect(performance.now() - startedMs).toBeLessThan(SLOWEST_MS);
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const TIFF = buildTiff([
  {
    tags: greyTags(10, 30, 16, [short(278, 10)]),
    segments: [0, 100, 200].map((first) =>
      elementBytes(
        Array.from({ length: 100 }, (_, index) => first + index),
        2,
      ),
    ),
  },
]);

test(`${RUNS} mutated TIFFs: typed errors, or what a naive reader makes of the bytes`, async () => {
  let images = 0;
  await fc.assert(
    fc.asyncProperty(mutated(TIFF), async (bytes) => {
      const outcome = await outcomeOf(() => readTiff(bytesSource(bytes)));
      if (outcome instanceof Error) {
        return;
      }
      images++;
      const naive = readNaively(bytes);
      const isUnsigned = naive?.format === 1 || naive?.format === 4;
      if (naive !== undefined && isUnsigned && [8, 16, 32].includes(naive.bits)) {
        expect(outcome).toMatchObject({ image: { shape: [naive.height, naive.width] } });
        const { data } = (outcome as Awaited<ReturnType<typeof readTiff>>).image;
        expect(Array.from(data, Number)).toEqual(naive.values);
      }
    }),
    { numRuns: RUNS },
  );
  expect(images).toBeGreaterThan(RUNS / 20);
});

test.for([
  ["npy", writeNpy({ dtype: "int16", shape: [3, 4], data: new Int16Array(12) }), readNpy],
  ["CSV", encode('id,"a,b",v\n1,"x ""y""",1.5\n2,,-3e4\n3,"é\n",\n'), readCsv],
  [
    "Olympus",
    encode(
      '"[General]"\t""\r\n"Date"\t"11/02/2022 12:30:15.461 PM"\r\n"[Image]"\t""\r\n"Image Size"\t"38 * 30 [pixel]"\r\n',
    ),
    readOlympusHeader,
  ],
  [
    "classic JSON",
    encode(
      '{"version": "1.0", "header": {"shape": [3, 4], "ndim": 2}, "rois": [{"id": 1, "dim0_start": 0, "dim0_stop": 3, "dim1_start": 0, "dim1_stop": 4}]}',
    ),
    parseClassicJson,
  ],
] as const)(`${RUNS} mutated %s files: typed errors or values, in time`, async ([, good, read]) => {
  let values = 0;
  await fc.assert(
    fc.asyncProperty(mutated(good), async (bytes) => {
      values += (await outcomeOf(() => read(bytes))) instanceof Error ? 0 : 1;
    }),
    { numRuns: RUNS },
  );
  expect(values).toBeGreaterThan(0);
  expect(values).toBeLessThan(RUNS);
});
