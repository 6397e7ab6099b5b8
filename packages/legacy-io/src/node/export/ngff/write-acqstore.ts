// Writes each image of a dataset as a native store of acqstore, `<stem>.cs.ome.zarr`.

import type { ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../../errors.ts";
import { chosenImages, Failures } from "../chosen-images.ts";
import type { ExportFolderOptions, ExportNote, WrittenFolder } from "../export-options.ts";
import { placesOf, renamedNotes } from "../image-places.ts";
import { RedactingSink } from "../redacting-sink.ts";
import { type NgffSink, pooledTables, sourcesByImage } from "./write-ome-zarr.ts";
import { writeNgffImage } from "./write-ngff-image.ts";

/** What the name of a native store of acqstore ends in: it opens no other folder. */
const ENDING = ".cs.ome.zarr";

/** Writes the chosen images, each in the folder that it came from. */
export async function writeAcqstore(
  dataset: ZarrDataset,
  { sink, redact }: NgffSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const { imageIds, leftOut } = await chosenImages(dataset, options);
  const places = await placesOf(dataset, imageIds);
  const failures = new Failures();
  const notes: ExportNote[] = [...renamedNotes(places)];
  const sources = await sourcesByImage(dataset);
  const tables = await pooledTables(dataset);
  for (const [index, place] of places.entries()) {
    throwIfAborted(options.signal, LegacyIoError);
    const { imageId, relPath, stem } = place;
    const folder = `${place.folder}${stem}${ENDING}/`;
    const found = await failures.ofImage(place, sink, (files) =>
      writeNgffImage(dataset, dataset.record(imageId), {
        ...{ writtenFor: "acqstore", folder, name: stem, sources: sources.get(imageId) ?? [], tables },
        sink: files,
        redacting: new RedactingSink(files, redact),
      }),
    );
    notes.push(...(found?.notes ?? []));
    options.onEvent?.({ imageId, path: relPath, done: index + 1, total: places.length });
  }
  failures.assertSome(places.length);
  const images = failures.without(places).length;
  const absent = failures.leftOut(leftOut, options.includeTables === false ? [] : tables);
  return { images, tables: 0, leftOut: absent, notes, failed: failures.list };
}
