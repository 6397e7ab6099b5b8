// `migrate`: copies a dataset of the Python system, image by image, into one of ours.

import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isKymDatasetError, KymDatasetError } from "../errors.ts";
import { copyImage, imageDifference } from "./copy-image.ts";
import { copyMissingTables } from "./copy-missing-tables.ts";

export interface MigrateOptions {
  /** Reports what a run would do and writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Called when an image is done. */
  readonly onEvent?: ((event: MigrateEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Progress: one image is done. */
export interface MigrateEvent {
  readonly kind: "image";
  readonly imageId: string;
  readonly outcome: MigrateOutcome;
  readonly done: number;
  readonly total: number;
}

export type MigrateOutcome = "migrated" | "unchanged" | "conflict" | "failed";

/** An image that was not copied, and why. */
export interface MigrateProblem {
  readonly imageId: string;
  readonly reason: string;
}

/** The outcome for each image and table of the source. Image ids are sorted. */
export interface MigrateReport {
  readonly found: number;
  readonly migrated: readonly string[];
  /** Already in the target, with equal hashes. */
  readonly unchanged: readonly string[];
  /** Already in the target with different content, which stays. */
  readonly conflicts: readonly MigrateProblem[];
  readonly failed: readonly MigrateProblem[];
  readonly tables: {
    readonly copied: readonly string[];
    /** Already in the target; they stay. */
    readonly kept: readonly string[];
  };
}

/** Images per commit: thousands of images take tens of commits, and a kill loses the work on at most this many. */
const IMAGES_PER_COMMIT = 64;

/**
 * Copies a dataset, such as one of the Python system, into one of ours. The source is only read.
 *
 * - Ids, pixels, axes, attributes, artifacts, arrays and tables are copied. Artifact files keep every byte, even
 *   malformed ones.
 * - Every copied image is read back and compared with the source.
 * - What the target already has stays. A second run, or a run after an interruption, copies what is missing.
 * - An image that fails is in the report; the run goes on with the others.
 *
 * @example
 * const source = await openLocalDataset("old.zarr", { mode: "r" });
 * const { migrated, failed } = await migrate(source, target);
 * @throws {KymDatasetError} `read_only` for a target opened for reading; `invalid_argument` if it is the source itself;
 * `aborted`. What was committed before an abort stays, and a later run continues from there.
 * @throws {ZarrStoreError} errors of reading tables and of committing
 */
export async function migrate(
  source: ZarrDataset,
  target: ZarrDataset,
  options: MigrateOptions = {},
): Promise<MigrateReport> {
  const { dryRun = false, signal } = options;
  checkTarget(source, target);
  const imageIds = await source.listImageIds();
  const existing = new Set(await target.listImageIds());
  const outcomes = new Map<string, { readonly outcome: MigrateOutcome; readonly reason: string }>();
  const settle = (imageId: string, outcome: MigrateOutcome, reason = ""): void => {
    outcomes.set(imageId, { outcome, reason });
    options.onEvent?.({ kind: "image", imageId, outcome, done: outcomes.size, total: imageIds.length });
  };
  const compare = async (imageId: string, whereEqual: "migrated" | "unchanged"): Promise<void> => {
    const isNew = whereEqual === "migrated";
    try {
      const difference = await imageDifference(source, target, imageId, { signal });
      const differs = isNew ? "failed" : "conflict";
      settle(imageId, difference === undefined ? whereEqual : differs, difference);
    } catch (error) {
      settle(imageId, "failed", reasonOf(error, signal));
    }
  };
  for (const imageId of imageIds.filter((id) => existing.has(id))) {
    throwIfAborted(signal, KymDatasetError);
    await compare(imageId, "unchanged");
  }
  const missing = imageIds.filter((id) => !existing.has(id));
  for (let start = 0; start < missing.length; start += IMAGES_PER_COMMIT) {
    const batch = missing.slice(start, start + IMAGES_PER_COMMIT);
    throwIfAborted(signal, KymDatasetError);
    if (dryRun) {
      for (const imageId of batch) {
        settle(imageId, "migrated");
      }
      continue;
    }
    const failures = await copyImages(source, target, batch, signal);
    for (const imageId of batch) {
      const reason = failures.get(imageId);
      await (reason === undefined ? compare(imageId, "migrated") : settle(imageId, "failed", reason));
    }
  }
  const tables = await copyMissingTables(source, target, { dryRun, signal });
  const withOutcome = (wanted: MigrateOutcome): readonly MigrateProblem[] =>
    imageIds.flatMap((imageId) => {
      const settled = outcomes.get(imageId);
      return settled?.outcome === wanted ? [{ imageId, reason: settled.reason }] : [];
    });
  const idsOf = (wanted: MigrateOutcome): readonly string[] =>
    withOutcome(wanted).map(({ imageId }) => imageId);
  return {
    found: imageIds.length,
    migrated: idsOf("migrated"),
    unchanged: idsOf("unchanged"),
    conflicts: withOutcome("conflict"),
    failed: withOutcome("failed"),
    tables,
  };
}

/**
 * Copies a batch in one commit. If an image makes it fail, each image gets a commit of its own.
 *
 * @returns the reason for each image that failed
 */
async function copyImages(
  source: ZarrDataset,
  target: ZarrDataset,
  imageIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  try {
    await target.transaction(
      async (transaction) => {
        for (const imageId of imageIds) {
          throwIfAborted(signal, KymDatasetError);
          await copyImage(source, transaction, imageId, { signal });
        }
      },
      { message: `migrate ${imageIds.length} images`, signal },
    );
    return new Map();
  } catch (error) {
    const reason = reasonOf(error, signal);
    const [only, ...others] = imageIds;
    if (only !== undefined && others.length === 0) {
      return new Map([[only, reason]]);
    }
  }
  const failures = new Map<string, string>();
  for (const imageId of imageIds) {
    for (const [id, reason] of await copyImages(source, target, [imageId], signal)) {
      failures.set(id, reason);
    }
  }
  return failures;
}

function checkTarget(source: ZarrDataset, target: ZarrDataset): void {
  if (target.mode === "r") {
    throw new KymDatasetError(
      "read_only",
      `${target.location} is opened read-only: open it with mode "a" to migrate into it`,
      {
        path: target.location,
      },
    );
  }
  if (source === target) {
    throw new KymDatasetError("invalid_argument", `${target.location} cannot be migrated into itself`, {
      path: target.location,
    });
  }
}

/** The message of an error that concerns one image. @throws the error if it is an abort or concerns the whole target */
function reasonOf(error: unknown, signal: AbortSignal | undefined): string {
  if (
    signal?.aborted ||
    isKymDatasetError(error, "aborted") ||
    isZarrStoreError(error, "aborted", "read_only")
  ) {
    throw error;
  }
  return error instanceof Error ? error.message : String(error);
}
