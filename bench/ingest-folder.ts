/**
 * What an ingest of 200 real TIFFs costs beside `cp -r`, tifffile with zarr-python on one thread and on two, and geotiff with
 * zarrita used plainly, in the same run, round by round. Goals P1 to P4 and P15 of performance.md. Only our ingest hashes files
 * and pixels and keeps a log. Pixels are compared before anything is timed.
 *
 *     npx -y pnpm@12 bench:ingest [images] [rounds] [folder]
 *
 * The folder decides which file system is measured: by default that of memory, if there is one; a disk is for P15.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { ndArrayBytes } from "@kym/zarr-store";
import { localStore, openDataset } from "@kym/zarr-store/node";
import { countingStore } from "@kym/zarr-store/testing";
import { digestOfPlainIngest, ingestPlainly } from "./geotiff-zarrita.ts";
import { type Candidate, interleavedRounds, type RoundTimes, ratioOf } from "./interleaved-rounds.ts";
import { median } from "./paired-rounds.ts";
import { countIo } from "./process-io.ts";
import { type PythonPeer, startPython } from "./python-peer.ts";
import { writeTiffFolder } from "./tiff-folder.ts";

const [imageCount = 200, rounds = 7] = process.argv.slice(2, 4).map(Number);
const MEMORY = "/dev/shm";
const folder = mkdtempSync(join(process.argv[4] ?? (existsSync(MEMORY) ? MEMORY : tmpdir()), "kym-bench-"));
const study = join(folder, "study");
const COPY = "cp -r";
const PLAIN = "geotiff + zarrita, uncompressed";

const peer = await startPython("ingest");
try {
  await benchmark(peer);
} finally {
  peer?.end();
  rmSync(folder, { recursive: true });
}

async function benchmark(python: PythonPeer | undefined): Promise<void> {
  const sizeBytes = writeTiffFolder(study, imageCount);
  console.log(`${imageCount} TIFFs, ${(sizeBytes / 1e6).toFixed(0)} MB, in ${folder}`);
  const candidates: readonly Candidate[] = [
    ours("none", "none"),
    ours("none", "batched"),
    ours("zstd", "none"),
    ours("zstd", "batched"),
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

function nameOf(compression: string, durability: string): string {
  return `ours, ${compression === "none" ? "uncompressed" : compression}, durability ${durability}`;
}

function pythonName(compression: string, threads: number): string {
  return `tifffile + zarr-python, ${compression === "none" ? "uncompressed" : compression}, ${threads} thread${threads === 1 ? "" : "s"}`;
}

function ours(compression: "none" | "zstd", durability: "none" | "batched"): Candidate {
  return {
    name: nameOf(compression, durability),
    run: async (target) => {
      await using dataset = await openDataset(target, { durability });
      const { ingested } = await ingestLegacyFolder(dataset, study, { compression });
      if (ingested.length !== imageCount) {
        throw new Error(`${ingested.length} of ${imageCount} images were ingested`);
      }
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

/** All that they made, by the names of the files, in one digest. */
async function digestOfOurs(target: string): Promise<string> {
  await using dataset = await openDataset(target, { mode: "r" });
  const hash = createHash("sha256");
  const rows = await dataset.loadSourcesIndex();
  for (const row of rows.toSorted((a, b) => (a.source_primary_path < b.source_primary_path ? -1 : 1))) {
    hash.update(ndArrayBytes(await dataset.record(row.image_id).loadArray()));
  }
  return hash.digest("hex");
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
      ? await digestOfOurs(target)
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

/** Calls and bytes an image, which no other program on the machine can disturb. */
async function count(sizeBytes: number): Promise<void> {
  const target = join(folder, "out");
  const { store, take } = countingStore(localStore(target));
  const io = await countIo(async () => {
    await using dataset = await openDataset(store);
    await ingestLegacyFolder(dataset, study, { compression: "none" });
  });
  const counts = take();
  const each = (number: number): string => (number / imageCount).toFixed(1);
  const methods = Object.entries(counts.byMethod).map(([method, calls]) => `${method} ${each(calls ?? 0)}`);
  console.log(
    `store calls an image: ${each(counts.calls)} (${methods.join(", ")}); flushed ${each(counts.synced)}`,
  );
  if (io !== undefined) {
    console.log(
      `bytes read ${(io.readBytes / sizeBytes).toFixed(2)} and written ${(io.writtenBytes / sizeBytes).toFixed(2)} times those of the files; reads ${each(io.readCalls)} and writes ${each(io.writeCalls)} an image`,
    );
  }
  const files = readdirSync(target, { recursive: true, withFileTypes: true });
  const isFile = files.filter((entry) => entry.isFile());
  console.log(`files an image: ${each(isFile.length)}, folders ${each(files.length - isFile.length)}`);
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
    console.log("tifffile + zarr-python: left out, there is no Python for it");
  }
  for (const durability of ["none", "batched"]) {
    for (const [goal, compression] of hasPython ? [["P1", "none"] as const, ["P2", "zstd"] as const] : []) {
      line(goal, nameOf(compression, durability), pythonName(compression, 1));
      line(goal, nameOf(compression, durability), pythonName(compression, 2));
    }
    line("P3", nameOf("none", durability), COPY);
    line("P4", nameOf("none", durability), PLAIN);
  }
  for (const compression of ["none", "zstd"]) {
    line("P15", nameOf(compression, "batched"), nameOf(compression, "none"));
  }
  console.log(basename(folder));
}
