/**
 * What reading arrays of `zstd:1` whole costs beside zarr-python, and beside what such a read is made of: the files, their
 * hashes, which zarr-python does not look at, and their decompression. Goal P8 of performance.md. Elements are compared
 * before they are timed.
 *
 *     npx -y pnpm@12 bench:arrays [rounds]
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { createNdArray, type NdArray, ndArrayBytes, type ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";
import { pairedRounds } from "./paired-rounds.ts";
import { comparePython, type PythonPeer, startPython } from "./python-peer.ts";

const [rounds = 9] = process.argv.slice(2).map(Number);
const CHUNKS_AT_ONCE = 4;
const CASES = [
  { name: "20 line scans of 2.3 MB, one chunk each", images: 20, shape: [30_000, 38] },
  { name: "an image of 134 MB, in chunks of whole rows", images: 1, shape: [1_048_576, 64] },
  { name: "an image of 134 MB, in square chunks", images: 1, shape: [8192, 8192], chunks: [1024, 1024] },
] as const;

const folder = mkdtempSync(
  join(statSync("/dev/shm", { throwIfNoEntry: false }) ? "/dev/shm" : tmpdir(), "kym-bench-arrays-"),
);
const zarr = await startPython("zarr");
try {
  const path = join(folder, "study.zarr");
  const dataset = await openDataset(path, { durability: "none" });
  for (const [index, { name, images, shape, ...rest }] of CASES.entries()) {
    const ids = Array.from({ length: images }, (_, image) => `case-${index}-${image}`);
    for (const [image, id] of ids.entries()) {
      await dataset.addImage(madeScan(shape, image), { id, ...rest });
    }
    await compare(
      name,
      dataset,
      ids,
      ids.map((id) => join(path, "images", id, "data")),
      zarr,
    );
  }
} finally {
  zarr?.end();
  rmSync(folder, { recursive: true });
}

async function compare(
  name: string,
  dataset: ZarrDataset,
  ids: readonly string[],
  arrays: readonly string[],
  peer: PythonPeer | undefined,
): Promise<void> {
  const read = async (): Promise<readonly NdArray[]> => {
    const images: NdArray[] = [];
    for (const id of ids) {
      images.push(await dataset.record(id).loadArray());
    }
    return images;
  };
  const images = await read();
  const chunks = arrays.flatMap((array) => chunkPaths(array));
  const chunkBytes = (images[0]?.data.byteLength ?? 0) * (images.length / chunks.length);
  console.log(
    `${name}: ${chunks.length} files of ${(chunks.reduce((sum, path) => sum + statSync(path).size, 0) / 1e6).toFixed(1)} MB`,
  );
  if (peer !== undefined) {
    const { sha256 } = await peer.ask(arrays);
    if (sha256 !== digestOf(images)) {
      throw new Error(`${name}: zarr-python reads other elements`);
    }
  }
  await comparePython(peer, rounds, read, arrays);
  const inflate = promisify(zstdDecompress);
  const atOnce = async (work: (path: string) => Promise<unknown>): Promise<void> => {
    const queue = chunks.values();
    const worker = async (): Promise<void> => {
      for (const path of queue) {
        await work(path);
      }
    };
    await Promise.all(Array.from({ length: CHUNKS_AT_ONCE }, worker));
  };
  report("the files alone", await pairedRounds(rounds, read, () => atOnce((path) => readFile(path))));
  report(
    "files and hashes",
    await pairedRounds(rounds, read, () =>
      atOnce(async (path) =>
        createHash("sha256")
          .update(await readFile(path))
          .digest("hex"),
      ),
    ),
  );
  report(
    "files and zstd",
    await pairedRounds(rounds, read, () =>
      atOnce(async (path) => inflate(await readFile(path), { chunkSize: Math.ceil(chunkBytes) })),
    ),
  );
}

function report(
  peer: string,
  { subjectMs, peerMs, ratio, bestRatio }: Awaited<ReturnType<typeof pairedRounds>>,
): void {
  console.log(
    `  ${ratio.toFixed(2)} of ${peer} (best ${bestRatio.toFixed(2)}): ${subjectMs.toFixed(1)} ms to ${peerMs.toFixed(1)} ms`,
  );
}

function chunkPaths(array: string): readonly string[] {
  return readdirSync(array)
    .filter((name) => name.startsWith("c"))
    .map((name) => join(array, name));
}

function digestOf(images: readonly NdArray[]): string {
  const hash = createHash("sha256");
  for (const image of images) {
    hash.update(ndArrayBytes(image));
  }
  return hash.digest("hex");
}

/** Columns of their own brightness, and noise: zstd makes about half of it. */
function madeScan(shape: readonly [number, number], seed: number): NdArray {
  const scan = createNdArray("uint16", shape);
  let state = seed + 1;
  for (let index = 0; index < scan.data.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    scan.data[index] = 500 + (index % shape[1]) * 20 + (state >>> 24);
  }
  return scan;
}
