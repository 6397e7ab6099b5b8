// Demo: a tour of the dataset's API, on two small stacks.

import { join } from "node:path";
import process from "node:process";
import { AcqImageList } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, isZarrStoreError, type TableSchema, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const SHAPE = [8, 64, 64];
const AXES = ["z", "y", "x"];
const EVENT_COLUMNS: TableSchema["columns"] = [
  { name: "event_id", type: "int64" },
  { name: "t_s", type: "float64", unit: "s" },
];

export async function apiTour(folder: string, { title, heading, say, check }: Transcript): Promise<void> {
  title("A tour of the API: records, artifacts of each kind, orders, a reader, deletion.");
  const path = join(folder, "tour.zarr");
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });

  heading("Two records, with metadata; the first with JSON and a table in two formats");
  const first = await dataset.addImage(createNdArray("uint16", SHAPE), { id: "rec_a", axes: AXES });
  const second = await dataset.addImage(createNdArray("uint8", SHAPE), { id: "rec_b", axes: AXES });
  await first.saveMetadataPayload({ version: "2.0", header: { acquired_local_epoch_ns: 200 } });
  await second.saveMetadataPayload({ version: "2.0", header: { acquired_local_epoch_ns: 100 } });
  await first.saveJson("analysis/params", { threshold: 0.25, n: 9007199254740993n });
  const [events, schema] = [[{ event_id: 1, t_s: 0.5 }], { columns: EVENT_COLUMNS }];
  await first.saveCsvGz("events_text", events, { schema });
  await first.saveParquet("events", events, { schema });
  say(await manifestText("after writes", dataset));
  say(`Ordered by acquired_local_epoch_ns: ${await idsBy(dataset, "acquired_local_epoch_ns")}`);
  say(`Ordered by created_utc: ${await idsBy(dataset, "created_utc")}`);

  heading("What was stored comes back");
  const params = (await first.loadJsonText("analysis/params")).text.replaceAll(/\s+/g, " ");
  say(`Params: ${params}`);
  check(params.includes("9007199254740993"), "an integer beyond 2^53 keeps every digit");
  const [parquet, csv] = [await first.loadParquet("events"), await first.loadCsvGz("events_text")];
  say(`Rows: ${parquet.numRows} and ${csv.numRows}`);
  check(String(parquet.get(0)) === String(csv.get(0)), "Parquet and CSV hold the same row");

  heading("A reader sees all of it, and may change none of it");
  const reader = await openLocalDataset(path, { mode: "r" });
  await reader.validate();
  say(`Read-only validation passed for ${(await reader.listImageIds()).length} records`);
  const refusal = await reader.deleteImage("rec_a").catch((error: unknown) => error);
  say(`A reader that deletes: ${isZarrStoreError(refusal) ? refusal.code : "nothing said no"}`);
  check(isZarrStoreError(refusal, "read_only"), "the reader was refused");
  const images = AcqImageList.from(dataset.openImages());
  say(`Images in the list: ${await images.count()}`);
  say(`Slices of the first: ${(await (await images.get(0))?.rois())?.extent?.numSlices}`);

  heading("Deletion");
  say(`Deleted CSV artifacts from rec_a: ${await first.deleteAnalysis({ suffixes: [".csv.gz"] })}`);
  await dataset.deleteImage("rec_b");
  say(await manifestText("after delete", dataset));
  say(`Commits: ${dataset.version}`);
  check((await first.loadParquet("events")).numRows === 1, "the Parquet table is still there");
}

async function manifestText(when: string, dataset: ZarrDataset): Promise<string> {
  const { images } = await dataset.updateManifest();
  const lines = images.map(
    ({ imageId, shape, dtype, analysisKeys }) =>
      `  ${imageId} (${shape?.join(", ")}) ${dtype}, ${analysisKeys.length} analysis keys`,
  );
  return [`[${when}] count ${images.length}`, ...lines].join("\n");
}

async function idsBy(dataset: ZarrDataset, orderBy: string): Promise<string> {
  return (await Array.fromAsync(dataset.iterRecords({ orderBy }), ({ id }) => id)).join(", ");
}

if (import.meta.main) {
  process.exitCode = await runDemo(apiTour);
}
