// Words a plan and its outcome as the report of a run or of a dry run.

import type { BundleFile, FolderScan, LegacyBundle, OrphanAnalysis } from "../folder/bundle.ts";
import { onlineOnlyFiles } from "../folder/online-only.ts";
import { wordOfImage } from "../folder/recordings/word-of-image.ts";
import { unrecognisedFiles } from "../folder/unrecognised-files.ts";
import type { FaultyRead } from "../readers/faulty-read.ts";
import { wordsOfFields } from "./decide-path-fields.ts";
import { IMAGE_CHANGED, type PlannedAction } from "./decide-refresh.ts";
import type { IngestItem, IngestReport } from "./ingest-report.ts";
import type { IngestPlan } from "./plan-ingest.ts";

type Update = Extract<PlannedAction, { readonly action: "update" }>;
type Reingest = Extract<PlannedAction, { readonly action: "reingest" }>;

/** The results for those acquisitions that a plan changes. */
export type PlanOutcome = Pick<
  IngestReport,
  "ingested" | "updated" | "unchanged" | "skipped" | "failed" | "conflicts" | "notes"
> & { readonly nRois: number };

/** The outcome of a step that did nothing. */
export const NOTHING_DONE: PlanOutcome = {
  ...{ ingested: [], updated: [], unchanged: [], skipped: [], failed: [], conflicts: [], notes: [] },
  nRois: 0,
};

/** Joins the outcomes of several steps, in their order. */
export function joinOutcomes(parts: readonly PlanOutcome[]): PlanOutcome {
  return {
    ingested: parts.flatMap(({ ingested }) => ingested),
    updated: parts.flatMap(({ updated }) => updated),
    unchanged: parts.flatMap(({ unchanged }) => unchanged),
    skipped: parts.flatMap(({ skipped }) => skipped),
    failed: parts.flatMap(({ failed }) => failed),
    conflicts: parts.flatMap(({ conflicts }) => conflicts),
    notes: parts.flatMap(({ notes }) => notes),
    nRois: parts.reduce((sum, { nRois }) => sum + nRois, 0),
  };
}

/**
 * Reports a plan as if every step had succeeded: the report of a dry run. It has no new image ids.
 *
 * `edited` lists, per image, the artifacts that were edited in the dataset and whose sidecar changed too: conflicts.
 */
export function reportOfPlan(
  plan: IngestPlan,
  scan: FolderScan,
  edited: ReadonlyMap<string, readonly string[]> = new Map(),
): IngestReport {
  const of = <A extends PlannedAction["action"]>(wanted: A): readonly (PlannedAction & { action: A })[] =>
    plan.actions.filter((action): action is PlannedAction & { action: A } => action.action === wanted);
  const editedOf = ({ imageId }: Update): readonly string[] => edited.get(imageId) ?? [];
  const updates = of("update").filter((update) => editedOf(update).length === 0);
  const conflicts = of("update").filter((update) => editedOf(update).length > 0);
  const report = reportOfRun(plan, scan, {
    ingested: plan.actions.flatMap((action): readonly IngestItem[] => {
      switch (action.action) {
        case "ingest":
          return [{ path: action.bundle.image.relPath }];
        case "reingest":
          return [{ path: action.bundle.image.relPath, reason: reasonOfReingest(action) }];
        default:
          return [];
      }
    }),
    updated: updates.filter(({ isImageChanged }) => !isImageChanged).map(itemOfUpdate),
    skipped: updates.filter(({ isImageChanged }) => isImageChanged).map(itemOfUpdate),
    unchanged: [],
    failed: [],
    conflicts: conflicts.map((update) => {
      const item = itemOfUpdate(update);
      return {
        ...item,
        reason: `${item.reason}; edited in the dataset since: ${editedOf(update).join(", ")}`,
      };
    }),
    notes: [],
    nRois: 0,
  });
  return { ...report, newImageIds: [] };
}

function isRecording({ recording }: LegacyBundle): boolean {
  return recording !== undefined;
}

function isOfZarr({ image }: LegacyBundle): boolean {
  return image.zarr !== undefined;
}

/** Reports what was done, and what the plan leaves alone. */
export function reportOfRun(plan: IngestPlan, scan: FolderScan, done: PlanOutcome): IngestReport {
  const left = plan.actions.flatMap((action) =>
    action.action === "unchanged" || action.action === "skip" || action.action === "fail" ? [action] : [],
  );
  const leftAs = (wanted: (typeof left)[number]["action"]): readonly IngestItem[] =>
    left.filter(({ action }) => action === wanted).map(itemOfLeft);
  const unreadable = plan.unreadable.map(({ relPath, reason }): IngestItem => ({ path: relPath, reason }));
  return {
    found: plan.actions.length + plan.unreadable.length,
    ingested: done.ingested,
    updated: done.updated,
    unchanged: [...leftAs("unchanged"), ...done.unchanged],
    skipped: [...leftAs("skip"), ...done.skipped],
    failed: [...unreadable, ...leftAs("fail"), ...done.failed],
    orphans: plan.orphans.map(itemOfOrphan),
    conflicts: done.conflicts,
    open: [],
    counts: {
      tiffs: scan.bundles.filter((bundle) => !isRecording(bundle) && !isOfZarr(bundle)).length,
      ...(scan.bundles.some(isOfZarr) && { omeZarrs: scan.bundles.filter(isOfZarr).length }),
      ...(scan.bundles.some(isRecording) && { recordings: scan.bundles.filter(isRecording).length }),
      headers: countSidecars(scan, ["olympus_header"]),
      classicJsons: countSidecars(scan, ["classic_json", "acqstore_json"]),
      rois: done.nRois,
    },
    notes: [...plan.actions.flatMap(notesOfVanished), ...done.notes],
    unrecognised: unrecognisedFiles(scan),
    newImageIds: done.ingested.flatMap(({ imageId }) => (imageId === undefined ? [] : [imageId])),
    ...(plan.pathFields && { pathFields: plan.pathFields }),
  };
}

