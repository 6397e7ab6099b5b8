// Runs an ingest or a refresh of a folder: scans it, plans, and carries the plan out.

import { basename, dirname, resolve } from "node:path";
import { wordsOfField } from "@kym/kym-schema/merge";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { saidOnce } from "../../content/acqstore/said-once.ts";
import { LegacyIoError } from "../../errors.ts";
import type { BundleFile, FolderScan, LegacyBundle } from "../../folder/bundle.ts";
import { withoutOnlineOnly } from "../../folder/online-only.ts";
import { namePattern } from "../../folder/paths/name-pattern.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import { isChannelPath } from "../../plan/compare-files.ts";
import type { RefreshRules } from "../../plan/decide-refresh.ts";
import type { IngestItem, IngestReport } from "../../plan/ingest-report.ts";
import type { KnownAcquisition, KnownAcquisitions } from "../../plan/known-acquisition.ts";
import { BATCH_LIMITS, planBatches } from "../../plan/plan-batches.ts";
import { type IngestPlan, planIngest } from "../../plan/plan-ingest.ts";
import {
  joinOutcomes,
  NOTHING_DONE,
  type PlanOutcome,
  reportOfPlan,
  reportOfRun,
  withNotDownloaded,
} from "../../plan/plan-report.ts";
import { findZarrImages, isZarrGroup, notesToTell } from "../ngff/find-zarr-images.ts";
import { noteSameScans } from "../ngff/note-same-scans.ts";
import { findRecordedScans } from "../recordings/find-recorded-scans.ts";
import { type ImageOfFiles, keepOriginals } from "../recordings/keep-originals.ts";
import { listOpenConflicts } from "../resolve/list-open-conflicts.ts";
import { previewRestore } from "../restore/preview-restore.ts";
import { isExportedFolder, restoreExport } from "../restore/restore-export.ts";
import { type RestoredKym, restoreKymImages } from "../restore/restore-kym.ts";
import { findAcqstoreLists, saveAcqstoreLists } from "../scan/acqstore-lists.ts";
import { findRecordings } from "../scan/find-recordings.ts";
import { gatherPlanFacts } from "../scan/gather-plan-facts.ts";
import { loadKnownFolder } from "../scan/load-known-folder.ts";
import { noteEqualImages } from "../scan/note-equal-images.ts";
import { noteGoneImages } from "../scan/note-gone-images.ts";
import { loadPathFields, savePathFields } from "../scan/path-fields-table.ts";
import { scanFolder } from "../scan/scan-folder.ts";
import type { ThreadOptions } from "../threads/image-threads.ts";
import { commitRecordUpdates, type UpdateToCommit } from "../update/commit-record-updates.ts";
import { previewConflicts } from "../update/update-record.ts";
import {
  type CommitNewImagesOptions,
  commitNewImages,
  type NewImage,
  sizeOfImages,
} from "./commit-new-images.ts";
import { findSavedAgain, type SettledPlan, updatesOf } from "./find-saved-again.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { ownPart, partOfPlan, partOfScan } from "./own-part.ts";
import { isReadOfTiff, missingImages, readImagesAgain, readsToRepeat } from "./read-images-again.ts";

/** The rules of a refresh, and whether to read again what a reader with a known fault may have read wrong. */
export interface SyncRules extends Omit<RefreshRules, "again"> {
  readonly again?: boolean | undefined;
  /** Whether every file is hashed, whatever its size and time say. */
  readonly verify?: boolean | undefined;
}

