import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-dataset";
import { writeImageJTiff } from "@kym/legacy-io";
import { exportLegacyFolder, ingestLegacyFolder, refreshFromFolder } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

/** A line scan of 30 lines × 20 px with the metadata and the table that the Python system wrote beside it. */
async function writeSample(lab: string, stem: string, acquiredLocalEpochNs: number): Promise<void> {
  const data = new Uint16Array(30 * 20).fill(acquiredLocalEpochNs);
  await writeFile(join(lab, `${stem}.tif`), writeImageJTiff({ dtype: "uint16", shape: [30, 20], data }));
  const header = { acquired_local_epoch_ns: acquiredLocalEpochNs };
  await writeFile(join(lab, `${stem}.metadata.json`), JSON.stringify({ version: "2.0", header }));
  await writeFile(join(lab, `${stem}.radon_report.csv`), "roi_id,vel_mean\n1,1.25\n");
}

async function idsByTime(dataset: ZarrDataset): Promise<string> {
  const ids: string[] = [];
  for await (const { id } of dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" })) {
    ids.push(`'${id}'`);
  }
  return `[${ids.join(", ")}]`;
}

/**
 * The demo of tickets 6 and 13: a folder is ingested; a file that comes later is found by a refresh; everything is exported,
 * and comes back from there as it was. Writes into `folder`, prints what there is after each step.
 */
export async function exportImport(folder: string, print: (line: string) => void): Promise<void> {
  const [lab, out] = [join(folder, "lab"), join(folder, "export")];
  await mkdir(lab, { recursive: true });
  await writeSample(lab, "sample_100", 100);
  await writeSample(lab, "sample_101", 101);
  const summarize = summarizeMetadata;
  await using dataset = await openDataset(join(folder, "demo.zarr"), { summarize });
  let count = 0;
  const newId = (): string => `image_${++count}`;
  await ingestLegacyFolder(dataset, lab, { newId, jobs: 1 });
  print(`Initial sources rows: ${(await dataset.loadSourcesIndex()).length}`);
  const events = [{ image_id: "image_1", roi_id: 1n, t_start_s: 0.5 }];
  const columns = [
    { name: "image_id", type: "utf8" },
    { name: "roi_id", type: "int64" },
    { name: "t_start_s", type: "float64", unit: "s" },
  ] as const;
  await dataset.saveTable("velocity_events", events, { schema: { columns } });

  await writeSample(lab, "sample_999", 999);
  const { newImageIds } = await refreshFromFolder(dataset, lab, { mode: "skip", newId });
  print(`Refresh ingested image_ids: [${newImageIds.map((id) => `'${id}'`).join(", ")}]`);
  print(`Sources rows after refresh: ${(await dataset.loadSourcesIndex()).length}`);
  print(`Refresh once more: ${(await refreshFromFolder(dataset, lab)).newImageIds.length} new`);

  await exportLegacyFolder(dataset, out);
  print(`Exported to: ${out}`);
  await using copy = await openDataset(join(folder, "copy.zarr"), { summarize });
  const restored = await ingestLegacyFolder(copy, out);
  print(`Restored ${restored.ingested.length} images, tables: ${(await copy.listTableNames()).join(", ")}`);
  print(`Ordered image_ids: ${await idsByTime(dataset)}`);
  print(`Ordered image_ids of the copy: ${await idsByTime(copy)}`);
}

if (import.meta.main) {
  const folder = await mkdtemp(join(tmpdir(), "kym-export-import-"));
  try {
    await exportImport(folder, console.log);
  } finally {
    await rm(folder, { recursive: true });
  }
}
