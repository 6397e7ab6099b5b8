// Writes a dataset as the files and tables of the older application.

import { ARTIFACTS, EVENT_ARTIFACTS } from "@kym/kym-schema";
import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { POOLED_TABLES } from "@kym/kym-schema/tables";
import {
  isZarrStoreError,
  type NdArray,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { sliceNdArray } from "@kym/zarr-store/array";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { columnOf, filterRows } from "@kym/zarr-store/table";
import { lineScanCalibration } from "../../content/image-metadata.ts";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import {
  type DatabaseImage,
  EVENT_DATABASE,
  eventDatabaseCsv,
  RADON_DATABASE,
  radonDatabaseCsv,
} from "../../export/kymflow/database-csv.ts";
import type { KymflowPlace } from "../../export/kymflow/kymflow-place.ts";
import { type ExportedOrigin, notKeptNotes } from "../../export/not-kept-notes.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { eventsOf } from "../../formats/kymflow/events-json.ts";
import { formatFault } from "../../formats/parse-sidecar.ts";
import type { ImageToWrite, SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import { chosenImages, Failures } from "./chosen-images.ts";
import { pixelsForImageJ } from "./export-image.ts";
import type { ExportFolderOptions, ExportNote, WrittenFolder } from "./export-options.ts";
import { originInExport, placesOf, renamedNotes } from "./image-places.ts";
import { type ExportSink, writeIfNameFits } from "./staged-folder.ts";

const FIRST_CHANNEL_FILE = /_C001(T\d{3})$/;

/** Writes the files of the older application, each image at the relative path it came from. */
export async function writeKymflow(
  dataset: ZarrDataset,
  sink: ExportSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const formats = sidecarFormats(options.formats);
  const { imageIds, leftOut } = await chosenImages(dataset, options);
  const places = await placesOf(dataset, imageIds);
  const failures = new Failures();
  const radonRows = await failures.ofTable(POOLED_TABLES.radon, sink, () => radonRowsByImage(dataset));
  const isRadonUnreadable = failures.list.length > 0;
  const notes: ExportNote[] = [...renamedNotes(places)];
  const images: DatabaseImage[] = [];
  const origins: ExportedOrigin[] = [];
  for (const [index, place] of places.entries()) {
    throwIfAborted(options.signal, LegacyIoError);
    const rows = radonRows?.get(place.imageId) ?? [];
    const noted: ExportNote[] = [];
    const image = await failures.ofImage(place, sink, async (files) => {
      const writer = new ImageWriter(dataset.record(place.imageId), place, files, noted);
      if (options.includeTiff !== false) {
        await writer.writePixels();
      }
      const written = { ...(await writer.writeSidecars(formats)), radonRows: rows };
      const origin = await originInExport(dataset.record(place.imageId), place);
      if ((await writer.hasTrace()) && rows.length === 0 && radonRows !== undefined) {
        noted.push({
          path: place.relPath,
          reason: `${POOLED_TABLES.radon} has no rows of this image: index the dataset first`,
        });
      }
      return { written, origin };
    });
    if (image !== undefined) {
      images.push(image.written);
      origins.push(image.origin);
      notes.push(...noted);
    }
    const { imageId, relPath: path } = place;
    options.onEvent?.({ imageId, path, done: index + 1, total: places.length });
  }
  notes.push(...notKeptNotes(origins));
  failures.assertSome(places.length);
  const ended = { images: images.length, leftOut: failures.leftOut(leftOut), notes, failed: failures.list };
  if (options.includeTables === false) {
    return { ...ended, tables: 0 };
  }
  const shared = options.absolutePaths === false ? images.map(withoutAbsolutePath) : images;
  const inOrder = shared.toSorted((a, b) => comparePaths(a.place.relPath, b.place.relPath));
  await sink.write(EVENT_DATABASE, eventDatabaseCsv(inOrder));
  if (radonRows === undefined) {
    if (!isRadonUnreadable) {
      const reason = `the dataset has no table ${POOLED_TABLES.radon}: index it first`;
      notes.push({ path: RADON_DATABASE, reason });
    }
    return { ...ended, tables: 1 };
  }
  await sink.write(RADON_DATABASE, radonDatabaseCsv(inOrder));
  return { ...ended, tables: 2 };
}

function withoutAbsolutePath(image: DatabaseImage): DatabaseImage {
  return { ...image, place: { ...image.place, path: image.place.relPath } };
}

async function radonRowsByImage(
  dataset: ZarrDataset,
): Promise<ReadonlyMap<string, readonly Row[]> | undefined> {
  if (!(await dataset.listTableNames()).includes(POOLED_TABLES.radon)) {
    return undefined;
  }
  const table = await dataset.loadTable(POOLED_TABLES.radon);
  const ids = columnOf(table, "image_id").map(String);
  return new Map(
    [...new Set(ids)].map((id) => [id, [...rowsOf(filterRows(table, (row) => ids[row] === id))]]),
  );
}

type Table = Awaited<ReturnType<ZarrImageRecord["loadParquet"]>>;

/** Writes the TIFFs and sidecars of one image. */
class ImageWriter {
  readonly #record: ZarrImageRecord;
  readonly #place: KymflowPlace;
  readonly #sink: ExportSink;
  readonly #notes: ExportNote[];
  /** Artifacts by name, so that those that several formats need are read, and noted if unreadable, only once. */
  readonly #json = new Map<string, Promise<string | undefined>>();
  readonly #tables = new Map<string, Promise<Table | undefined>>();

  constructor(record: ZarrImageRecord, place: KymflowPlace, sink: ExportSink, notes: ExportNote[]) {
    this.#record = record;
    this.#place = place;
    this.#sink = sink;
    this.#notes = notes;
  }

  /** Writes one TIFF, or one per channel if the acquisition came that way. */
  async writePixels(): Promise<void> {
    const { relPath, stem, fileName, folder } = this.#place;
    const image = await this.#record.loadArray();
    const [first] = (await this.#record.getAxes()) ?? [];
    if (first !== "c" || image.shape.length < 3 || !FIRST_CHANNEL_FILE.test(stem)) {
      await this.#writeTiff(relPath, image, 0);
      return;
    }
    const ending = fileName.slice(stem.length);
    for (let channel = 0; channel < (image.shape[0] ?? 0); channel++) {
      const number = String(channel + 1).padStart(3, "0");
      const name = stem.replace(FIRST_CHANNEL_FILE, `_C${number}$1`);
      await this.#writeTiff(`${folder}${name}${ending}`, channelOf(image, channel), 1);
    }
  }

  async #writeTiff(path: string, image: NdArray, firstAxis: number): Promise<void> {
    const { bytes, reason } = await pixelsForImageJ(this.#record, image, { firstAxis });
    if (bytes === undefined) {
      this.#notes.push({ path, reason });
    } else {
      await writeIfNameFits(this.#sink, path, bytes, this.#notes);
    }
  }

  async hasTrace(): Promise<boolean> {
    return (await this.#loadTable(ARTIFACTS.radonVelocity)) !== undefined;
  }

  async writeSidecars(formats: readonly SidecarFormat[]): Promise<Omit<DatabaseImage, "radonRows">> {
    const { folder, stem, fileName, parentFolder } = this.#place;
    const metadata =
      (await this.#loadText(ARTIFACTS.metadata)) === undefined
        ? undefined
        : await this.#record.loadJson(ARTIFACTS.metadata);
    const image: ImageToWrite = {
      shape: (await this.#record.openArray()).shape,
      fileName,
      parentFolder,
      calibration: lineScanCalibration(metadata),
      json: (name) => this.#loadText(name),
      table: (name) => this.#loadTable(name),
    };
    const written = new Set<string>();
    for (const format of formats) {
      const [ending = ""] = format.endings;
      const inFolder = format.folder === undefined ? "" : `${format.folder(parentFolder)}/`;
      const path = `${folder}${inFolder}${stem}${ending}`;
      if (format.write !== undefined && !written.has(path)) {
        const bytes = await this.#orNote(path, () => writtenBy(format, image, path));
        if (bytes !== undefined) {
          written.add(path);
          await writeIfNameFits(this.#sink, path, bytes, this.#notes);
        }
      }
    }
    const tables = await Promise.all(EVENT_ARTIFACTS.tables.map((name) => this.#loadTable(name)));
    const events = tables.find((table) => table !== undefined);
    return {
      place: this.#place,
      accepted: acceptedOf(metadata),
      events: events === undefined ? [] : eventsOf(events),
    };
  }

  #loadText(name: string): Promise<string | undefined> {
    const found =
      this.#json.get(name) ??
      this.#orNote(name, async () => {
        const value = await this.#record.loadJsonText(name);
        await this.#record.loadJson(name);
        return value.text;
      });
    this.#json.set(name, found);
    return found;
  }

  #loadTable(name: string): Promise<Table | undefined> {
    const found = this.#tables.get(name) ?? this.#readTable(name);
    this.#tables.set(name, found);
    return found;
  }

  async #readTable(name: string): Promise<Table | undefined> {
    const names = await this.#record.tables.list();
    return names.includes(name) ? this.#orNote(name, () => this.#record.tables.load(name)) : undefined;
  }

  /** Returns undefined for an artifact that is missing, and for one that cannot be read, which is noted. */
  async #orNote<T>(what: string, fn: () => Promise<T>): Promise<T | undefined> {
    try {
      return await fn();
    } catch (error) {
      if (isZarrStoreError(error, "not_found")) {
        return undefined;
      }
      if (isZarrStoreError(error, "invalid_file", "invalid_argument", "schema_mismatch")) {
        this.#notes.push({ path: this.#place.relPath, reason: `${what} is left out: ${error.message}` });
        return undefined;
      }
      throw error;
    }
  }
}

/**
 * Returns the bytes that a format writes.
 *
 * @throws LegacyIoError `invalid_argument` if the format throws an error of its own or gives neither text nor bytes.
 */
async function writtenBy(
  format: SidecarFormat,
  image: ImageToWrite,
  path: string,
): Promise<Uint8Array | undefined> {
  let content: unknown;
  try {
    content = await format.write?.(image);
  } catch (error) {
    if (isZarrStoreError(error) || isLegacyIoError(error)) {
      throw error;
    }
    throw formatFault(format, { relPath: path }, `it threw ${String(error)}`, error);
  }
  if (typeof content === "string") {
    return new TextEncoder().encode(content);
  }
  if (content !== undefined && !(content instanceof Uint8Array)) {
    throw formatFault(format, { relPath: path }, "it wrote neither text nor bytes", undefined);
  }
  return content;
}

function channelOf(image: NdArray, channel: number): NdArray {
  const [, ...shape] = image.shape;
  const slice = sliceNdArray(image, [{ start: channel, stop: channel + 1 }, ...shape.map(() => undefined)]);
  return { ...slice, shape };
}

function acceptedOf(metadata: unknown): boolean {
  return !(
    typeof metadata === "object" &&
    metadata !== null &&
    METADATA_KEYS.accepted in metadata &&
    metadata[METADATA_KEYS.accepted] === false
  );
}
