// Finds out where each image of a dataset came from, for exports that put it back there.

import { ARTIFACTS, type Provenance, parseProvenance } from "@kym/kym-schema";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";
import { loadOriginals } from "../../content/recordings/originals.ts";
import { type ImageOrigin, type KymflowPlace, placeImages } from "../../export/kymflow/kymflow-place.ts";
import type { ExportedOrigin } from "../../export/not-kept-notes.ts";
import { storedFault } from "../files/stored-fault.ts";
import type { ExportNote } from "./export-options.ts";

/** An image's place in an export, and where it came from. */
export interface PlacedImage extends KymflowPlace {
  readonly sourceRelPath: string | undefined;
}

/**
 * Gives images a path in the export, by the path they came from. If several came from the same path, the newest keeps
 * it.
 */
export async function placesOf(
  dataset: ZarrDataset,
  imageIds: readonly string[],
): Promise<readonly PlacedImage[]> {
  const ages = new Map((await readableLedger(dataset)).map((row, index) => [row.image_id, index]));
  const origins = (await originsOf(dataset, imageIds)).toSorted(
    (a, b) => (ages.get(b.imageId) ?? -1) - (ages.get(a.imageId) ?? -1),
  );
  return placeImages(origins).map((place, index) => ({
    ...place,
    sourceRelPath: origins[index]?.sourceRelPath,
  }));
}

/** Says which images could not keep their names. */
export function renamedNotes(places: readonly PlacedImage[]): readonly ExportNote[] {
  return places
    .filter(({ isMoved }) => isMoved)
    .map(({ relPath: path }) => ({ path, reason: "renamed: another image came from the same path" }));
}

/** What {@link notKeptNotes} asks of an image in a place of an export. */
export async function originInExport(
  record: ReturnType<ZarrDataset["record"]>,
  { imageId, sourceRelPath, relPath }: PlacedImage,
): Promise<ExportedOrigin> {
  return {
    imageId,
    sourceRelPath,
    path: relPath,
    isOfRecording: (await record.json.list()).includes(ARTIFACTS.recordedScan),
    keepsOriginal: (await loadOriginals(record)).length > 0,
  };
}

const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/**
 * Says that acqstore's JSON is unchanged although the image was edited since: nothing is written into it.
 *
 * @param path where the export has the file
 */
export async function unchangedNotes(
  record: ReturnType<ZarrDataset["record"]>,
  path: string,
): Promise<readonly ExportNote[]> {
  const hashes = await record.objectHashes();
  const now = hashes.get(METADATA_KEY);
  const then = (await provenanceOf(record))?.sidecars.flatMap(({ artifacts }) =>
    artifacts.flatMap(({ key, sha256 }) => (key === METADATA_KEY ? [sha256] : [])),
  );
  return then === undefined || now === undefined || then.includes(now)
    ? []
    : [{ path, reason: "unchanged: what was edited in the dataset since is not in it" }];
}

/** Reads where images came from: their provenance says so, otherwise the ledger. */
export async function originsOf(
  dataset: ZarrDataset,
  imageIds: readonly string[],
): Promise<readonly ImageOrigin[]> {
  const rows = new Map((await readableLedger(dataset)).map((row) => [row.image_id, row]));
  const origins: ImageOrigin[] = [];
  for (const imageId of imageIds) {
    origins.push((await originOfRecord(dataset, imageId)) ?? originOfRow(imageId, rows.get(imageId)));
  }
  return origins;
}

/** Finds where an image came from in the ledger alone, without opening the image. */
export function originsInLedger(
  rows: Awaited<ReturnType<ZarrDataset["loadSourcesIndex"]>>,
): ReadonlyMap<string, ImageOrigin> {
  return new Map(rows.map((row) => [row.image_id, originOfRow(row.image_id, row)]));
}

function originOfRow(imageId: string, row: SourceRow | undefined): ImageOrigin {
  const primary = row?.source_primary_path;
  const relPath =
    row?.source_rel_path ?? primary?.slice(Math.max(primary.lastIndexOf("/"), primary.lastIndexOf("\\")) + 1);
  return { imageId, sourceRelPath: relPath, sourcePrimaryPath: primary };
}

/** The ledger; empty if its file cannot be read, which the export of the table reports. */
export async function readableLedger(dataset: ZarrDataset): Promise<readonly SourceRow[]> {
  try {
    return await dataset.loadSourcesIndex();
  } catch (error) {
    if (storedFault(error) === undefined) {
      throw error;
    }
    return [];
  }
}

async function originOfRecord(dataset: ZarrDataset, imageId: string): Promise<ImageOrigin | undefined> {
  const found = await provenanceOf(dataset.record(imageId));
  return found && { imageId, sourceRelPath: found.sourceRelPath, sourcePrimaryPath: found.sourcePrimaryPath };
}

/** Undefined if it cannot be read. An image that cannot be exported has a place all the same. */
async function provenanceOf(record: ReturnType<ZarrDataset["record"]>): Promise<Provenance | undefined> {
  try {
    const { text } = await record.loadJsonText(ARTIFACTS.provenance);
    return parseProvenance(text);
  } catch (error) {
    if (storedFault(error) === undefined) {
      throw error;
    }
    return undefined;
  }
}
