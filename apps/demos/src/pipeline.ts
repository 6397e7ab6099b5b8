// Demo: the whole pipeline on a simulated folder, or on your own with `--input FOLDER --dataset NAME.zarr`.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";
import { treeHash } from "./compare/tree-hash.ts";
import { simulateLabFolder } from "./simulator/simulate-lab-folder.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const INDEXERS = [velocityEventIndexer, radonIndexer];
const SCANS = { lines: 400, withTroubles: false, seed: "pipeline" };

export interface PipelineOptions {
  readonly input: string;
  readonly dataset: string;
  /** Default: all. */
  readonly indexers?: readonly string[] | undefined;
  readonly exportTo?: string | undefined;
}

/** Ingests new files of a folder, updates the tables, and exports. Returns how many images each step changed. */
export async function runPipeline(options: PipelineOptions, say: Transcript["say"]): Promise<number[]> {
  await using dataset = await openLocalDataset(options.dataset, { summarize: summarizeMetadata });
  const { found, ingested } = await ingestLegacyFolder(dataset, options.input);
  say(`scanned=${found} ingested=${ingested.length}`);
  say(`manifest_images=${(await dataset.updateManifest()).images.length}`);
  const kym = new KymDataset(dataset);
  const done = [ingested.length];
  const indexers = INDEXERS.filter(({ name }) => options.indexers?.includes(name) ?? true);
  for (const indexer of indexers) {
    const report = await kym.updateIndex(indexer, { mode: "incremental" });
    const { updated, skipped, missing, notAnalysed } = report;
    const stats = `updated=${updated} skipped=${skipped} missing=${missing} notAnalysed=${notAnalysed}`;
    say(`indexer=${indexer.name} ${stats}`);
    done.push(updated);
  }
  say(`indexers_ran=${indexers.map(({ name }) => name).join(",")}`);
  if (options.exportTo !== undefined) {
    const { images, tables } = await exportLegacyFolder(dataset, options.exportTo, { overwrite: true });
    say(`exported images=${images} tables=${tables}`);
  }
  return done;
}

export async function pipeline(folder: string, { title, heading, say, check }: Transcript): Promise<void> {
  title("The whole pipeline in one program: ingest what is new, update what is stale, export.");
  const [input, dataset, exportTo] = [join(folder, "lab"), join(folder, "study.zarr"), join(folder, "out")];
  await simulateLabFolder(input, { ...SCANS, imageCount: 2 });
  heading("First run: two scans with velocities, one of them searched for events");
  const first = await runPipeline({ input, dataset }, say);
  check(first.join() === "2,1,2", "both are ingested and indexed");
  heading("Again, with an export: there is nothing new");
  check(`${await runPipeline({ input, dataset, exportTo }, say)}` === "0,0,0", "nothing is done twice");
  heading("A third scan has arrived; only the Radon table is asked for");
  await simulateLabFolder(join(folder, "microscope"), { ...SCANS, imageCount: 3 });
  await cp(join(folder, "microscope"), input, { recursive: true });
  const hash = await treeHash(input);
  const third = await runPipeline({ input, dataset, indexers: ["radon"] }, say);
  check(third.join() === "1,1", "only the new scan is ingested and indexed");
  check((await treeHash(input)) === hash, "the folder was only read");
}

if (import.meta.main) {
  const text = { type: "string" } as const;
  const options = { input: text, dataset: text, "run-indexers": text, "export-legacy": text };
  const { input, dataset = "pipeline.zarr", ...more } = parseArgs({ options }).values;
  const [indexers, exportTo] = [more["run-indexers"]?.split(","), more["export-legacy"]];
  if (input === undefined) {
    process.exitCode = await runDemo(pipeline);
  } else {
    await runPipeline({ input, dataset, indexers, exportTo }, console.log);
  }
}
