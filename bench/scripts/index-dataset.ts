// Measures what an index costs, beside reading the same files plainly in the same run.

/**
 * By default 10 000 images, with ten rows each in two tables. Beside each time stands the part of the work that
 * no index can avoid.
 *
 * | measured | goal |
 * | --- | --- |
 * | nothing changed | at most 1.4 times reading both tables once |
 * | one image changed | at most 5 times reading the events once |
 * | full index | at least 100 times faster per row than the Python system |
 *
 *     npx -y pnpm@12 bench:index [images] [rounds]
 *     npx -y pnpm@12 bench:index [images] --against COMMIT [--rounds N]
 */
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, type ZarrDataset } from "@kym/zarr-store";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { decodeParquet, encodeParquet } from "@kym/zarr-store/table";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { imageIdOf, ROWS_AN_IMAGE, saveEventsOf } from "../inputs/index-study.ts";
import { replaceIndexes, updateIndexes, writeStudy } from "../measures/index-dataset.ts";
import { type PairedTimes, pairedRounds } from "../rounds/paired-rounds.ts";
import { countReads, type Reads } from "../rounds/read-counter.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const imageCount = Number(positionals[0] ?? (against === undefined ? 10_000 : 1000));
const rounds = askedRounds ?? Number(positionals[1] ?? 7);
const OURS = {
  KymDataset,
  createNdArray,
  openLocalDataset,
  radonIndexer,
  summarizeMetadata,
  velocityEventIndexer,
};
const TABLES = [velocityEventIndexer, radonIndexer].map(({ tableName }) => tableName);
/** The Python system's time per row: 22.7 s for 1 000 images of 50 rows. */
const PYTHON_US_A_ROW = 454;
const FILES_AT_ONCE = 16;
const INCREMENTAL = { mode: "incremental" } as const;

const folder = makeBenchFolder(against === undefined ? tmpdir() : undefined);
try {
  await (against === undefined
    ? benchmark(join(folder, "study.zarr"))
    : compareBuilds({
        benchmark: "index",
        against,
        rounds: askedRounds,
        size: imageCount,
        title: `index of ${imageCount} images`,
        folder,
      }));
} finally {
  await rm(folder, { recursive: true });
}

/**
 * Runs in a session of its own, as a command does. The dataset is opened in it, so that its checkpoint counts
 * too.
 */
async function inSession<T>(
  location: string,
  run: (kym: KymDataset) => Promise<T>,
): Promise<{ readonly result: T; readonly reads: Reads }> {
  const { store, take } = countReads(localStore(location));
  await using dataset = await openLocalDataset(store, { summarize: summarizeMetadata, durability: "none" });
  return { result: await run(new KymDataset(dataset)), reads: take() };
}

function update(kym: KymDataset): Promise<readonly number[]> {
  return updateIndexes(OURS, kym);
}

function replace(kym: KymDataset): Promise<void> {
  return replaceIndexes(OURS, kym);
}

async function benchmark(location: string): Promise<void> {
  await writeStudy(OURS, location, imageCount);
  const first = await inSession(location, update);
  expectCounts("the first index", first.result, [imageCount, imageCount]);
  const made = await bytesOfTables(location);
  await inSession(location, replace);
  if (
    !(await bytesOfTables(location)).every((bytes, index) => bytes.equals(made[index] ?? bytes.subarray(1)))
  ) {
    throw new Error("a rebuilt index differs from the first one");
  }
  const nothing = await inSession(location, update);
  expectCounts("the second index", nothing.result, [0, 0]);

  await using open = await openLocalDataset(location, { mode: "r" });
  const readTables = async (): Promise<void> => {
    for (const name of TABLES) {
      const { numRows } = await open.loadTable(name);
      expectCounts(name, [numRows], [imageCount * ROWS_AN_IMAGE]);
    }
  };
  const readEvents = async (): Promise<unknown> => open.loadTable(velocityEventIndexer.tableName);
  await benchmarkFull(location, open, first.reads);

  const opened = await pairedRounds(rounds, () => inSession(location, update), readTables);
  const peer = "reading both tables once";
  report("no-op, dataset opened (goal 1.4)", nothing.reads, opened, { peer });
  const openingAlone = (): Promise<unknown> => inSession(location, async () => undefined);
  limit("opening the dataset alone", await pairedRounds(rounds, openingAlone, readTables));
  await using kept = await openLocalDataset(location, { durability: "none" });
  const session = new KymDataset(kept);
  const noop = await pairedRounds(rounds, () => update(session), readTables);
  report("no-op, dataset open (goal 1.4)", undefined, noop, { peer });

  let seed = 0;
  let counted: Reads | undefined;
  const counter = countReads(localStore(location));
  await using one = await openLocalDataset(counter.store, { durability: "none" });
  const edited = new KymDataset(one);
  const changeOne = async (): Promise<void> => {
    seed++;
    await saveEventsOf(one, 7, seed);
    counter.take();
    const { updated } = await edited.updateIndex(velocityEventIndexer, INCREMENTAL);
    counted = counter.take();
    expectCounts("one image changed", [updated], [1]);
  };
  const changed = await pairedRounds(rounds, changeOne, readEvents);
  report("one image changed, its edit included (goal 5)", counted, changed, {
    peer: "reading the events once",
  });
  const rewrite = async (): Promise<unknown> =>
    encodeParquet(await open.loadTable(velocityEventIndexer.tableName));
  limit(
    "reading and writing the events by parquet-wasm alone",
    await pairedRounds(rounds, rewrite, readEvents),
  );
}

