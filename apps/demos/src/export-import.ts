// Demo: ingests and refreshes a folder of the Python system, exports all of it, and restores it from the export.

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import process from "node:process";
import { summarizeMetadata } from "@kym/kym-schema";
import { exportLegacyFolder, ingestLegacyFolder, refreshFromFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import type { TableSchema, ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { tableDifference } from "./compare/table-difference.ts";
import { treeHash } from "./compare/tree-hash.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const EVENT_COLUMNS: TableSchema["columns"] = [
  { name: "image_id", type: "utf8" },
  { name: "t_start_s", type: "float64", unit: "s" },
];

export async function exportImport(folder: string, transcript: Transcript): Promise<void> {
  const { title, heading, say, check } = transcript;
  title("A folder of TIFFs goes into a dataset, and out again as plain files that give the same dataset.");
  const [lab, out] = [join(folder, "lab"), join(folder, "export")];
  await mkdir(lab);
  await writeSample(lab, "sample_100", 100);
  await writeSample(lab, "sample_101", 101);

  heading("Two TIFFs with metadata and a table each");
  const summarize = summarizeMetadata;
  await using dataset = await openLocalDataset(join(folder, "demo.zarr"), { summarize });
  let count = 0;
  const newId = (): string => `image_${++count}`;
  await ingestLegacyFolder(dataset, lab, { newId, jobs: 1 });
  say(`Initial sources rows: ${(await dataset.loadSourcesIndex()).length}`);
  const events = [{ image_id: "image_1", t_start_s: 0.5 }];
  await dataset.saveTable("velocity_events", events, { schema: { columns: EVENT_COLUMNS } });

  heading("A third TIFF arrives");
  await writeSample(lab, "sample_999", 999);
  const hash = await treeHash(lab);
  const { newImageIds } = await refreshFromFolder(dataset, lab, { mode: "skip", newId });
  say(`Refresh ingested image_ids: [${newImageIds.map((id) => `'${id}'`).join(", ")}]`);
  say(`Sources rows after refresh: ${(await dataset.loadSourcesIndex()).length}`);
  const again = await refreshFromFolder(dataset, lab);
  say(`Refresh once more: ${again.newImageIds.length} new`);
  check(newImageIds.length === 1 && again.newImageIds.length === 0, "only the new TIFF was ingested, once");

  heading("Everything goes out as plain files, and comes back from them");
  await exportLegacyFolder(dataset, out);
  say(`Exported to: ${basename(out)}`);
  await using copy = await openLocalDataset(join(folder, "copy.zarr"), { summarize });
  const { ingested } = await ingestLegacyFolder(copy, out);
  say(`Restored ${ingested.length} images, tables: ${(await copy.listTableNames()).join(", ")}`);
  const [ids, idsOfCopy] = [await idsByTime(dataset), await idsByTime(copy)];
  say(`Ordered image_ids: ${ids}`);
  say(`Ordered image_ids of the copy: ${idsOfCopy}`);
  check(ids === idsOfCopy, "the copy has the same images in the same order");
  check(!("difference" in (await tableDifference(dataset, copy))), "every row of every table came back");
  check((await treeHash(lab)) === hash, "the folder itself was only read");
}

/** Writes a line scan of 30 lines × 20 px, with the metadata and the table that the Python system wrote beside it. */
async function writeSample(lab: string, stem: string, acquiredNs: number): Promise<void> {
  const data = new Uint16Array(30 * 20).fill(acquiredNs);
  const metadata = { version: "2.0", header: { acquired_local_epoch_ns: acquiredNs } };
  await writeFile(join(lab, `${stem}.tif`), writeImageJTiff({ dtype: "uint16", shape: [30, 20], data }));
  await writeFile(join(lab, `${stem}.metadata.json`), JSON.stringify(metadata));
  await writeFile(join(lab, `${stem}.radon_report.csv`), "roi_id,vel_mean\n1,1.25\n");
}

async function idsByTime(dataset: ZarrDataset): Promise<string> {
  const records = dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" });
  return `[${(await Array.fromAsync(records, ({ id }) => `'${id}'`)).join(", ")}]`;
}

if (import.meta.main) {
  process.exitCode = await runDemo(exportImport);
}
