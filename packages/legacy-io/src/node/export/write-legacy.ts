// Writes a dataset as files from which it can be restored.

import { ARTIFACTS } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { acqstoreEnding } from "../../export/acqstore/acqstore-ending.ts";
import { EXPORT_INDEX, encodeExportIndex } from "../../export/export-index.ts";
import {
  EXPORT_MANIFEST,
  type ExportedImage,
  type ExportedTable,
  encodeExportManifest,
} from "../../export/export-manifest.ts";
import { EXPORT_MARKER } from "../../export/export-marker.ts";
import type { ImageOrigin } from "../../export/kymflow/kymflow-place.ts";
import { notKeptNotes } from "../../export/not-kept-notes.ts";
import { type ExportPlan, type ImageInventory, planExport } from "../../export/plan-export.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { sameFileKey } from "../../folder/same-file-key.ts";
import { chosenImages, Failures } from "./chosen-images.ts";
import { exportImage, exportTable, inventoryOf } from "./export-image.ts";
import {
  type ExportFolderOptions,
  type ExportNote,
  MAY_HAVE_PATHS,
  type WrittenFolder,
} from "./export-options.ts";
import {
  originsInLedger,
  type PlacedImage,
  placesOf,
  readableLedger,
  renamedNotes,
  unchangedNotes,
} from "./image-places.ts";
import type { ExportSink } from "./staged-folder.ts";

/** The files that an export has at its top besides those of the dataset. */
const OWN_FILES = [EXPORT_MANIFEST, EXPORT_MARKER, EXPORT_INDEX];

/** Writes the images, their artifacts and the pooled tables, and `export.json`, which says what each file is. */
export async function writeLegacy(
  dataset: ZarrDataset,
  sink: ExportSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const { imageIds, leftOut: others } = await chosenImages(dataset, options);
  const places =
    options.layout === "lab"
      ? (await placesOf(dataset, imageIds))
          .map(besideOwnFiles)
          .toSorted((a, b) => comparePaths(a.relPath, b.relPath))
      : undefined;
  const failures = new Failures();
  const named = places ?? (await originsOfImages(dataset, imageIds));
  const { plan, inventories } = await planOf(dataset, { named, places, sink, failures }, options);
  const placeOf = new Map((places ?? []).map((place) => [place.imageId, place]));
  const originOf = new Map(named.map((image) => [image.imageId, image]));
  const images: ExportedImage[] = [];
  const notes: ExportNote[] = [...renamedNotes(places ?? [])];
  let done = failures.list.length;
  for (const image of plan.images) {
    throwIfAborted(options.signal, LegacyIoError);
    const onLeftOut = (path: string): unknown => notes.push({ path, reason: MAY_HAVE_PATHS });
    const origin = originOf.get(image.imageId) ?? image;
    const exported = await failures.ofImage(origin, sink, (files) =>
      exportImage(dataset.record(image.imageId), image, files, onLeftOut),
    );
    done++;
    images.push(...(exported === undefined ? [] : [exported]));
    const tiff = placeOf.get(image.imageId)?.fileName ?? "";
    for (const { kind, name, path } of exported === undefined ? [] : image.artifacts) {
      if (kind === "attachment" && tiff !== "" && acqstoreEnding(tiff, name) === ".json") {
        notes.push(...(await unchangedNotes(dataset.record(image.imageId), path)));
      }
    }
    options.onEvent?.({
      imageId: image.imageId,
      path: image.pixels?.path ?? placeOf.get(image.imageId)?.relPath ?? image.imageId,
      done,
      total: named.length,
    });
  }
  notes.push(...notKept(plan, inventories, originOf));
  failures.assertSome(imageIds.length);
  const isPart = images.length < imageIds.length;
  const only = others === undefined && !isPart ? undefined : new Set(images.map(({ imageId }) => imageId));
  const tables: ExportedTable[] = [];
  for (const table of plan.tables) {
    throwIfAborted(options.signal, LegacyIoError);
    const exported = await failures.ofTable(table.name, sink, (files) =>
      exportTable(dataset, table, files, only, others === undefined ? "whole" : "left out"),
    );
    tables.push(...(exported === undefined ? [] : [exported]));
  }
  const written = new Set(tables.map(({ name }) => name));
  const leftOut = failures.leftOut(
    others,
    (await dataset.listTableNames()).filter((name) => !written.has(name)),
  );
  const index =
    places === undefined ? undefined : await sink.write(EXPORT_INDEX, indexOf(plan, images, placeOf));
  if (options.includeTiff !== false) {
    await sink.write(EXPORT_MANIFEST, encodeExportManifest({ images, tables, index, leftOut }));
  }
  return { images: images.length, tables: tables.length, leftOut, notes, failed: failures.list };
}

