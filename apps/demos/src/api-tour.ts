import { AcqImageList, summarizeMetadata } from "@kym/kym-dataset";
import { createNdArray, isZarrStoreError, type TableSchema, type ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

const SHAPE = [8, 64, 64];
const EVENTS: TableSchema = {
  columns: [
    { name: "event_id", type: "int64" },
    { name: "t_s", type: "float64", unit: "s" },
  ],
};

/** A tour of the API, as the demo `demo_api_tour_v01` of the seeds: records, artifacts, orders, read-only, deletion. */
export async function apiTour(path: string, print: (line: string) => void): Promise<void> {
  await using dataset = await openDataset(path, { summarize: summarizeMetadata });
  const first = await dataset.addImage(createNdArray("uint16", SHAPE), {
    id: "rec_a",
    axes: ["z", "y", "x"],
  });
  const second = await dataset.addImage(createNdArray("uint8", SHAPE), {
    id: "rec_b",
    axes: ["z", "y", "x"],
  });
  await first.saveMetadataPayload({ version: "2.0", header: { acquired_local_epoch_ns: 200 } });
  await second.saveMetadataPayload({ version: "2.0", header: { acquired_local_epoch_ns: 100 } });
  await first.saveJson("analysis/params", { threshold: 0.25, n: 9007199254740993n });
  await first.saveCsvGz("events_text", [{ event_id: 1, t_s: 0.5 }], { schema: EVENTS });
  await first.saveParquet("events", [{ event_id: 1, t_s: 0.5 }], { schema: EVENTS });
  await showManifest("after writes", dataset, print);

  for (const orderBy of ["acquired_local_epoch_ns", "created_utc"]) {
    print(`Ordered by ${orderBy}: ${(await idsBy(dataset, orderBy)).join(", ")}`);
  }
  print(`Params: ${(await first.loadJsonText("analysis/params")).text.replaceAll(/\s+/g, " ")}`);
  print(
    `Rows: ${(await first.loadParquet("events")).numRows} and ${(await first.loadCsvGz("events_text")).numRows}`,
  );

  const reader = await openDataset(path, { mode: "r" });
  await reader.validate();
  print(`Read-only validation passed for ${(await reader.listImageIds()).length} records`);
  const refusal = await reader.deleteImage("rec_a").catch((error: unknown) => error);
  print(`A reader that deletes: ${isZarrStoreError(refusal) ? refusal.code : "nothing said no"}`);
  const images = AcqImageList.from(dataset.openImages());
  print(`Images in the list: ${await images.count()}`);
  print(`Slices of the first: ${(await (await images.get(0))?.rois())?.extent?.numSlices}`);

  print(`Deleted CSV artifacts from rec_a: ${await first.deleteAnalysis({ suffixes: [".csv.gz"] })}`);
  await dataset.deleteImage("rec_b");
  await showManifest("after delete", dataset, print);
  print(`Commits: ${dataset.version}`);
}

async function showManifest(
  when: string,
  dataset: ZarrDataset,
  print: (line: string) => void,
): Promise<void> {
  const { images } = await dataset.updateManifest();
  print(`[${when}] count ${images.length}`);
  for (const { imageId, shape, dtype, analysisKeys } of images) {
    print(`  ${imageId} (${shape?.join(", ")}) ${dtype}, ${analysisKeys.length} analysis keys`);
  }
}

async function idsBy(dataset: ZarrDataset, orderBy: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of dataset.iterRecords({ orderBy })) {
    ids.push(id);
  }
  return ids;
}