/** Brings a dataset up to date with a folder. A dry run stops after the plan and reports it. */
export async function syncFolder(
  dataset: ZarrDataset,
  folder: string,
  { again: isAgain = false, verify = false, ...ruled }: SyncRules,
  options: IngestFolderOptions & ThreadOptions,
): Promise<IngestReport> {
  const root = resolve(folder);
  const { shard } = options;
  const part = ownPart(shard);
  if (await isExportedFolder(root)) {
    if (shard !== undefined) {
      const hint = "an export is restored whole, by one process";
      throw new LegacyIoError("invalid_argument", `${root} is not divided into shards: ${hint}`, {
        path: root,
      });
    }
    if (isAgain) {
      const hint = "an export holds what was read before; give the folder that the images came from";
      throw new LegacyIoError("invalid_argument", `nothing can be read again from ${root}: ${hint}`, {
        path: root,
      });
    }
    if (options.pathFields) {
      const hint = "an export is restored as it was; give the folder that the images came from";
      throw new LegacyIoError("invalid_argument", `${root} has no folder names to read: ${hint}`, {
        path: root,
      });
    }
    return options.dryRun === true ? previewRestore(dataset, root) : restoreExport(dataset, root, options);
  }
  const { pattern, signal, includeSidecars = true } = options;
  const onFound = (tiffs: number, sizeBytes: number, recordings: number): void =>
    options.onEvent?.({ type: "found", tiffs, ...(recordings > 0 && { recordings }), sizeBytes });
  const { place, only } = await placeOfScan(root);
  const named = await scanFolder(place, { pattern, signal, formats: options.formats, onFound, only });
  const inFiles = await findRecordedScans(place, named, {
    limits: options.limits,
    signal,
    formats: sidecarFormats(options.formats),
  });
  const ofFolders = await findRecordings(place, inFiles.scan, signal);
  const isWanted = pattern === undefined ? (): boolean => true : namePattern(pattern);
  const ofZarr = await findZarrImages(place, ofFolders.scan, isWanted, signal);
  const { scan: scanned } = ofZarr;
  const found = includeSidecars
    ? await findAcqstoreLists(place, scanned)
    : { lists: [], notes: [], scan: scanned };
  const everything = absolutePaths(place, found.scan);
  const { acquisitions, ledger } = await loadKnownFolder(dataset);
  const { scan, notDownloaded: setAside } = withoutOnlineOnly(
    includeSidecars ? everything : withoutSidecars(everything),
  );
  const notDownloaded = setAside.filter(({ image }) => part.has(image.relPath));
  const known = includeSidecars ? acquisitions : channelsOnly(acquisitions);
  const again: RefreshRules["again"] = isAgain ? await readsToRepeat(dataset, options) : undefined;
  const pathFields = options.pathFields === undefined ? await loadPathFields(dataset) : options.pathFields;
  const { returnDeleted } = options;
  const rules = { ...ruled, again, pathFields: pathFields ?? undefined, returnDeleted };
  const facts = await gatherPlanFacts(scan, known, signal, { verifies: verify, isOwn: part.has });
  const whole = planIngest(scan, known, facts, rules);
  const allFormats = sidecarFormats(options.formats);
  const ownExports = ofZarr.exports.filter(({ image }) => part.has(image.relPath));
  const restored = await restoreKymImages(dataset, ownExports, { ...options, allFormats });
  const settled = await findSavedAgain(dataset, partOfPlan(whole, part), known, {
    ...options,
    allFormats,
    rules,
  });
  const { plan } = settled;
  const ofRecordings = [...inFiles.notes, ...ofFolders.notes, ...notesToTell(ofZarr.notes, plan.actions)];
  const isOwnNote = ({ path }: IngestItem): boolean => part.has(path);
  const missing = again === undefined ? [] : (await missingImages(root, whole, again)).filter(isOwnNote);
  const isMissing = new Set(missing.map(({ imageId }) => imageId));
  const gone = (await noteGoneImages(root, whole, withoutPaths(known, setAside))).filter(
    (note) => !isMissing.has(note.imageId) && isOwnNote(note),
  );
  const ownScan = partOfScan(scan, part);
  const foundInFolder =
    whole.actions.length + whole.unreadable.length + setAside.length + ofZarr.exports.length;
  const inShard = (report: IngestReport): IngestReport =>
    shard === undefined ? report : { ...report, shard: { ...shard, foundInFolder } };
  const [noteLists, noteRecordings] = part.isFirst ? [found.notes, ofRecordings] : [[], []];
  if (options.dryRun === true) {
    const formats = includeSidecars ? allFormats : undefined;
    const report = reportOfPlan(plan, ownScan, await conflictsToCome(dataset, settled, formats));
    const open = await openConflictsOf(dataset, plan);
    const notes = [...report.notes, ...missing, ...gone, ...noteLists, ...noteRecordings];
    return inShard(
      withNotDownloaded(withRestored({ ...report, open, notes }, restored, true), notDownloaded),
    );
  }
  const images = plan.actions.flatMap((action): readonly NewImage[] =>
    action.action === "ingest"
      ? [action]
      : action.action === "reingest"
        ? [{ bundle: action.bundle, former: action, folderFields: action.folderFields }]
        : [],
  );
  const updates = updatesOf(settled);
  const total = images.length + updates.length;
  const numFound = plan.actions.length + plan.unreadable.length + notDownloaded.length;
  options.onEvent?.({ type: "planned", toIngest: total, found: numFound });
  // A transaction that has to run again reads its files again.
  const read = new Set<string>();
  const identities = new Set(ledger.map(identityOf));
  const shared: CommitNewImagesOptions = {
    ...options,
    allFormats,
    isInLedger: (row) => identities.has(identityOf(row)),
    remember: async (transaction) => {
      if (options.pathFields !== undefined) {
        await savePathFields(transaction, options.pathFields ?? undefined);
      }
    },
    onRead: (path) => options.onEvent?.({ type: "read", path, done: read.add(path).size, total }),
  };
  if (shard !== undefined && total > 0) {
    // Shards that begin together would otherwise all make the dataset, and all but one read their files again.
    await dataset.upkeep.create({ signal });
    await dataset.transaction(shared.remember, { message: "remember folder names", signal });
  }
  const isReread = (update: UpdateToCommit): boolean => update.again?.some(isReadOfTiff) === true;
  const plain = updates.filter((update) => !isReread(update));
  const parts = [await carryOut(dataset, plain, [], shared)];
  // Each batch is committed before the next is read, so that a stopped run keeps its work.
  for (const batch of planBatches(updates.filter(isReread), sizeOfImages, BATCH_LIMITS)) {
    const reread = await readImagesAgain(dataset, batch, shared);
    parts.push({ ...NOTHING_DONE, skipped: reread.skipped, failed: reread.failed });
    parts.push(await carryOut(dataset, reread.updates, reread.images, shared));
  }
  parts.push(await carryOut(dataset, [], images, shared));
  if (total === 0 && numFound > 0 && options.pathFields !== undefined) {
    await dataset.transaction(shared.remember, { message: "remember folder names", signal });
  }
  const done = joinOutcomes(parts);
  const equal = [
    ...(await noteEqualImages(dataset, done.ingested)),
    ...(await noteSameScans(dataset, done.ingested)),
  ];
  const listed = await saveAcqstoreLists(dataset, place, found.lists, signal);
  const kept =
    options.keepOriginal === true ? await keepOriginals(dataset, imagesOfFiles(plan, done), signal) : [];
  const notes = [
    ...saidOnce(done.notes),
    ...kept,
    ...missing,
    ...gone,
    ...equal,
    ...noteLists,
    ...listed,
    ...noteRecordings,
  ];
  const report = reportOfRun(plan, ownScan, { ...done, notes });
  const open = await openConflictsOf(dataset, plan);
  return inShard(withNotDownloaded(withRestored({ ...report, open }, restored), notDownloaded));
}