/** Gives a folder another name if the export has a file of its name. */
function besideOwnFiles(place: PlacedImage): PlacedImage {
  const [top = ""] = place.folder.split("/");
  const isInTheWay = OWN_FILES.some((name) => sameFileKey(name) === sameFileKey(top));
  const folder = isInTheWay ? `${top}~2${place.folder.slice(top.length)}` : place.folder;
  return { ...place, folder, relPath: `${folder}${place.fileName}` };
}

interface PlanParts {
  readonly named: readonly (PlacedImage | ImageOrigin)[];
  readonly places: readonly PlacedImage[] | undefined;
  readonly sink: ExportSink;
  readonly failures: Failures;
}

/** Where images came from, by the ledger. */
async function originsOfImages(
  dataset: ZarrDataset,
  imageIds: readonly string[],
): Promise<readonly ImageOrigin[]> {
  const origins = originsInLedger(await readableLedger(dataset));
  return imageIds.map(
    (imageId) => origins.get(imageId) ?? { imageId, sourceRelPath: undefined, sourcePrimaryPath: undefined },
  );
}

/** Plans the files of the images that can be read. Reads names and headers only. */
async function planOf(
  dataset: ZarrDataset,
  { named, places, sink, failures }: PlanParts,
  options: ExportFolderOptions,
): Promise<{ readonly plan: ExportPlan; readonly inventories: readonly ImageInventory[] }> {
  const images: ImageInventory[] = [];
  for (const image of named) {
    throwIfAborted(options.signal, LegacyIoError);
    const inventory = await failures.ofImage(image, sink, () => inventoryOf(dataset.record(image.imageId)));
    images.push(...(inventory === undefined ? [] : [inventory]));
  }
  const plan = planExport(images, await dataset.listTableNames(), {
    includeTiff: options.includeTiff,
    includeTables: options.includeTables,
    ...(places && {
      places: new Map(places.map((place) => [place.imageId, place])),
      reserved: OWN_FILES,
    }),
  });
  return { plan, inventories: images };
}

/** Says of which recordings the dataset has only pixels and metadata. */
function notKept(
  { images }: ExportPlan,
  inventories: readonly ImageInventory[],
  originOf: ReadonlyMap<string, Pick<ImageOrigin, "sourceRelPath">>,
): readonly ExportNote[] {
  const pathOf = new Map(images.map(({ imageId, pixels }) => [imageId, pixels?.path]));
  return notKeptNotes(
    inventories.map(({ imageId, json, originals }) => ({
      imageId,
      sourceRelPath: originOf.get(imageId)?.sourceRelPath,
      path: pathOf.get(imageId),
      isOfRecording: json.includes(ARTIFACTS.recordedScan),
      keepsOriginal: originals !== undefined && originals.size > 0,
    })),
  );
}

function indexOf(
  plan: ExportPlan,
  written: readonly ExportedImage[],
  placeOf: ReadonlyMap<string, PlacedImage>,
): Uint8Array<ArrayBuffer> {
  const ids = new Set(written.map(({ imageId }) => imageId));
  const images = plan.images.filter(({ imageId }) => ids.has(imageId));
  return encodeExportIndex(
    images.map(({ imageId, pixels }) => ({
      file: pixels?.path,
      imageId,
      sourceRelPath: placeOf.get(imageId)?.sourceRelPath,
    })),
  );
}
