// Writes a dataset for ImageJ and Fiji: calibrated TIFFs, ROI sets and arrays.

import { loadMetadataText } from "@kym/kym-schema";
import { writeImageJRois } from "@kym/roi/imagej";
import { isZarrStoreError, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { planeSize } from "../../content/rois/plane-size.ts";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { acqstoreEnding } from "../../export/acqstore/acqstore-ending.ts";
import type { KymflowPlace } from "../../export/kymflow/kymflow-place.ts";
import { type ExportedOrigin, notKeptNotes } from "../../export/not-kept-notes.ts";
import { planExport } from "../../export/plan-export.ts";
import { fileNameOfArtifact } from "../../folder/artifact-file-name.ts";
import { parseClassicJson } from "../../formats/json/classic-json.ts";
import { chosenImages, Failures } from "./chosen-images.ts";
import { arrayForImageJ, inventoryOf, pixelsForImageJ } from "./export-image.ts";
import {
  type ExportFolderOptions,
  type ExportNote,
  MAY_HAVE_PATHS,
  type WrittenFolder,
} from "./export-options.ts";
import { originInExport, placesOf, renamedNotes, unchangedNotes } from "./image-places.ts";
import { withoutPaths } from "./imagej-metadata-of.ts";
import { type ExportSink, writeIfNameFits } from "./staged-folder.ts";

/**
 * Writes each image at the relative path it came from:
 *
 * - its pixels as a calibrated TIFF, with its ROIs as overlay and selection, and with what ImageJ kept in its own TIFF,
 * - its ROIs as `<stem>_RoiSet.zip` too,
 * - what acqstore wrote beside the TIFF, byte for byte,
 * - each array artifact of two or three dimensions as `<stem>.<name>.tif`, if ImageJ can represent its values.
 */
export async function writeForImageJ(
  dataset: ZarrDataset,
  sink: ExportSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const { imageIds, leftOut } = await chosenImages(dataset, options);
  const places = await placesOf(dataset, imageIds);
  const notes: ExportNote[] = [...renamedNotes(places)];
  const failures = new Failures();
  const origins: ExportedOrigin[] = [];
  for (const [index, place] of places.entries()) {
    throwIfAborted(options.signal, LegacyIoError);
    const { imageId, relPath } = place;
    const written = await failures.ofImage(place, sink, async (files) => ({
      notes: await writeImage(dataset.record(imageId), place, files, options),
      origin: await originInExport(dataset.record(imageId), place),
    }));
    if (written !== undefined) {
      notes.push(...written.notes);
      origins.push(written.origin);
    }
    options.onEvent?.({ imageId, path: relPath, done: index + 1, total: places.length });
  }
  notes.push(...notKeptNotes(origins));
  failures.assertSome(places.length);
  const images = failures.without(places).length;
  return { images, tables: 0, leftOut: failures.leftOut(leftOut), notes, failed: failures.list };
}

async function writeImage(
  record: ZarrImageRecord,
  place: KymflowPlace,
  sink: ExportSink,
  { includeTiff }: Pick<ExportFolderOptions, "includeTiff">,
): Promise<readonly ExportNote[]> {
  const { relPath, folder, stem } = place;
  const notes: ExportNote[] = [];
  if (includeTiff !== false) {
    const { bytes, reason } = await pixelsForImageJ(record, await record.loadArray(), { sink });
    if (bytes === undefined) {
      notes.push({ path: relPath, reason });
    } else {
      await sink.write(relPath, bytes);
    }
  }
  notes.push(...(await writeRois(record, place, sink)));
  for (const artifact of planExport([await inventoryOf(record)], []).images[0]?.artifacts ?? []) {
    const ending = artifact.kind === "attachment" ? acqstoreEnding(place.fileName, artifact.name) : undefined;
    if (ending !== undefined) {
      const bytes = await record.loadAttachment(artifact.name);
      const path = `${relPath}${ending}`;
      if (sink.canWriteAttachment?.(bytes) === false) {
        notes.push({ path, reason: MAY_HAVE_PATHS });
      } else {
        await sink.write(path, bytes);
        notes.push(...(ending === ".json" ? await unchangedNotes(record, path) : []));
      }
    }
    if (artifact.kind === "array" && artifact.tifPath !== undefined) {
      const bytes = arrayForImageJ(await record.loadArrayArtifact(artifact.name));
      if (bytes !== undefined) {
        await writeIfNameFits(
          sink,
          `${folder}${stem}.${fileNameOfArtifact(artifact.name)}.tif`,
          bytes,
          notes,
        );
      }
    }
  }
  return notes;
}

/** Writes the ROIs of the artifact `metadata`. Notes those that cannot be an ImageJ selection. */
async function writeRois(
  record: ZarrImageRecord,
  { folder, stem, relPath }: KymflowPlace,
  sink: ExportSink,
): Promise<readonly ExportNote[]> {
  try {
    const text = await loadMetadataText(record);
    if (text === undefined) {
      return [];
    }
    const { rois, rejectedRois } = parseClassicJson(sink.redactText?.(text) ?? text);
    if (rois.length + rejectedRois.length === 0) {
      return [];
    }
    const { shape } = await record.openArray();
    const size = planeSize(shape, await record.getAxes());
    const { file, failed } = writeImageJRois(
      rois.map((roi) => withoutPaths(roi, sink)),
      { size },
    );
    const notes: ExportNote[] = [];
    if (failed.length < rois.length) {
      await writeIfNameFits(sink, `${folder}${stem}_RoiSet.zip`, file, notes);
    }
    const reasons = [
      ...failed.map(({ source, error }) => `${source}: ${error.message}`),
      ...rejectedRois.map(({ reason }) => reason),
    ];
    return [...notes, ...reasons.map((reason) => ({ path: relPath, reason }))];
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file") || isLegacyIoError(error, "invalid_file")) {
      return [{ path: relPath, reason: `its ROIs are left out: ${error.message}` }];
    }
    throw error;
  }
}