/** Adds the images that were restored from exports. */
function withRestored(report: IngestReport, restored: RestoredKym, isDryRun = false): IngestReport {
  const { ingested, updated, unchanged, skipped, conflicts, failed, notes } = restored;
  const all = [ingested, updated, unchanged, skipped, conflicts, failed];
  const ids = isDryRun ? [] : ingested.flatMap(({ imageId }) => (imageId === undefined ? [] : [imageId]));
  const isAlone = report.found === 0 && restored.notes.length + all.flat().length > 0;
  return {
    ...report,
    counts: isAlone ? undefined : withExports(report.counts, all.flat().length),
    found: report.found + all.reduce((sum, list) => sum + list.length, 0),
    ingested: [...report.ingested, ...ingested],
    updated: [...report.updated, ...updated],
    unchanged: [...report.unchanged, ...unchanged],
    skipped: [...report.skipped, ...skipped],
    conflicts: [...report.conflicts, ...conflicts],
    failed: [...report.failed, ...failed],
    notes: [...report.notes, ...notes],
    newImageIds: [...report.newImageIds, ...ids],
  };
}

function withExports(counts: IngestReport["counts"], exports: number): IngestReport["counts"] {
  return counts === undefined || exports === 0
    ? counts
    : { ...counts, omeZarrs: (counts.omeZarrs ?? 0) + exports };
}

/** The images of a plan that are in the dataset now, new and old. */
function imagesOfFiles({ actions }: IngestPlan, { ingested }: PlanOutcome): readonly ImageOfFiles[] {
  const added = new Map(ingested.map(({ path, imageId }) => [path, imageId]));
  return actions.flatMap((action) => {
    const { bundle } = action;
    const imageId = added.get(bundle.image.relPath) ?? ("imageId" in action ? action.imageId : undefined);
    return imageId === undefined ? [] : [{ imageId, bundle }];
  });
}

