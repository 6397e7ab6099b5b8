// Writes each image of a dataset as a native store of acqstore, `<stem>.cs.ome.zarr`.

import { Buffer } from "node:buffer";
import { ARTIFACTS } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { type JsonNode, parseLossless } from "@kym/zarr-store/json";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../../errors.ts";
import { acqstoreEnding } from "../../../export/acqstore/acqstore-ending.ts";
import { acqstoreFiles } from "../../../export/acqstore/acqstore-files.ts";
import { fileNameOfAttachment } from "../../../folder/attachment-name.ts";
import { parseLegacyJson } from "../../../formats/json/legacy-json.ts";
import { chosenImages, Failures } from "../chosen-images.ts";
import type { ExportFolderOptions, ExportNote, WrittenFolder } from "../export-options.ts";
import { type PlacedImage, placesOf, renamedNotes } from "../image-places.ts";
import { type ForeignPart, type LaidOutImage, writeNgffImage } from "./write-ngff-image.ts";
import { type NgffSink, pooledTables, redactingSink, sourcesByImage } from "./write-ome-zarr.ts";
import { REFERENCE_FOLDER, writeReference } from "./write-reference.ts";

/** What the name of a native store of acqstore ends in: it opens no other folder. */
const ENDING = ".cs.ome.zarr";

/** The longest name of a folder, in bytes. */
const MAX_NAME_BYTES = 255;
const CUT_NAME_LENGTH = 50;

/** The name of an image's store. A stem that is too long is cut, and the id makes it unique. */
function storeName({ stem, imageId }: PlacedImage): string {
  const name = `${stem}${ENDING}`;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES
    ? name
    : `${[...stem].slice(0, CUT_NAME_LENGTH).join("")}~${imageId.slice(0, CUT_NAME_LENGTH)}${ENDING}`;
}

/** Writes the chosen images, each in the folder that it came from. */
export async function writeAcqstore(
  dataset: ZarrDataset,
  { sink, folders }: NgffSink,
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
    const name = storeName(place);
    const folder = `${place.folder}${name}/`;
    if (name !== `${stem}${ENDING}`) {
      notes.push({ path: `${place.folder}${name}`, reason: "renamed: its name would be too long" });
    }
    const record = dataset.record(imageId);
    const found = await failures.ofImage(place, sink, async (files) =>
      writeNgffImage(dataset, record, {
        ...{ writtenFor: "acqstore", folder, name: stem, sources: sources.get(imageId) ?? [], tables },
        sink: files,
        redacting: await redactingSink(files, folders, record, place.sourceRelPath),
        foreign: (image) => foreignPart(record, image, { ...place, group: folder }),
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

/** The files below `acqstore/`, of the image's metadata and of what came with it from acqstore. */
async function foreignPart(
  record: ZarrImageRecord,
  { layout, shape, dtype, metadata }: LaidOutImage,
  place: PlacedImage & { readonly group: string },
): Promise<ForeignPart> {
  const { sourceRelPath, fileName, group } = place;
  const tiff = sourceRelPath?.slice(sourceRelPath.lastIndexOf("/") + 1) ?? fileName;
  const came = await cameFromAcqstore(record, tiff);
  const reference = await jsonOf(record, ARTIFACTS.acqstoreScanPath);
  const ofReference = await writeReference(record, reference);
  const { files, attributes, notes } = acqstoreFiles({
    ...{ axes: layout.axes, shape, dtype, fileName, metadata, ...came },
    contrast: await jsonOf(record, ARTIFACTS.acqstoreContrast),
    reference,
    referenceFolder: ofReference.length === 0 ? undefined : REFERENCE_FOLDER,
  });
  const own = await ownAnalyses(record);
  const path = group.slice(0, -1);
  return {
    attributes,
    files: [...files, ...ofReference],
    notes: [
      ...notes.map((reason) => ({ path, reason })),
      ...(own.length === 0
        ? []
        : [
            {
              path,
              reason: `${own.join(", ")} stand only in kym/: acqstore refuses analyses that it does not know`,
            },
          ]),
    ],
  };
}

/** The names of a store's own files, and of the document beside a TIFF. */
const STORE_DOCUMENT = /(^|\/)acq_image\.json$/;
const STORE_TABLE = /(?:^|\/)([A-Za-z0-9_.-]{1,200}\.(?:table|peaks))\.csv$/;

/** acqstore's own document and tables among the attachments of an image. */
async function cameFromAcqstore(
  record: ZarrImageRecord,
  tiff: string,
): Promise<{ readonly document: JsonNode | undefined; readonly tables: ReadonlyMap<string, Uint8Array> }> {
  const tables = new Map<string, Uint8Array>();
  let document: JsonNode | undefined;
  for (const name of await record.listAttachments()) {
    const ending = acqstoreEnding(tiff, name);
    const fileName = originalName(name);
    const [, table = ending?.endsWith(".csv") === true ? ending.slice(1, -".csv".length) : undefined] =
      STORE_TABLE.exec(fileName) ?? [];
    if (ending === ".json" || STORE_DOCUMENT.test(fileName)) {
      document = readableJson(await record.loadAttachment(name)) ?? document;
    } else if (table !== undefined) {
      tables.set(table, await record.loadAttachment(name));
    }
  }
  return { document, tables };
}

function originalName(attachment: string): string {
  try {
    return fileNameOfAttachment(attachment);
  } catch (error) {
    if (isLegacyIoError(error, "invalid_name")) {
      return attachment;
    }
    throw error;
  }
}

/** Undefined for a document that cannot be read: it stays in `kym/`. */
function readableJson(bytes: Uint8Array): JsonNode | undefined {
  try {
    return parseLegacyJson(bytes, "acqstore's document");
  } catch (error) {
    if (isLegacyIoError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

async function jsonOf(record: ZarrImageRecord, name: string): Promise<JsonNode | undefined> {
  try {
    const { text } = await record.loadJsonText(name);
    return parseLossless(text);
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

/** The results that acqstore has no name for. */
async function ownAnalyses(record: ZarrImageRecord): Promise<readonly string[]> {
  const own: ReadonlySet<string> = new Set([
    ...[ARTIFACTS.flowVelocity, ARTIFACTS.flowLspiv, ARTIFACTS.flowEvents, ARTIFACTS.flowHeartRate],
    ...[ARTIFACTS.flowDiameter, ARTIFACTS.radonVelocity, ARTIFACTS.events],
  ]);
  return (await record.tables.list()).filter((name) => own.has(name));
}
