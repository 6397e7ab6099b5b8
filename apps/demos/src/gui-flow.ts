// Demo: what a viewer does, from a folder of TIFFs to an image in a dataset.

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { AcqImage, AcqImageList, ingestImage } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { openFolder } from "@kym/legacy-io/node";
import type { NdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { simulateLabFolder } from "./simulator/simulate-lab-folder.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

export async function guiFlow(folder: string, { title, heading, say, check }: Transcript): Promise<void> {
  title("What a viewer does: list a folder, pick an image, draw a ROI, look at it, store it.");
  const lab = join(folder, "lab");
  const scans = { imageCount: 2, lines: 300, px: 20, onlyScans: true, withTroubles: false };
  await simulateLabFolder(lab, scans);

  heading("A folder from the microscope");
  const list = AcqImageList.from(openFolder(lab));
  say(`Images: ${(await list.images()).map(({ displayName }) => displayName).join(", ")}`);
  const image = await list.get(0);
  if (image === undefined) {
    throw new Error("there is no TIFF in the folder");
  }
  say(`Picked: ${image.displayName}`);
  say(`Channels available: [${(await image.channelsAvailable()).join(", ")}]`);
  const pixels = await image.getChannelData(1);
  say(`Pixels: ${shapeOf(pixels)} ${pixels.dtype}`);

  heading("A ROI is drawn on lines 30 to 60 and the middle half of the pixels");
  const bounds = { dim0Start: 30, dim0Stop: 60, dim1Start: 5, dim1Stop: 15 };
  const { id } = await image.addRoi({ bounds });
  await image.editRoi(id, { name: "vessel", note: "drawn by the demo" });
  await image.editMetadata({ experiment: { note: "looks good" } });
  const crop = await image.getRoiPixels(id);
  const { mean, sd, min, max, n } = await image.roiStats(id);
  say(`ROI id: ${id}`);
  say(`ROI pixels: ${shapeOf(crop)}`);
  say(`ROI stats: mean ${mean.toFixed(3)} sd ${sd.toFixed(3)} min ${min} max ${max} n ${n}`);
  const sum = Array.from(crop.data, Number).reduce((total, value) => total + value, 0);
  check(Math.abs(sum / n - mean) < 1e-9, "the mean is that of the pixels in the ROI");
  const beside = await readdir(dirname(image.sourceKey));
  say(`Beside the TIFF: ${beside.filter((name) => name.includes(".metadata.")).join(", ")}`);

  heading("The image goes into a dataset, with everything known about it");
  await using dataset = await openLocalDataset(join(folder, "study.zarr"), { summarize: summarizeMetadata });
  const record = await ingestImage(dataset, image, { id: "image_1" });
  say(`Ingested image id: ${record.id}`);
  say(`Manifest images: ${(await dataset.updateManifest()).images.length}`);
  const ordered: string[] = [];
  for await (const { id: imageId } of dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" })) {
    ordered.push(imageId);
  }
  say(`Ordered ids: ${ordered.join(", ")}`);
  const stored = AcqImage.from({
    sourceKey: record.id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const { header, rois, experiment } = await stored.metadata();
  say(`Header acquired ns: ${header.acquiredLocalEpochNs ?? "none"}`);
  say(`Num ROIs: ${rois.length} (${rois.map(({ name }) => name).join(", ")})`);
  say(`Note: ${experiment.note}`);
  const isSame = String((await stored.getChannelData(1)).data) === String(pixels.data);
  check(isSame, "the dataset has the same pixels as the TIFF");
  check((await stored.roiStats(id)).mean === mean, "and the same statistics of the ROI");
}

/** Writes a shape as Python does: `(300, 20)`. */
function shapeOf({ shape }: NdArray): string {
  return `(${shape.join(", ")})`;
}

if (import.meta.main) {
  process.exitCode = await runDemo(guiFlow);
}
