// Writes a dataset as files from which it can be restored.

import type { ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { acqstoreEnding } from "../../export/acqstore-ending.ts";
import { EXPORT_INDEX, encodeExportIndex } from "../../export/export-index.ts";
import {
  EXPORT_MANIFEST,
  type ExportedImage,
  type ExportedTable,
  encodeExportManifest,
} from "../../export/export-manifest.ts";
import { EXPORT_MARKER } from "../../export/export-marker.ts";
import { type ExportPlan, type ImageInventory, planExport } from "../../export/plan-export.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { sameFileKey } from "../../folder/same-file-key.ts";
import { chosenImages, imagesLeftOut } from "./chosen-images.ts";
import { exportImage, exportTable, inventoryOf } from "./export-image.ts";
import {
  type ExportFolderOptions,
  type ExportNote,
  MAY_HAVE_PATHS,
  type WrittenFolder,
} from "./export-options.ts";
import { type PlacedImage, placesOf, renamedNotes, unchangedNotes } from "./image-places.ts";
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
  const plan = await planOf(dataset, imageIds, places, options);
  const placeOf = new Map((places ?? []).map((place) => [place.imageId, place]));
  const images: ExportedImage[] = [];
  const notes: ExportNote[] = [...renamedNotes(places ?? [])];
  for (const image of plan.images) {
    throwIfAborted(options.signal, LegacyIoError);
    const onLeftOut = (path: string): unknown => notes.push({ path, reason: MAY_HAVE_PATHS });
    images.push(await exportImage(dataset.record(image.imageId), image, sink, onLeftOut));
    const tiff = placeOf.get(image.imageId)?.fileName ?? "";
    for (const { kind, name, path } of image.artifacts) {
      if (kind === "attachment" && tiff !== "" && acqstoreEnding(tiff, name) === ".json") {
        notes.push(...(await unchangedNotes(dataset.record(image.imageId), path)));
      }
    }
    options.onEvent?.({
      imageId: image.imageId,
      path: image.pixels?.path ?? placeOf.get(image.imageId)?.relPath ?? image.imageId,
      done: images.length,
      total: plan.images.length,
    });
  }
  const only = others === undefined ? undefined : new Set(imageIds);
  const tables: ExportedTable[] = [];
  for (const table of plan.tables) {
    throwIfAborted(options.signal, LegacyIoError);
    const exported = await exportTable(dataset, table, sink, only);
    tables.push(...(exported === undefined ? [] : [exported]));
  }
  const written = new Set(tables.map(({ name }) => name));
  const leftOut = imagesLeftOut(
    others?.images ?? [],
    (await dataset.listTableNames()).filter((name) => !written.has(name)),
  );
  const index = places === undefined ? undefined : await sink.write(EXPORT_INDEX, indexOf(plan, placeOf));
  if (options.includeTiff !== false) {
    await sink.write(EXPORT_MANIFEST, encodeExportManifest({ images, tables, index, leftOut }));
  }
  return { images: images.length, tables: tables.length, leftOut, notes };
}

/** Gives a folder another name if the export has a file of its name. */
function besideOwnFiles(place: PlacedImage): PlacedImage {
  const [top = ""] = place.folder.split("/");
  const isInTheWay = OWN_FILES.some((name) => sameFileKey(name) === sameFileKey(top));
  const folder = isInTheWay ? `${top}~2${place.folder.slice(top.length)}` : place.folder;
  return { ...place, folder, relPath: `${folder}${place.fileName}` };
}

/** Plans the files. Reads names and headers only. */
async function planOf(
  dataset: ZarrDataset,
  imageIds: readonly string[],
  places: readonly PlacedImage[] | undefined,
  options: ExportFolderOptions,
): Promise<ExportPlan> {
  const images: ImageInventory[] = [];
  for (const imageId of places?.map((place) => place.imageId) ?? imageIds) {
    throwIfAborted(options.signal, LegacyIoError);
    images.push(await inventoryOf(dataset.record(imageId)));
  }
  return planExport(images, await dataset.listTableNames(), {
    includeTiff: options.includeTiff,
    includeTables: options.includeTables,
    ...(places && {
      places: new Map(places.map((place) => [place.imageId, place])),
      reserved: OWN_FILES,
    }),
  });
}

function indexOf(plan: ExportPlan, placeOf: ReadonlyMap<string, PlacedImage>): Uint8Array<ArrayBuffer> {
  return encodeExportIndex(
    plan.images.map(({ imageId, pixels }) => ({
      file: pixels?.path,
      imageId,
      sourceRelPath: placeOf.get(imageId)?.sourceRelPath,
    })),
  );
}
