// Measures an ingest of 200 real TIFFs beside `cp -r` and other libraries, in the same run, round by round.

/**
 * Only our ingest hashes files and pixels and keeps a log. Pixels are compared before anything is timed.
 *
 * | beside | goal, uncompressed | goal, zstd:1 |
 * | --- | --- | --- |
 * | tifffile with zarr-python, one thread | at least 2 times as fast | at least 2.2 times |
 * | tifffile with zarr-python, two threads | at least 1.6 times as fast | at least 1.4 times |
 * | `cp -r` | at most 1.3 times its time | |
 * | geotiff with zarrita, used plainly | at least 12 times as fast | |
 * | `durability: "none"`, on ext4 | at most 1.5 times its time | |
 *
 *     npx -y pnpm@12 bench:ingest [images] [rounds] [folder]
 *     npx -y pnpm@12 bench:ingest [images] --against COMMIT [--rounds N]
 *
 * The folder decides which file system is measured. The default is memory, if there is such a file system; use
 * a disk to measure durability.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { countingStore } from "@kym/zarr-store/testing";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { storedDigest } from "../inputs/stored-digest.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import { INGEST_SETTINGS, type IngestSettings, ingestFolder, ingestName } from "../measures/ingest.ts";
import { digestOfPlainIngest, ingestPlainly } from "../peers/geotiff-zarrita.ts";
import { type PythonPeer, startPython } from "../peers/python-peer.ts";
import { type Candidate, interleavedRounds, type RoundTimes, ratioOf } from "../rounds/interleaved-rounds.ts";
import { median } from "../rounds/paired-rounds.ts";
import { countIo } from "../rounds/process-io.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const imageCount = Number(positionals[0] ?? (against === undefined ? 200 : 40));
const rounds = askedRounds ?? Number(positionals[1] ?? 7);
const folder = makeBenchFolder(positionals[2]);
const study = join(folder, "study");
const COPY = "cp -r";
const PLAIN = "geotiff + zarrita, uncompressed";

const peer = against === undefined ? await startPython("ingest") : undefined;
try {
  await (against === undefined
    ? benchmark(peer)
    : compareBuilds({
        benchmark: "ingest",
        against,
        rounds: askedRounds,
        size: imageCount,
        title: `ingest of ${imageCount} TIFFs`,
        writeInputs: (inputs) => writeTiffFolder(inputs, imageCount),
        folder,
      }));
} finally {
  peer?.end();
  rmSync(folder, { recursive: true });
}

async function benchmark(python: PythonPeer | undefined): Promise<void> {
  const sizeBytes = writeTiffFolder(study, imageCount);
  console.log(`${imageCount} TIFFs, ${(sizeBytes / 1e6).toFixed(0)} MB, in ${folder}`);
  const candidates: readonly Candidate[] = [
    ...INGEST_SETTINGS.map(ours),
    { name: COPY, run: copy },
    ...(python === undefined
      ? []
      : ["none", "zstd"].flatMap((compression) => pythonPeers(python, compression))),
    { name: PLAIN, run: (target) => ingestPlainly(study, target).then(() => undefined) },
  ];
  await compareOutputs(candidates, python);
  await count(sizeBytes);
  const target = join(folder, "out");
  const times = await interleavedRounds(rounds, candidates, { target, remove });
  for (const [name, samples] of times) {
    console.log(`${median(samples).toFixed(0).padStart(7)} ms  ${name}`);
  }
  report(times, python !== undefined);
}

function nameOf(settings: IngestSettings): string {
  return `ours, ${ingestName(settings)}`;
}

function pythonName(compression: string, threads: number): string {
  return `tifffile + zarr-python, ${compression === "none" ? "uncompressed" : compression}, ${threads} thread${threads === 1 ? "" : "s"}`;
}

function ours(settings: IngestSettings): Candidate {
  return {
    name: nameOf(settings),
    run: async (target) => {
      await ingestFolder(
        { openLocalDataset, ingestLegacyFolder },
        { study, target, imageCount, ...settings },
      );
      return undefined;
    },
  };
}

async function copy(target: string): Promise<undefined> {
  const { status } = spawnSync("cp", ["-r", study, target], { stdio: "inherit" });
  if (status !== 0) {
    throw new Error(`cp ended with ${status}`);
  }
}

function pythonPeers(python: PythonPeer, compression: string): readonly Candidate[] {
  return [1, 2].map((threads) => ({
    name: pythonName(compression, threads),
    run: async (target: string) => (await python.ask(["ingest", study, target, threads, compression])).ms,
  }));
}

async function remove(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
}

async function compareOutputs(
  candidates: readonly Candidate[],
  python: PythonPeer | undefined,
): Promise<void> {
  const target = join(folder, "out");
  let truth: string | undefined;
  for (const { name, run } of candidates.filter(({ name }) => name !== COPY)) {
    await remove(target);
    await run(target);
    const digest = name.startsWith("ours")
      ? await storedDigest(target)
      : name === PLAIN
        ? await digestOfPlainIngest(target)
        : (await python?.ask(["digest", target]))?.sha256;
    truth ??= digest;
    if (digest === undefined || digest !== truth) {
      throw new Error(`${name} made other pixels`);
    }
  }
  await remove(target);
}

/** Counts calls and bytes per image, which no other program on the machine can disturb. */
async function count(sizeBytes: number): Promise<void> {
  const target = join(folder, "out");
  const { store, take } = countingStore(localStore(target));
  const io = await countIo(async () => {
    await using dataset = await openLocalDataset(store);
    await ingestLegacyFolder(dataset, study, { compression: "none" });
  });
  const counts = take();
  const each = (number: number): string => (number / imageCount).toFixed(1);
  const methods = Object.entries(counts.byMethod).map(([method, calls]) => `${method} ${each(calls ?? 0)}`);
  console.log(
    `store calls per image: ${each(counts.calls)} (${methods.join(", ")}); flushed ${each(counts.synced)}`,
  );
  if (io !== undefined) {
    console.log(
      `bytes read ${(io.readBytes / sizeBytes).toFixed(2)} and written ${(io.writtenBytes / sizeBytes).toFixed(2)} times those of the files; reads ${each(io.readCalls)} and writes ${each(io.writeCalls)} an image`,
    );
  }
  const files = readdirSync(target, { recursive: true, withFileTypes: true });
  const isFile = files.filter((entry) => entry.isFile());
  console.log(`files per image: ${each(isFile.length)}, folders ${each(files.length - isFile.length)}`);
  await remove(target);
}

function report(times: RoundTimes, hasPython: boolean): void {
  const line = (goal: string, subject: string, other: string): void => {
    const { median: middle, best } = ratioOf(times, subject, other);
    console.log(
      `${goal}: ${subject}: ${middle.toFixed(2)} of the time of ${other} (best ${best.toFixed(2)}), ${(1 / middle).toFixed(2)} times as fast`,
    );
  };
  if (!hasPython) {
    console.log("tifffile + zarr-python: left out, no Python with these libraries was found");
  }
  for (const durability of ["none", "batched"] as const) {
    for (const [goal, compression] of hasPython ? [["P1", "none"] as const, ["P2", "zstd"] as const] : []) {
      line(goal, nameOf({ compression, durability }), pythonName(compression, 1));
      line(goal, nameOf({ compression, durability }), pythonName(compression, 2));
    }
    line("P3", nameOf({ compression: "none", durability }), COPY);
    line("P4", nameOf({ compression: "none", durability }), PLAIN);
  }
  for (const compression of ["none", "zstd"] as const) {
    line("P15", nameOf({ compression, durability: "batched" }), nameOf({ compression, durability: "none" }));
  }
  console.log(basename(folder));
}
