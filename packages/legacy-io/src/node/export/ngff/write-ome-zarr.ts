// Writes images of a dataset as OME-NGFF 0.5: one as the root, or several below one root.

import type { SourceRow, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../../errors.ts";
import { EXPORT_INDEX, type ExportIndexRow, encodeExportIndex } from "../../../export/export-index.ts";
import { collectionAttributes, groupNode, seriesAttributes } from "../../../export/ngff/ngff-documents.ts";
import { type OmeXmlImage, omeXml } from "../../../export/ngff/ome-xml.ts";
import { redactPaths } from "../../../export/path-redaction.ts";
import { comparePaths } from "../../../folder/compare-paths.ts";
import { chosenImages, Failures } from "../chosen-images.ts";
import type { ExportFolderOptions, ExportNote, WrittenFolder } from "../export-options.ts";
import { placesOf, readableLedger } from "../image-places.ts";
import { RedactingSink } from "../redacting-sink.ts";
import type { ExportSink } from "../staged-folder.ts";
import { foldersOfImage } from "./folders-of-image.ts";
import { writeNgffImage } from "./write-ngff-image.ts";

/** The table of the source files, whose rows stand beside each image. */
const SOURCES = "sources";

/** The group that lists the images. */
const OME = "OME";
const OME_XML = `${OME}/METADATA.ome.xml`;

/** Where an export goes, and what is removed from its texts. */
export interface NgffSink {
  /** Writes as it is given. */
  readonly sink: ExportSink;
  /** The folders of this machine, whose paths are made relative. */
  readonly folders: readonly string[];
}

/**
 * Writes the chosen images. One alone is the root of the export. Several are the groups `0`, `1`, … below a root with
 * `bioformats2raw.layout`, in the order of their paths, and `index.csv` says which is which.
 */
export async function writeOmeZarr(
  dataset: ZarrDataset,
  { sink, folders }: NgffSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const { imageIds, leftOut } = await chosenImages(dataset, options);
  const places = (await placesOf(dataset, imageIds)).toSorted((a, b) => comparePaths(a.relPath, b.relPath));
  const failures = new Failures();
  const notes: ExportNote[] = [];
  const rows: ExportIndexRow[] = [];
  const images: OmeXmlImage[] = [];
  const sources = await sourcesByImage(dataset);
  const tables = await pooledTables(dataset);
  const isOne = places.length === 1;
  for (const [index, place] of places.entries()) {
    throwIfAborted(options.signal, LegacyIoError);
    const { imageId, relPath, stem, sourceRelPath } = place;
    const group = String(rows.length);
    const folder = isOne ? "" : `${group}/`;
    const record = dataset.record(imageId);
    const found = await failures.ofImage(place, sink, async (files) =>
      writeNgffImage(dataset, record, {
        ...{ writtenFor: "ome-zarr", folder, name: stem, sources: sources.get(imageId) ?? [], tables },
        sink: files,
        redacting: await redactingSink(files, folders, record, sourceRelPath),
      }),
    );
    if (found !== undefined) {
      rows.push({ file: group, imageId, sourceRelPath });
      images.push({ ...found.image, name: stem, axes: found.image.layout.axes });
      notes.push(...found.notes);
    }
    options.onEvent?.({ imageId, path: relPath, done: index + 1, total: places.length });
  }
  failures.assertSome(places.length);
  if (!isOne) {
    await sink.write(ZARR_NODE_NAME, groupNode(collectionAttributes()));
    await sink.write(
      `${OME}/${ZARR_NODE_NAME}`,
      groupNode(seriesAttributes(rows.map(({ file }) => file ?? ""))),
    );
    await new RedactingSink(sink, redactPaths(folders)).write(EXPORT_INDEX, encodeExportIndex(rows));
    const xml = omeXml(images);
    if (xml === undefined) {
      notes.push({ path: OME_XML, reason: "left out: OME-XML has no word for integers of 64 bits" });
    } else {
      await sink.write(OME_XML, xml);
    }
  }
  return {
    images: rows.length,
    tables: 0,
    leftOut: failures.leftOut(leftOut, options.includeTables === false ? [] : tables),
    notes,
    failed: failures.list,
  };
}

/** A sink that removes the folders of this machine, and those that the files of the image name. */
export async function redactingSink(
  files: ExportSink,
  folders: readonly string[],
  record: ZarrImageRecord,
  relPath: string | undefined,
): Promise<ExportSink> {
  const ofImage = await foldersOfImage(record, folders, relPath);
  return new RedactingSink(files, redactPaths([...folders, ...ofImage]));
}

/** The names of the tables that an export of this kind does not have. */
export async function pooledTables(dataset: ZarrDataset): Promise<readonly string[]> {
  return (await dataset.listTableNames()).filter((name) => name !== SOURCES).toSorted();
}

/** The rows of the ledger by image. */
export async function sourcesByImage(
  dataset: ZarrDataset,
): Promise<ReadonlyMap<string, readonly SourceRow[]>> {
  const rows = new Map<string, SourceRow[]>();
  for (const row of await readableLedger(dataset)) {
    rows.set(row.image_id, [...(rows.get(row.image_id) ?? []), row]);
  }
  return rows;
}