async function carryOut(
  dataset: ZarrDataset,
  updates: readonly UpdateToCommit[],
  images: readonly NewImage[],
  options: CommitNewImagesOptions,
): Promise<PlanOutcome> {
  const refreshed = await commitRecordUpdates(dataset, updates, options);
  const added = await commitNewImages(dataset, images, options);
  return {
    ...refreshed,
    ingested: added.ingested,
    unchanged: [...refreshed.unchanged, ...added.takenInMeanwhile],
    failed: [...refreshed.failed, ...added.failed],
    notes: [...refreshed.notes, ...added.notes],
    nRois: added.nRois,
  };
}

/** Lists, per image, what would stay because it was edited in the dataset and its sidecar changed too. Reads the sidecars. */
async function conflictsToCome(
  dataset: ZarrDataset,
  settled: SettledPlan,
  formats: readonly SidecarFormat[] | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const edited = new Map<string, readonly string[]>();
  const history = (sha256: string) => dataset.history(sha256);
  for (const update of updatesOf(settled)) {
    edited.set(update.imageId, await previewConflicts(dataset, update, { formats, history }));
  }
  return edited;
}

/** The images of a plan that have open conflicts now. */
async function openConflictsOf(dataset: ZarrDataset, plan: IngestPlan): Promise<readonly IngestItem[]> {
  const unreadable = new Map<string, string>();
  const listed = await listOpenConflicts(dataset, {
    onUnreadable: (id, reason) => unreadable.set(id, reason),
  });
  const open = new Map(listed.map((image) => [image.imageId, image.conflicts]));
  return plan.actions.flatMap((action): readonly IngestItem[] => {
    const imageId = "imageId" in action ? action.imageId : "";
    const fault = unreadable.get(imageId);
    if (fault !== undefined) {
      const reason = `its open conflicts cannot be read: ${fault}`;
      return action.action === "fail" ? [] : [{ path: action.bundle.image.relPath, imageId, reason }];
    }
    const names = (open.get(imageId) ?? []).map(({ name }) => wordsOfField(name));
    return names.length === 0
      ? []
      : [{ path: action.bundle.image.relPath, imageId, reason: names.join(", ") }];
  });
}

/** Identifies a file by content and path, as the ledger does. */
export function identityOf({ source_sha256: sha256, source_primary_path: path }: SourceRow): string {
  return `${sha256 ?? ""} ${path}`;
}

/** A folder that is a Zarr group itself is looked at from the folder above it, of which it is the only entry that counts. */
async function placeOfScan(
  root: string,
): Promise<{ readonly place: string; readonly only: string | undefined }> {
  const isAlone = await isZarrGroup(root);
  return isAlone ? { place: dirname(root), only: basename(root) } : { place: root, only: undefined };
}

/** Makes the paths absolute, because the ledger knows files by absolute path. */
function absolutePaths(root: string, scan: FolderScan): FolderScan {
  const absolute = <F extends BundleFile>(file: F): F => ({
    ...file,
    path: resolve(root, file.relPath),
    ...(file.archive !== undefined && {
      archive: { ...file.archive, path: resolve(file.archive.path) },
    }),
    ...(file.container !== undefined && { container: resolve(file.container) }),
  });
  return {
    ...scan,
    bundles: scan.bundles.map((bundle) => ({
      ...bundle,
      image: absolute(bundle.image),
      otherChannels: bundle.otherChannels.map(absolute),
      sidecars: bundle.sidecars.map(absolute),
    })),
  };
}

/** What the dataset knows, without these acquisitions: they are not gone, only not downloaded. */
function withoutPaths(known: KnownAcquisitions, aside: readonly LegacyBundle[]): KnownAcquisitions {
  const paths = new Set(aside.map(({ image }) => image.path));
  return new Map([...known].filter(([path]) => !paths.has(path)));
}

/** The same scan as if there were TIFFs alone. */
export function withoutSidecars(scan: FolderScan): FolderScan {
  return { ...scan, bundles: scan.bundles.map((bundle) => ({ ...bundle, sidecars: [] })) };
}

/** What the dataset knows of the TIFFs alone. */
export function channelsOnly(known: KnownAcquisitions): KnownAcquisitions {
  const strip = (acquisition: KnownAcquisition): KnownAcquisition => ({
    ...acquisition,
    sidecars: new Map([...acquisition.sidecars].filter(([path]) => isChannelPath(path))),
  });
  return new Map([...known].map(([path, acquisition]) => [path, strip(acquisition)]));
}
