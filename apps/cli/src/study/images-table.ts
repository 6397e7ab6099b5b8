// The table of images that `query`, `ls` and `--where` ask: one row per image, with all that is known without its pixels.

import {
  buildDatasetViewTable,
  type Indexer,
  KymDataset,
  type ListedRecord,
  summarizeRecords,
} from "@kym/kym-dataset";
import { ARTIFACTS, COLUMNS, loadMetadataText, parseMetadata, sourcePathOf } from "@kym/kym-schema";
import { ANALYSIS_STATES, isSameStep } from "@kym/kym-schema/calibration";
import { CALIBRATION_SOURCES, EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { IMAGE_LIST_COLUMNS, IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import {
  type Column,
  isZarrStoreError,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";

import { imagePartKey, imagePartOf } from "@kym/zarr-store/layout";
import { type ReadOptions, runBounded } from "@kym/zarr-store/runtime";
import { schemaOfTable } from "@kym/zarr-store/table";
import type { BlindNames } from "../blind/blind-names.ts";
import { blindRow } from "./blind.ts";
import { localTime } from "./image-overview.ts";
import { INDEXERS } from "./indexers.ts";

/** The name that the table has in SQL. */
export const IMAGES_TABLE = "images";

/** The images of a dataset at one version of it. */
export interface ImagesTable {
  /** {@link IMAGES_COLUMNS}, then rows, staleness and analysis state of each pooled table. */
  readonly columns: readonly Column[];
  /** Sorted by path, then id; by name if they are blind. */
  readonly rows: readonly Row[];
  /** Files that another program changed or removed: what only they say of the image is NULL. Sorted by image. */
  readonly unread: readonly UnreadFile[];
}

/** A file of an image that has other bytes than the log says, or is gone. */
export interface UnreadFile {
  readonly imageId: string;
  /** Path below the image, such as `analysis/metadata.json`. */
  readonly key: string;
}

export interface ImagesTableOptions extends ReadOptions {
  /** Columns that tell what a scan is exist, but are NULL, and these names stand in the place of ids. */
  readonly blind?: BlindNames | undefined;
}

/** How many images are read at once. */
const CONCURRENCY = 16;

/**
 * Reads the manifest, the pooled tables and the metadata of each image; no pixels.
 *
 * @throws {ZarrStoreError} errors of reading them
 */
export async function loadImagesTable(
  dataset: ZarrDataset,
  { blind, signal }: ImagesTableOptions = {},
): Promise<ImagesTable> {
  return dataset.readConsistently(async () => {
    const view = await buildDatasetViewTable(dataset, { indexers: INDEXERS, signal });
    const ofTables = schemaOfTable(view).columns.slice(IMAGE_LIST_COLUMNS.length);
    const columns = [...IMAGES_COLUMNS, ...ofTables];
    const indexed = new Map(Array.from(rowsOf(view), (row) => [row[COLUMNS.imageId], row]));
    const hashes = new Map(
      (await dataset.loadSourcesIndex({ signal })).map((row) => [row.image_id, row.source_sha256]),
    );
    const kym = new KymDataset(dataset);
    const rows: Row[] = [];
    const unread: UnreadFile[] = [];
    await runBounded(
      await summarizeRecords(dataset, { signal }),
      async (image) => {
        const metadata = await readMetadata(dataset.record(image.imageId), { signal });
        const ofImage = indexed.get(image.imageId) ?? {};
        const cells: Row = {
          ...listedCells(image),
          ...indexCells(
            metadata.isOurs ? await settled(kym, image.imageId, ofImage, { signal }) : ofImage,
            ofTables,
          ),
          source_sha256: hashes.get(image.imageId) ?? null,
          ...(await storedCells(dataset, image, metadata.text, { signal })),
          // The summary in the image's zarr.json repeats some of what was committed.
          ...(!metadata.isOurs && {
            accepted: image.accepted,
            condition: image.condition,
            treatment: image.treatment,
          }),
        };
        if (!metadata.isOurs) {
          unread.push({ imageId: image.imageId, key: METADATA_KEY });
        }
        rows.push(Object.fromEntries(columns.map(({ name }) => [name, cells[name] ?? null])));
      },
      { concurrency: CONCURRENCY, signal },
    );
    return {
      columns,
      rows: (blind ? rows.map((row) => blindRow(row, blind)) : rows).sort(byFile),
      unread: unread.sort((a, b) => compare(a.imageId, b.imageId)),
    };
  });
}

/**
 * What a list of images says of files that it could not read.
 *
 * @param nameOf what an image is called; where files are hidden, the file is not named
 */
export function unreadNotes(
  { unread }: Pick<ImagesTable, "unread">,
  nameOf: (imageId: string) => string,
  { blind = false }: { readonly blind?: boolean } = {},
): readonly string[] {
  return unread
    .map(
      ({ imageId, key }) =>
        `${nameOf(imageId)}: ${blind ? "a file" : key} was changed or removed by another program, so what it says is not in the table`,
    )
    .sort();
}

function listedCells(image: ListedRecord): Row {
  const { imageId, relPath, secondsPerLine, axes, shape } = image;
  const [lines, px] = (shape ?? []).filter((_, axis) => axes?.[axis] !== "c").slice(-2);
  const channels = shape?.[axes?.indexOf("c") ?? -1] ?? 1;
  return {
    image_id: imageId,
    rel_path: relPath,
    file_name: relPath === null ? null : sourcePathOf(relPath).fileName,
    acquired_local: localTime(image.acquiredLocalEpochNs),
    um_per_px: image.umPerPx,
    ms_per_line: secondsPerLine === null ? null : inMilliseconds(secondsPerLine),
    lines: lines === undefined ? null : BigInt(lines),
    px: px === undefined ? null : BigInt(px),
    channels: shape === null ? null : BigInt(channels),
    dtype: image.dtype,
    n_rois: BigInt(image.nRois ?? 0),
    artifacts: artifactNames(image).join(","),
  };
}

/** The names without those of attachments, which are files of any name. */
function artifactNames({ imageId, analysisKeys }: ListedRecord): readonly string[] {
  const parts = analysisKeys.map((path) =>
    imagePartOf(path.slice(path.indexOf(imageId) + imageId.length + 1)),
  );
  return [...new Set(parts.flatMap((part) => (part && part.kind !== "attachment" ? [part.name] : [])))];
}

/** The product without the last binary digit, which only the multiplication adds: 1.14604, not 1.1460400000000002. */
function inMilliseconds(seconds: number): number {
  return Number((seconds * 1000).toPrecision(15));
}

/** From worst to best. If an image's rows differ, the worst is shown. */
const STATES: readonly string[] = ANALYSIS_STATES;

/** Decides by the image's params and context where its hashes do not say whether its rows are fresh. */
async function settled(kym: KymDataset, imageId: string, indexed: Row, options: ReadOptions): Promise<Row> {
  const cells: Row = {};
  for (const indexer of INDEXERS) {
    const column = stalenessColumn(indexer);
    if (indexed[column] === "unknown") {
      Object.assign(cells, { [column]: (await kym.getStaleness(indexer, imageId, options)).state });
    }
  }
  return { ...indexed, ...cells };
}

function stalenessColumn({ tableName }: Pick<Indexer, "tableName">): string {
  return `staleness_${tableName}`;
}

/** The cells of each pooled table, and what they say together. */
function indexCells(indexed: Row, ofTables: readonly Column[]): Row {
  const states = INDEXERS.map(({ tableName }) => indexed[`analysis_state_${tableName}`]);
  const stale = INDEXERS.filter((indexer) => indexed[stalenessColumn(indexer)] === "stale");
  return {
    analysis_state: STATES.find((state) => states.includes(state)) ?? null,
    stale_tables: stale.map(({ tableName }) => tableName).join(","),
    ...Object.fromEntries(ofTables.map(({ name }) => [name, indexed[name] ?? null])),
  };
}

const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** The text of the metadata that a commit wrote; `isOurs` is false if another program changed or removed the file. */
async function readMetadata(
  record: ZarrImageRecord,
  options: ReadOptions,
): Promise<{ readonly text: string | undefined; readonly isOurs: boolean }> {
  try {
    return { text: await loadMetadataText(record, { ...options, ifUnreadable: "none" }), isOurs: true };
  } catch (error) {
    if (isZarrStoreError(error, "modified_outside", "integrity")) {
      return { text: undefined, isOurs: false };
    }
    throw error;
  }
}

/** What is not in the manifest: the experiment, and the hash of the pixels. */
async function storedCells(
  dataset: ZarrDataset,
  image: ListedRecord,
  text: string | undefined,
  options: ReadOptions,
): Promise<Row> {
  const record = dataset.record(image.imageId);
  const { experiment, accepted } = parseMetadata(text ?? "{}");
  const { pixels_sha256: pixels } = await record.attributes(options);
  const isCalibrated = image.umPerPx !== null || image.secondsPerLine !== null;
  // Loaded here, because most lists of images do without the readers of a lab's files.
  const { microscopeCalibration } = await import("@kym/legacy-io");
  const isUnsaid = isCalibrated && image.calibrationSource === null && text !== undefined;
  const microscope = isUnsaid ? microscopeCalibration(text) : undefined;
  const isMicroscopes =
    microscope !== undefined &&
    isStepOf(microscope.umPerPx, image.umPerPx) &&
    isStepOf(microscope.secondsPerLine, image.secondsPerLine);
  return {
    accepted,
    calibration_source:
      image.calibrationSource ??
      (isCalibrated ? (isMicroscopes ? CALIBRATION_SOURCES.olympus : CALIBRATION_SOURCES.noted) : null),
    pixels_sha256: typeof pixels === "string" ? pixels : null,
    ...Object.fromEntries(
      Object.entries(EXPERIMENT_KEYS).map(([field, key]) => [key, Reflect.get(experiment, field) ?? null]),
    ),
  };
}

/** A step that the header does not give was noted. */
function isStepOf(said: number | null, stored: number | null): boolean {
  return stored === null || (said !== null && isSameStep(said, stored));
}

function byFile(a: Row, b: Row): number {
  return compare(a[COLUMNS.relPath], b[COLUMNS.relPath]) || compare(a[COLUMNS.imageId], b[COLUMNS.imageId]);
}

function compare(a: Row[string], b: Row[string]): number {
  const [x, y] = [String(a ?? ""), String(b ?? "")];
  return x < y ? -1 : Number(x > y);
}
