/**
 * What an index costs: 10 000 images with ten rows each in two tables, whole, with nothing changed and with one image
 * changed, beside reading the same files plainly in the same run. Goals P9 to P11 of performance.md.
 *
 *     npx -y pnpm@12 bench:index [images] [rounds]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KymDataset, radonIndexer, summarizeMetadata, velocityEventIndexer } from "@kym/kym-dataset";
import { openDataset, type ZarrDataset } from "@kym/zarr-store";
import { localStore } from "@kym/zarr-store/node";
import { addAnalysedImages, imageIdOf, ROWS_AN_IMAGE, saveEventsOf } from "./index-study.ts";
import { type PairedTimes, pairedRounds } from "./paired-rounds.ts";
import { countReads, type Reads } from "./read-counter.ts";

const [imageCount = 10_000, rounds = 7] = process.argv.slice(2).map(Number);
const INDEXERS = [velocityEventIndexer, radonIndexer];
const TABLES = INDEXERS.map(({ tableName }) => tableName);
const INCREMENTAL = { mode: "incremental" } as const;

const folder = await mkdtemp(join(tmpdir(), "kym-bench-"));
try {
  const location = join(folder, "study.zarr");
  await build(location);
  await benchmark(location);
} finally {
  await rm(folder, { recursive: true });
}

async function build(location: string): Promise<void> {
  await using dataset = await openDataset(localStore(location), {
    summarize: summarizeMetadata,
    durability: "none",
  });
  await addAnalysedImages(dataset, imageCount);
  await dataset.updateManifest();
}

/** A session of its own, as a command is: the dataset is opened in it, so that its checkpoint counts too. */
async function inSession<T>(
  location: string,
  run: (dataset: ZarrDataset) => Promise<T>,
): Promise<{ readonly result: T; readonly reads: Reads }> {
  const { store, take } = countReads(localStore(location));
  await using dataset = await openDataset(store, { summarize: summarizeMetadata, durability: "none" });
  return { result: await run(dataset), reads: take() };
}

async function update(dataset: ZarrDataset): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const indexer of INDEXERS) {
    counts.push((await new KymDataset(dataset).updateIndex(indexer, INCREMENTAL)).updated);
  }
  return counts;
}

async function replace(dataset: ZarrDataset): Promise<void> {
  for (const indexer of INDEXERS) {
    await new KymDataset(dataset).updateIndex(indexer, { mode: "replace" });
  }
}

async function benchmark(location: string): Promise<void> {
  const first = await inSession(location, update);
  expectCounts("the first index", first.result, [imageCount, imageCount]);
  await inSession(location, async (dataset) => {
    for (const name of TABLES) {
      expectCounts(name, [(await dataset.loadTable(name)).numRows], [imageCount * ROWS_AN_IMAGE]);
    }
  });
  const nothing = await inSession(location, update);
  expectCounts("the second index", nothing.result, [0, 0]);

  await using open = await openDataset(localStore(location), { mode: "r" });
  const readTables = async (): Promise<void> => {
    for (const name of TABLES) {
      await open.loadTable(name);
    }
  };
  const readArtifacts = async (): Promise<void> => {
    for (let index = 0; index < imageCount; index++) {
      const record = open.record(imageIdOf(index));
      await record.loadParquet("velocity_events/events");
      await record.loadParquet("radon/results");
    }
  };
  report("full", first.reads, await pairedRounds(1, () => inSession(location, replace), readArtifacts), {
    peer: "reading each image's two results, one after the other",
    rows: 2 * imageCount * ROWS_AN_IMAGE,
  });
  report(
    "no-op, dataset opened",
    nothing.reads,
    await pairedRounds(rounds, () => inSession(location, update), readTables),
    { peer: "reading both tables once" },
  );
  await using kept = await openDataset(localStore(location), { durability: "none" });
  report("no-op, dataset open", undefined, await pairedRounds(rounds, () => update(kept), readTables), {
    peer: "reading both tables once",
  });
  let seed = 0;
  let counted: Reads | undefined;
  const counter = countReads(localStore(location));
  await using one = await openDataset(counter.store, { durability: "none" });
  const changed = await pairedRounds(
    rounds,
    async () => {
      seed++;
      await saveEventsOf(one, 7, seed);
      counter.take();
      const { updated } = await new KymDataset(one).updateIndex(velocityEventIndexer, INCREMENTAL);
      counted = counter.take();
      expectCounts("one image changed", [updated], [1]);
    },
    async () => open.loadTable(velocityEventIndexer.tableName),
  );
  report("one image changed, its edit included", counted, changed, { peer: "reading the events once" });
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
    console.log(`  ${((1000 * subjectMs) / rows).toFixed(1)} µs a row (the Python system: 454 µs)`);
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
