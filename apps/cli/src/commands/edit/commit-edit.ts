// Commits an edit of many images at once, and leaves out those that no longer match.

import { ARTIFACTS, changedScales, loadMetadataText } from "@kym/kym-schema";
import { type DatasetContents, jsonText, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { type ReadOptions, runBounded } from "@kym/zarr-store/runtime";
import { CliError, toCliError } from "../../terminal/cli-error.ts";
import type { ChosenImages } from "./choose-images.ts";
import { type FieldChange, type ImageEdit, planEdit, type WantedValues } from "./plan-edit.ts";

/** How many images are read at once. */
const CONCURRENCY = 16;

/** What was decided about one chosen image. */
export type EditOutcome =
  | { readonly imageId: string; readonly outcome: "edited"; readonly changes: readonly FieldChange[] }
  /** It has the wanted values already. */
  | { readonly imageId: string; readonly outcome: "unchanged" }
  /** It was chosen, but is gone or no longer matches. */
  | { readonly imageId: string; readonly outcome: "left out"; readonly reason: string };

/** The images to edit, and what each of them is to have. */
export interface EditRequest {
  readonly chosen: ChosenImages;
  readonly wantedOf: (imageId: string) => WantedValues;
  /** The name of an image, for errors. */
  readonly nameOf: (imageId: string) => string;
}

/**
 * Decides about every chosen image and writes nothing.
 *
 * @throws {CliError} `invalid_metadata`, `invalid_file`, naming the image
 */
export async function planEdits(
  dataset: DatasetContents,
  { chosen, wantedOf, nameOf }: EditRequest,
  options: ReadOptions,
): Promise<readonly EditOutcome[]> {
  const outcomes = new Map<string, EditOutcome>();
  await runBounded(
    chosen.imageIds,
    async (imageId) => {
      const { changes } = await planOf(dataset.record(imageId), wantedOf(imageId), nameOf(imageId), options);
      const isEdited = changes.length > 0;
      outcomes.set(imageId, {
        imageId,
        ...(isEdited ? { outcome: "edited", changes } : { outcome: "unchanged" }),
      });
    },
    { concurrency: CONCURRENCY, signal: options.signal },
  );
  return chosen.imageIds.flatMap((imageId) => outcomes.get(imageId) ?? []);
}

/**
 * Edits the chosen images in one commit. Each edit starts from what is stored at the commit: if another program changed an
 * image meanwhile, both changes are kept, and an image that is gone or no longer matches is left out.
 *
 * @throws {CliError} `invalid_metadata`, `invalid_file`, naming the image; then nothing is written
 * @throws {ZarrStoreError} errors of reading and committing
 */
export async function commitEdits(
  dataset: ZarrDataset,
  request: EditRequest,
  options: ReadOptions & { readonly message: string; readonly details: Readonly<Record<string, unknown>> },
): Promise<readonly EditOutcome[]> {
  const { chosen, wantedOf, nameOf } = request;
  const { signal, message, details } = options;
  let outcomes: readonly EditOutcome[] = [];
  await dataset.transaction(
    async (transaction) => {
      const matching = await matchingNow(dataset, chosen);
      const now: EditOutcome[] = [];
      for (const imageId of chosen.imageIds) {
        const record = transaction.record(imageId);
        if (!(await record.exists())) {
          now.push({ imageId, outcome: "left out", reason: "it was deleted meanwhile" });
        } else if (matching?.has(imageId) === false) {
          now.push({ imageId, outcome: "left out", reason: "it no longer matches" });
        } else {
          now.push(await editImage(record, wantedOf(imageId), nameOf(imageId), { signal }));
        }
      }
      outcomes = now;
    },
    // What --where asks for may lie elsewhere than in what is written.
    { message, details, signal, isolated: chosen.again !== undefined },
  );
  return outcomes;
}

/** Chooses again if there was a commit since; undefined if there was none, or only deletions could matter. */
async function matchingNow(
  dataset: ZarrDataset,
  { again, version }: ChosenImages,
): Promise<ReadonlySet<string> | undefined> {
  await dataset.refresh();
  return dataset.version === version ? undefined : again?.();
}

async function editImage(
  record: ZarrImageRecord,
  wanted: WantedValues,
  name: string,
  options: ReadOptions,
): Promise<EditOutcome> {
  const imageId = record.id;
  const { before, rank, changes, text } = await planOf(record, wanted, name, options);
  if (text === undefined) {
    return { imageId, outcome: "unchanged" };
  }
  await record.saveJson(ARTIFACTS.metadata, jsonText(text), options);
  // The array says the calibration too, for other programs. Its chunks stay.
  const scales = changedScales(before, text, rank);
  if (scales !== undefined) {
    await record.pixels.saveScales(scales, options);
  }
  return { imageId, outcome: "edited", changes };
}

/** Faults of an image's metadata. */
const NAMED: ReadonlySet<string> = new Set(["invalid_metadata", "invalid_file", "invalid_argument"]);

async function planOf(
  record: ZarrImageRecord,
  wanted: WantedValues,
  name: string,
  options: ReadOptions,
): Promise<ImageEdit & { readonly before: string | undefined; readonly rank: number }> {
  try {
    const before = await loadMetadataText(record, options);
    const { shape } = await record.openArray(options);
    return { ...planEdit({ metadataText: before, shape }, wanted), before, rank: shape.length };
  } catch (cause) {
    const { exitCode, code, message, details } = toCliError(cause);
    throw NAMED.has(code)
      ? new CliError(exitCode, code, `${name}: ${message}; nothing was written`, { details, cause })
      : cause;
  }
}
