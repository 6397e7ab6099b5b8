import type { ZarrDataset } from "@kym/zarr-store";
import { fileNameOfArtifact } from "../artifact-file-name.ts";
import { throwIfAborted } from "../errors.ts";
import { planExport } from "../export-plan.ts";
import { canWriteImageJTiff, writeImageJTiff } from "../tiff/write-imagej.ts";
import { asShownInImageJ, imageJTiffOf, inventoryOf } from "./export-image.ts";
import type { ExportFolderOptions, ExportNote, WrittenFolder } from "./export-options.ts";
import { placesOf } from "./image-places.ts";
import type { ExportSink } from "./staged-folder.ts";

/**
 * Writes a calibrated TIFF an image, where the image came from, and one an array artifact of two or three dimensions,
 * as `<stem>.<name>.tif`.
 */
export async function writeForImageJ(
  dataset: ZarrDataset,
  sink: ExportSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const places = await placesOf(dataset);
  const notes: ExportNote[] = [];
  for (const [index, { imageId, relPath, folder, stem, isMoved }] of places.entries()) {
    throwIfAborted(options.signal);
    const record = dataset.record(imageId);
    const { dtype, shape } = await record.openArray();
    if (isMoved) {
      notes.push({ path: relPath, reason: "another image came from the same place" });
    }
    if (canWriteImageJTiff(dtype, shape)) {
      await sink.write(relPath, await imageJTiffOf(record, await record.loadArray()));
    } else {
      notes.push({ path: relPath, reason: `an ImageJ TIFF holds no ${dtype} of shape [${shape}]` });
    }
    for (const artifact of planExport([await inventoryOf(record)], []).images[0]?.artifacts ?? []) {
      if (artifact.kind === "array" && artifact.tifPath !== undefined) {
        const array = await record.loadArrayArtifact(artifact.name);
        const path = `${folder}${stem}.${fileNameOfArtifact(artifact.name)}.tif`;
        await sink.write(path, writeImageJTiff(asShownInImageJ(array)));
      }
    }
    options.onEvent?.({ imageId, done: index + 1, total: places.length });
  }
  return { images: places.length, tables: 0, notes };
}