/** Adds the acquisitions that were set aside because a file of theirs is online only. */
export function withNotDownloaded(report: IngestReport, aside: readonly LegacyBundle[]): IngestReport {
  const items = aside.map((bundle): IngestItem => {
    const names = onlineOnlyFiles(bundle).map(({ relPath }) => relPath);
    const are = names.length === 1 ? "is" : "are";
    const reason = `not downloaded: ${names.join(", ")} ${are} online only; download and run this again`;
    return { path: bundle.image.relPath, reason, kind: "not_downloaded" };
  });
  return { ...report, found: report.found + items.length, skipped: [...report.skipped, ...items] };
}

export function itemOfUpdate({ bundle, imageId, ...update }: Omit<Update, "action">): IngestItem {
  return { path: bundle.image.relPath, imageId, reason: reasonOfUpdate({ bundle, ...update }) };
}

/** Words why a record is changed. */
export function reasonOfUpdate(update: Omit<Update, "action" | "imageId" | "vanished">): string {
  const { bundle, known, sidecars, move, isImageChanged, again = [], folderFields } = update;
  const { areFoldersChanged = false, isSavedAgain = false } = update;
  const names = (files: readonly BundleFile[]): string => files.map(({ relPath }) => relPath).join(", ");
  const isKnown = ({ path }: BundleFile): boolean => known.sidecars.has(path);
  const changed = names(sidecars.filter(isKnown));
  const appeared = names(sidecars.filter((file) => !isKnown(file)));
  return [
    ...(isImageChanged ? [IMAGE_CHANGED] : []),
    ...(isSavedAgain
      ? [`the ${wordOfImage(bundle.image.relPath)} was saved again with the same pixels`]
      : []),
    ...(move === undefined ? [] : [`moved from ${placeOf(bundle, move.from)}`]),
    ...(changed === "" ? [] : [`changed beside it: ${changed}`]),
    ...(appeared === "" ? [] : [`new beside it: ${appeared}`]),
    ...(again.length === 0 ? [] : [reasonOfReading(again)]),
    ...(areFoldersChanged ? [`its folders say ${wordsOfFields(folderFields?.values ?? {})}`] : []),
  ].join("; ");
}

/** Names the readers that read an image again: `read again by the readers tiff, csv`. */
export function reasonOfReading(again: readonly FaultyRead[]): string {
  const readers = [...new Set(again.map(({ reader }) => reader))];
  return `read again by the ${readers.length === 1 ? "reader" : "readers"} ${readers.join(", ")}`;
}

export function reasonOfReingest({
  imageId,
  supersede,
  why = IMAGE_CHANGED,
}: Pick<Reingest, "imageId" | "supersede"> & { readonly why?: string | undefined }): string {
  return `${why}: a new record ${supersede ? "in place of" : "beside"} ${imageId}`;
}

function itemOfLeft(
  action: Extract<PlannedAction, { readonly action: "unchanged" | "skip" | "fail" }>,
): IngestItem {
  const { bundle, imageId } = action;
  const path = bundle.image.relPath;
  return action.action === "unchanged" ? { path, imageId } : { path, imageId, reason: action.reason };
}

function itemOfOrphan({ stem, folder, files }: OrphanAnalysis): IngestItem {
  const names = files.map(({ relPath }) => relPath).join(", ");
  return { path: folder === "" ? stem : `${folder}/${stem}`, reason: `no image for ${names}` };
}

/** Notes each file that is gone. The dataset keeps what was made from it. */
function notesOfVanished(action: PlannedAction): readonly IngestItem[] {
  if (!("vanished" in action)) {
    return [];
  }
  const { bundle, imageId, vanished } = action;
  return vanished.map((path) => ({
    path: placeOf(bundle, path),
    imageId,
    reason: "the file is gone; the dataset keeps what was made from it",
  }));
}

/** Returns a path relative to the scanned folder if it is inside, otherwise unchanged. */
function placeOf({ image }: LegacyBundle, path: string): string {
  const root = image.path.slice(0, -image.relPath.length);
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Counts the images that have a sidecar of one of these kinds. */
function countSidecars(scan: FolderScan, kinds: readonly string[]): number {
  return scan.bundles.filter(({ sidecars }) => sidecars.some(({ kind }) => kinds.includes(kind))).length;
}
