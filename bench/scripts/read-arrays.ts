// Measures reading whole arrays of `zstd:1` beside zarr-python and tensorstore, and beside the parts of such a read.

/**
 * The parts are reading the files, hashing them (which the peers do not do), and decompressing them. Elements are
 * compared before they are timed. The goals: at most 1.2 times the time of zarr-python, and at most 1.25 times that
 * of tensorstore on one thread, or, several at once, 1.43 times that of its two.
 *
 *     npx -y pnpm@12 bench:arrays [rounds]
 *     npx -y pnpm@12 bench:arrays --against COMMIT [--rounds N]
 */
import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { createNdArray, type NdArray, type ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { openLocalDataset } from "@kym/zarr-store/node";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { type ArrayCase, addArrays, imageIdsOf, readArrays, readArraysAtOnce } from "../measures/arrays.ts";
import { comparePython, type PythonPeer, startPython } from "../peers/python-peer.ts";
import { pairedRounds } from "../rounds/paired-rounds.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const rounds = askedRounds ?? Number(positionals[0] ?? 9);
const CHUNKS_AT_ONCE = 4;
const CASES: readonly ArrayCase[] = [
  { name: "20 line scans of 2.3 MB, one chunk each", images: 20, shape: [30_000, 38] },
  { name: "200 line scans of 1.4 MB, one chunk each", images: 200, shape: [18_158, 38] },
  { name: "an image of 134 MB, in chunks of whole rows", images: 1, shape: [1_048_576, 64] },
  { name: "an image of 134 MB, in square chunks", images: 1, shape: [8192, 8192], chunks: [1024, 1024] },
];

const folder = makeBenchFolder();
const zarr = against === undefined ? await startPython("zarr") : undefined;
const tensorstore = against === undefined ? await startPython("tensorstore") : undefined;
try {
  await (against === undefined
    ? benchmark(zarr)
    : compareBuilds({
        benchmark: "arrays",
        against,
        rounds: askedRounds,
        size: 1,
        title: "arrays read whole",
        folder,
      }));
} finally {
  zarr?.end();
  tensorstore?.end();
  rmSync(folder, { recursive: true });
}

async function benchmark(peer: PythonPeer | undefined): Promise<void> {
  const path = join(folder, "study.zarr");
  const dataset = await openLocalDataset(path, { durability: "none" });
  for (const [index, one] of CASES.entries()) {
    await addArrays({ createNdArray }, dataset, index, one);
    const ids = imageIdsOf(index, one);
    const arrays = ids.map((id) => join(path, "images", id, "data"));
    await compare(one.name, dataset, ids, arrays, peer);
  }
}

async function compare(
  name: string,
  dataset: ZarrDataset,
  ids: readonly string[],
  arrays: readonly string[],
  peer: PythonPeer | undefined,
): Promise<void> {
  const read = (): Promise<readonly NdArray[]> => readArrays(dataset, ids);
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
  await comparePython(tensorstore, rounds, read, ["1", ...arrays]);
  console.log(`  ${CHUNKS_AT_ONCE} at once, beside two threads:`);
  await comparePython(tensorstore, rounds, () => readArraysAtOnce(dataset, ids, CHUNKS_AT_ONCE), [
    "2",
    ...arrays,
  ]);
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
  return readdirSync(array, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "zarr.json")
    .map(({ parentPath, name }) => join(parentPath, name));
}

function digestOf(images: readonly NdArray[]): string {
  const hash = createHash("sha256");
  for (const image of images) {
    hash.update(ndArrayBytes(image));
  }
  return hash.digest("hex");
}
