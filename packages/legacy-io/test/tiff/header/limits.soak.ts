import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { nodeTiffCodecs } from "../../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { DEFAULT_TIFF_LIMITS } from "../../../src/tiff/header/tiff-limits.ts";
import { describeTiff, readTiff } from "../../../src/tiff/read-tiff.ts";
import { caught } from "../../support/caught.ts";
import {
  byteOffsets,
  emptyBlocks,
  type HostileTiff,
  honestBomb,
  longDescriptions,
  sharedStrips,
} from "./hostile-tiff.ts";
import type { HostileOutcome } from "./read-hostile.ts";

const BOMB = honestBomb("deflate");
const MADE: readonly HostileTiff[] = [
  sharedStrips(),
  BOMB,
  honestBomb("zstd"),
  byteOffsets(),
  ...longDescriptions(),
];
/** The limits, the largest file, and what a process grows by after reading seventy files. */
const ALLOWED_BYTES = DEFAULT_TIFF_LIMITS.maxMemoryBytes + 2 ** 26;
/** All files together take a few seconds, of which two are one that spends its whole limit. */
const KILLED_AFTER_MS = 100_000;

let folder = "";
let outcomes: readonly HostileOutcome[] = [];

const warningsOf = (name: string): string | undefined =>
  outcomes.find((outcome) => outcome.name === name)?.warnings.join("; ");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-hostile-"));
  await Promise.all(MADE.map(({ name, bytes }) => writeFile(join(folder, `${name}.tif`), bytes)));
  const corpus = findSharedData("tiff/hostile");
  const files = [folder, ...(corpus === undefined ? [] : [corpus])].map(async (from) =>
    (await readdir(from)).filter((file) => file.endsWith(".tif")).map((file) => join(from, file)),
  );
  const flags = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"];
  const script = join(import.meta.dirname, "read-hostile.ts");
  const paths = (await Promise.all(files)).flat();
  // A process that dies rejects here, as does one that is killed because a decoder never looked at its clock.
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, ...paths], {
    timeout: KILLED_AFTER_MS,
    killSignal: "SIGKILL",
  });
  outcomes = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(outcomes).toHaveLength(paths.length);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const messageOf = (name: string): string | undefined =>
  outcomes.find((outcome) => outcome.name === name)?.message;

test("a process that reads every hostile file survives, and each ends as an image or a typed error", () => {
  expect(outcomes.filter(({ outcome }) => !/^(image|invalid_file|not_supported)$/.test(outcome))).toEqual([]);
  const slowestMs = Math.max(...outcomes.map(({ spentMs }) => spentMs));
  const peakMb = Math.max(...outcomes.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  console.log(
    `${outcomes.length} hostile TIFFs: slowest ${slowestMs.toFixed(0)} ms, ${peakMb.toFixed(0)} MiB over the baseline`,
  );
  expect(peakMb * 2 ** 20).toBeLessThan(ALLOWED_BYTES);
});

test("the limit of time fires by itself for shared_strips: 20 000 strips that are the same megabyte", () => {
  expect(messageOf("shared_strips")).toMatch(/longer to decode than the limit maxDecodeMs of 2000 ms/);
});

test("the limit of memory fires by itself for bomb_deflate, bomb_zstd and byte_offsets", () => {
  expect(messageOf("bomb_deflate")).toMatch(/553649280 bytes of memory.* maxMemoryBytes of 268435456/);
  expect(messageOf("bomb_zstd")).toMatch(/maxMemoryBytes of 268435456/);
  expect(messageOf("byte_offsets")).toMatch(/320000000 of them for its StripOffsets.* maxMemoryBytes/);
});

test("descriptions of fifteen megabytes are read once, whatever is in them", async () => {
  for (const { name } of longDescriptions()) {
    expect(messageOf(name), name).not.toMatch(/maxDecodeMs/);
  }
  expect(warningsOf("description_many_planes")).toContain(
    "TIFF tag ImageDescription: 789473 TiffData for 1 pages",
  );
  expect(warningsOf("description_imagej_lines")).toContain("ImageJ description of 15000013 characters");
});

test.for([
  ["lzw", []],
  ["packbits", []],
  ["deflate", []],
  ["deflate", nodeTiffCodecs],
  ["zstd", nodeTiffCodecs],
] as const)("one strip of %s is left as soon as the time is up", async ([compression, codecs]) => {
  const { bytes } = emptyBlocks(compression, 2 ** 25);
  const error = await caught(() => readTiff(bytesSource(bytes), { codecs, limits: { maxDecodeMs: 1 } }));
  expect(error).toMatchObject({ code: "not_supported", details: { expected: 1 } });
  // If it were read to its end, it would be damaged.
  const whole = await caught(() => readTiff(bytesSource(bytes), { codecs, limits: { maxDecodeMs: 60_000 } }));
  expect(whole.code).toBe("invalid_file");
});

test("the limits are options: what one refuses is read with another", async () => {
  const source = bytesSource(BOMB.bytes);
  expect((await describeTiff(source)).shape).toEqual([2 ** 14, 2 ** 14]);
  const { image } = await readTiff(source, {
    codecs: nodeTiffCodecs,
    limits: { maxMemoryBytes: 2 ** 30, maxDecodeMs: 60_000 },
  });
  expect([image.data.length, image.data[0], image.data.at(-1)]).toEqual([2 ** 28, 0, 0]);
});
