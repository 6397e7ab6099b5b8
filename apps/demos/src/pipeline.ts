import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { KymDataset, radonIndexer, summarizeMetadata, velocityEventIndexer } from "@kym/kym-dataset";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { openDataset } from "@kym/zarr-store/node";

const INDEXERS = [velocityEventIndexer, radonIndexer];

export interface PipelineOptions {
  /** A lab's folder; it is only read. */
  readonly input: string;
  /** Made by the first run. */
  readonly dataset: string;
  /** Names of indexers. Default both. */
  readonly indexers?: readonly string[] | undefined;
  /** Where everything is written as plain files, if anywhere. */
  readonly exportTo?: string | undefined;
}

/** The pipeline in one: what is new in a folder is taken in, both tables are brought up to date, all goes out again. */
export async function pipeline(options: PipelineOptions, print: (line: string) => void): Promise<void> {
  await using dataset = await openDataset(options.dataset, { summarize: summarizeMetadata });
  const { found, ingested } = await ingestLegacyFolder(dataset, options.input);
  print(`scanned=${found} ingested=${ingested.length}`);
  print(`manifest_images=${(await dataset.updateManifest()).images.length}`);
  const kym = new KymDataset(dataset);
  const ran: string[] = [];
  for (const indexer of INDEXERS.filter(({ name }) => options.indexers?.includes(name) ?? true)) {
    const { updated, skipped, missing, notAnalysed } = await kym.updateIndex(indexer, {
      mode: "incremental",
    });
    const stats = `updated=${updated} skipped=${skipped} missing=${missing} notAnalysed=${notAnalysed}`;
    print(`indexer=${indexer.name} ${stats}`);
    ran.push(indexer.name);
  }
  print(`indexers_ran=${ran.join(",")}`);
  if (options.exportTo !== undefined) {
    const { images, tables } = await exportLegacyFolder(dataset, options.exportTo, { overwrite: true });
    print(`exported images=${images} tables=${tables}`);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      input: { type: "string" },
      dataset: { type: "string" },
      "run-indexers": { type: "string" },
      "export-legacy": { type: "string" },
    },
  });
  const scratch = await mkdtemp(join(tmpdir(), "kym-pipeline-"));
  try {
    await pipeline(
      {
        input: values.input ?? process.cwd(),
        dataset: values.dataset ?? join(scratch, "pipeline.zarr"),
        indexers: values["run-indexers"]?.split(","),
        exportTo: values["export-legacy"],
      },
      console.log,
    );
  } finally {
    await rm(scratch, { recursive: true });
  }
}