async function benchmarkFull(location: string, open: ZarrDataset, reads: Reads): Promise<void> {
  const readArtifacts = async (): Promise<void> => {
    for (let index = 0; index < imageCount; index++) {
      const record = open.record(imageIdOf(index));
      await record.loadParquet("velocity_events/events");
      await record.loadParquet("radon/results");
    }
  };
  const full = await pairedRounds(1, () => inSession(location, replace), readArtifacts);
  const rows = 2 * imageCount * ROWS_AN_IMAGE;
  const peer = "reading each image's two results, one after the other";
  report("full (goal 4.5 µs a row)", reads, full, { peer, rows });
  const readFiles = (): Promise<void> =>
    forEachFile(location, async (path) => {
      await readFile(path);
    });
  const decodeFiles = (options: { readonly isVerified?: boolean }) => (): Promise<void> =>
    forEachFile(location, async (path) => {
      const bytes = await readFile(path);
      await (path.endsWith(".parquet") ? decodeParquet(bytes, options) : undefined);
    });
  const alone = await pairedRounds(1, readFiles, decodeFiles({ isVerified: true }));
  const byWasm = await pairedRounds(1, readFiles, decodeFiles({}));
  console.log(
    `  no less than ${perRow(alone.subjectMs, rows)} for reading the files alone, by readFile, without a check`,
  );
  console.log(
    `  no less than ${perRow(alone.peerMs, rows)} for that and decoding the Parquet, ${perRow(byWasm.peerMs, rows)} by parquet-wasm`,
  );
}

/** Visits the files that a full index reads, without duplicates. */
async function forEachFile(location: string, run: (path: string) => Promise<void>): Promise<void> {
  const names = [
    "metadata.json",
    "velocity_events/params.json",
    "velocity_events/events.parquet",
    "radon/results.parquet",
  ];
  const indexes = Array.from({ length: imageCount }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indexes) {
      for (const name of names) {
        await run(join(location, "images", imageIdOf(index), "analysis", name));
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
}

async function bytesOfTables(location: string): Promise<readonly Buffer[]> {
  return Promise.all(TABLES.map((name) => readFile(join(location, "tables", `${name}.parquet`))));
}

function limit(what: string, { subjectMs, ratio, bestRatio }: PairedTimes): void {
  console.log(
    `  no less than ${what}: ${subjectMs.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (best ${bestRatio.toFixed(2)})`,
  );
}

function perRow(milliseconds: number, rows: number): string {
  return `${((1000 * milliseconds) / rows).toFixed(1)} µs a row`;
}

function report(
  what: string,
  reads: Reads | undefined,
  { subjectMs, peerMs, ratio, bestRatio }: PairedTimes,
  { peer, rows }: { readonly peer: string; readonly rows?: number },
): void {
  console.log(`${what}, ${imageCount} images:`);
  console.log(`  ${subjectMs.toFixed(1)} ms; ${peer}: ${peerMs.toFixed(1)} ms`);
  console.log(`  ratio ${ratio.toFixed(2)} (best ${bestRatio.toFixed(2)})`);
  if (rows !== undefined) {
    const times = (PYTHON_US_A_ROW * rows) / (1000 * subjectMs);
    console.log(`  ${perRow(subjectMs, rows)}, ${times.toFixed(1)} times faster than the Python system`);
  }
  if (reads !== undefined) {
    console.log(
      `  files opened ${reads.opened}, looked for in vain ${reads.absent}, bytes read ${reads.bytes}`,
    );
  }
}

function expectCounts(what: string, found: readonly number[], expected: readonly number[]): void {
  if (found.join() !== expected.join()) {
    throw new Error(`${what}: expected ${expected.join(", ")}, found ${found.join(", ")}`);
  }
}
