import { AcqImage, KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

/** Empty events stay fresh; a renamed ROI updates nothing, a moved one updates its image. */
export async function roiStaleness(path: string, print: (line: string) => void): Promise<void> {
  await using dataset = await openDataset(path);
  const record = await dataset.addImage(createNdArray("uint16", [16, 4]), {
    id: "image_1",
    axes: ["t", "x"],
  });
  const image = AcqImage.from({
    sourceKey: record.id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  print(`Channels available: [${(await image.channelsAvailable()).join(", ")}]`);
  const roi = await image.addRoi({
    name: "vessel",
    bounds: { dim0Start: 0, dim0Stop: 8, dim1Start: 0, dim1Stop: 2 },
  });
  await record.saveParquet("velocity_events/events", [], {
    schema: { columns: [{ name: "roi_id", type: "int64" }] },
  });
  await record.saveParquet("radon/velocity", [{ roi_id: 1, channel: 1, velocity_mm_s: 1.5 }], {
    schema: {
      columns: [
        { name: "roi_id", type: "int64" },
        { name: "channel", type: "int64" },
        { name: "velocity_mm_s", type: "float64", unit: "mm/s" },
      ],
    },
  });
  const kym = new KymDataset(dataset);
  const update = async (what: string): Promise<void> => {
    for (const indexer of [velocityEventIndexer, radonIndexer]) {
      const { updated, skipped, tableName, reasons } = await kym.updateIndex(indexer, {
        mode: "incremental",
      });
      const why = reasons.map(({ because }) => ` because ${because}`).join("");
      print(`${what}: ${tableName} updated=${updated} skipped=${skipped}${why}`);
    }
  };
  await update("first run");
  await update("nothing changed");
  await image.editRoi(roi.id, { name: "renamed" });
  await update("ROI renamed");
  await image.editRoi(roi.id, { bounds: { dim0Start: 0, dim0Stop: 8, dim1Start: 1, dim1Stop: 3 } });
  await update("ROI moved");
}
