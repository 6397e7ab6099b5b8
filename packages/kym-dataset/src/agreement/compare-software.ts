// Compares the velocities that `kym analyze` computed with those of a lab's files, or of a second method.

import { ARTIFACTS } from "@kym/kym-schema";
import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../errors.ts";
import {
  findArtifact,
  loadTableArtifact,
  type ObjectHashes,
  tableArtifact,
} from "../indexer/artifact-ref.ts";
import { type ComparedRoi, compareTraces } from "./compare-traces.ts";

/** With what ours are compared: the traces of the lab's files, or those by correlation of lines. */
export type ComparedWith = "lab" | "lspiv";

export interface CompareSoftwareOptions extends ReadOptions {
  /** Default `lab`. */
  readonly with?: ComparedWith | undefined;
  /** Default: all images. */
  readonly imageIds?: readonly string[] | undefined;
  readonly onEvent?:
    | ((event: { readonly done: number; readonly total: number; readonly imageId: string }) => void)
    | undefined;
}

/** What became of one image. */
export type ComparedImage =
  | { readonly imageId: string; readonly rois: readonly ComparedRoi[] }
  | { readonly imageId: string; readonly missing: "other" | "ours" | "both" }
  | { readonly imageId: string; readonly message: string };

const OTHERS = { lab: ARTIFACTS.radonVelocity, lspiv: ARTIFACTS.flowLspiv } as const;

/**
 * Compares image by image, so that only one is in memory. An image that lacks a trace, or has one that cannot be read, is
 * named and does not stop the others.
 *
 * @example
 * for await (const image of compareSoftware(dataset)) console.log(image);
 * @throws {KymDatasetError} `aborted`; `not_found` for an id without an image
 */
export async function* compareSoftware(
  dataset: ZarrDataset,
  options: CompareSoftwareOptions = {},
): AsyncIterable<ComparedImage> {
  const { signal, onEvent, with: other = "lab" } = options;
  const hashes = await dataset.imageObjectHashes();
  const imageIds = options.imageIds ?? [...hashes.keys()];
  let done = 0;
  for (const imageId of imageIds) {
    throwIfAborted(signal, KymDatasetError);
    const seen = hashes.get(imageId);
    if (seen === undefined) {
      throw new KymDatasetError("not_found", `there is no image ${imageId}`, { path: imageId });
    }
    yield await compareImage(dataset, imageId, seen, { other, signal });
    done++;
    onEvent?.({ done, total: imageIds.length, imageId });
  }
}

async function compareImage(
  dataset: ZarrDataset,
  imageId: string,
  seen: ObjectHashes,
  { other, ...options }: ReadOptions & { readonly other: ComparedWith },
): Promise<ComparedImage> {
  const others = findArtifact(tableArtifact(OTHERS[other]), seen);
  const ours = findArtifact(tableArtifact(ARTIFACTS.flowVelocity), seen);
  if (others === undefined || ours === undefined) {
    return { imageId, missing: others === ours ? "both" : others === undefined ? "other" : "ours" };
  }
  try {
    const record = dataset.record(imageId, { asOf: "last look" });
    const theirs = await loadTableArtifact(record, others, { ...options, memory: "shared" });
    const own = await loadTableArtifact(record, ours, { ...options, memory: "shared" });
    return { imageId, rois: compareTraces(theirs, own) };
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_file", "schema_mismatch", "integrity", "modified_outside", "io")) {
      throw error;
    }
    return { imageId, message: error.message };
  }
}
