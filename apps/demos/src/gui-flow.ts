import { AcqImage, AcqImageList, ingestImage, summarizeMetadata } from "@kym/kym-dataset";
import { openFolder } from "@kym/legacy-io/node";
import type { NdArray } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

/**
 * What a viewer does, as the demo `demo_gui_flow_v01` of tickets 3 to 6: lists a folder of TIFFs, takes the first, draws
 * a ROI, looks at it, and puts the image into a dataset. Edits stand in `<stem>.metadata.json` beside the TIFF.
 */
export async function guiFlow(
  folder: string,
  datasetPath: string,
  print: (line: string) => void,
): Promise<void> {
  const list = AcqImageList.from(openFolder(folder));
  print(`Images: ${(await list.images()).map(({ displayName }) => displayName).join(", ")}`);
  const image = await list.get(0);
  if (image === undefined) {
    throw new Error(`there is no TIFF in ${folder}`);
  }
  print(`Picked: ${image.displayName}`);
  print(`Channels available: [${(await image.channelsAvailable()).join(", ")}]`);
  const pixels = await image.getChannelData(1);
  print(`Pixels: ${shapeOf(pixels)} ${pixels.dtype}`);

  const [height = 0, width = 0] = (await image.describe()).shape;
  const { id } = await image.addRoi({
    bounds: {
      dim0Start: Math.floor(height / 10),
      dim0Stop: Math.floor(height / 5),
      dim1Start: Math.floor(width / 4),
      dim1Stop: Math.floor((3 * width) / 4),
    },
  });
  await image.editRoi(id, { name: "vessel", note: "drawn by the demo" });
  print(`ROI id: ${id}`);
  print(`ROI pixels: ${shapeOf(await image.getRoiPixels(id))}`);
  const { mean, sd, min, max, n } = await image.roiStats(id);
  print(`ROI stats: mean ${mean} sd ${sd.toFixed(3)} min ${min} max ${max} n ${n}`);
  await image.editMetadata({ experiment: { note: "looks good" } });

  await using dataset = await openDataset(datasetPath, { summarize: summarizeMetadata });
  const record = await ingestImage(dataset, image, { id: "image_1" });
  print(`Ingested image id: ${record.id}`);
  const manifest = await dataset.updateManifest();
  print(`Manifest images: ${manifest.images.length}`);
  const ordered: string[] = [];
  for await (const { id: imageId } of dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" })) {
    ordered.push(imageId);
  }
  print(`Ordered ids: ${ordered.join(", ")}`);
  const stored = AcqImage.from({
    sourceKey: record.id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const { header, rois, experiment } = await stored.metadata();
  print(`Header acquired ns: ${header.acquiredLocalEpochNs ?? "none"}`);
  print(`Num ROIs: ${rois.length} (${rois.map(({ name }) => name).join(", ")})`);
  print(`Note: ${experiment.note}`);
}

/** `(300, 20)`. */
function shapeOf({ shape }: NdArray): string {
  return `(${shape.join(", ")})`;
}
