// Ingests scans that are whole, in one commit at most.

import type { ZarrDataset } from "@kym/zarr-store";
import type { FolderScan, LegacyBundle } from "../../folder/bundle.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { RefreshRules } from "../../plan/decide-refresh.ts";
import type { Attempt, DueScan } from "../../plan/decide-whole.ts";
import type { IngestEvent, IngestItem } from "../../plan/ingest-report.ts";
import { type BatchLimits, planBatches } from "../../plan/plan-batches.ts";
import { planIngest } from "../../plan/plan-ingest.ts";
import { NOTHING_DONE, type PlanOutcome, reportOfPlan, reportOfRun } from "../../plan/plan-report.ts";
import {
  type CommitNewImagesOptions,
  ingestBatch,
  type NewImage,
  sizeOfImages,
} from "../ingest/commit-new-images.ts";
import { findSavedAgain, type SettledPlan, updatesOf } from "../ingest/find-saved-again.ts";
import { channelsOnly, identityOf } from "../ingest/sync-folder.ts";
import { keepOriginals } from "../recordings/keep-originals.ts";
import { gatherPlanFacts } from "../scan/gather-plan-facts.ts";
import { type LoadedSidecars, loadKnownFolder } from "../scan/load-known-folder.ts";
import { loadPathFields, savePathFields } from "../scan/path-fields-table.ts";
import { reportOfUpdates, sizeOfSidecars, updateBatch } from "../update/commit-record-updates.ts";
import { attemptAfterFailure, type ChangeTimes, isAsSeen } from "./file-state.ts";
import type { WatchEvent, WatchOptions } from "./watch-options.ts";

/** Scans that a look found to be whole. */
export interface WholeScans {
  readonly root: string;
  readonly due: readonly DueScan[];
  /** What is whole of each due scan, by its path. Paths of files are absolute. */
  readonly bundles: ReadonlyMap<string, LegacyBundle>;
  readonly ctimesNs: ChangeTimes;
  /** Kept from one call to the next. */
  readonly loaded: LoadedSidecars;
}

/** What became of them. */
export interface WholeScansOutcome {
  readonly tried: readonly { readonly scan: DueScan; readonly attempt: Attempt }[];
  readonly events: readonly WatchEvent[];
  /** True if there was a commit. */
  readonly isCommitted: boolean;
}

/** More than in a commit of `ingestLegacyFolder`, because the next commit has to wait. */
const LIMITS: BatchLimits = { maxImages: 512, maxSizeBytes: 2 ** 31 };

type Lists = Omit<PlanOutcome, "nRois">;
type Committed = Extract<IngestEvent, { readonly type: "committed" }>;

/**
 * Ingests as many due scans as one commit takes: new and changed TIFFs, or else changed sidecars. A changed TIFF takes the
 * place of its record, but one that was saved again with the same pixels updates it. A scan that changes while it is read is left for a later look. The other scans stay due.
 *
 * @param updatesFirst do changed sidecars first, if there are any
 * @throws LegacyIoError `aborted` before anything was read; errors of the dataset.
 */
export async function commitWholeScans(
  dataset: ZarrDataset,
  whole: WholeScans,
  updatesFirst: boolean,
  options: WatchOptions,
): Promise<WholeScansOutcome> {
  const { due, bundles } = whole;
  await dataset.refresh();
  const before = dataset.version;
  const { acquisitions, ledger } = await loadKnownFolder(dataset, whole.loaded);
  const known = options.includeSidecars === false ? channelsOnly(acquisitions) : acquisitions;
  const scan = scanOf(whole);
  const facts = await gatherPlanFacts(scan, known, options.signal);
  const pathFields = options.pathFields === undefined ? await loadPathFields(dataset) : options.pathFields;
  const rules: RefreshRules = {
    mode: "reingest_if_changed",
    onChange: "supersede",
    pathFields: pathFields ?? undefined,
  };
  const allFormats = sidecarFormats(options.formats);
  const planned = planIngest(scan, known, facts, rules);
  const { plan, reread } = await findSavedAgain(dataset, planned, known, { ...options, allFormats, rules });
  if (options.dryRun === true) {
    const report = reportOfPlan(plan, scan);
    const tried = due.map((one) => ({ scan: one, attempt: "done" as const }));
    return { tried, events: [...eventsOf(report), ...eventsOfFailures(report.failed)], isCommitted: false };
  }
  // An update goes by all sidecars of an image: one that is left out would count as gone.
  const partial = new Set(due.filter(({ leftOut }) => leftOut.length > 0).map(({ path }) => path));
  const later = plan.actions.filter(
    ({ action, bundle }) => action === "update" && partial.has(bundle.image.relPath),
  );
  const changed = new Set<string>();
  const commits: Committed[] = [];
  const identities = new Set(ledger.map(identityOf));
  const done = await carryOut(
    dataset,
    { reread, plan: { ...plan, actions: plan.actions.filter((action) => !later.includes(action)) } },
    updatesFirst,
    {
      ...options,
      allFormats,
      isInLedger: (row) => identities.has(identityOf(row)),
      remember: async (transaction) => {
        if (options.pathFields !== undefined) {
          await savePathFields(transaction, options.pathFields ?? undefined);
        }
      },
      onRead: () => undefined,
      onEvent: (event) => {
        commits.push(...(event.type === "committed" && event.version > before ? [event] : []));
        options.onEvent?.(event);
      },
      refuse: async (bundle) => {
        if (await isAsSeen(bundle, whole.ctimesNs)) {
          return undefined;
        }
        changed.add(bundle.image.relPath);
        return "it changed while it was read";
      },
    },
  );
  const kept =
    options.keepOriginal === true
      ? await keepOriginals(
          dataset,
          done.ingested.flatMap(({ path, imageId }) => {
            const bundle = bundles.get(path);
            return bundle === undefined || imageId === undefined ? [] : [{ imageId, bundle }];
          }),
          options.signal,
        )
      : [];
  const left = reportOfRun(plan, scan, NOTHING_DONE);
  const attempts = new Map<string, Attempt>(
    [left.unchanged, left.skipped, done.ingested, done.updated, done.unchanged, done.skipped, done.conflicts]
      .flat()
      .map(({ path }) => [path, "done"]),
  );
  for (const { bundle } of later) {
    attempts.set(bundle.image.relPath, "blocked");
  }
  const failed = [...left.failed, ...done.failed].filter(({ path }) => !changed.has(path));
  for (const { path } of failed) {
    const bundle = bundles.get(path);
    attempts.set(path, bundle === undefined ? "open" : await attemptAfterFailure(bundle, whole.ctimesNs));
  }
  return {
    tried: due.map((one) => ({ scan: one, attempt: attempts.get(one.path) ?? "open" })),
    events: [
      ...eventsOf({
        ...done,
        skipped: [...left.skipped, ...done.skipped],
        notes: [...done.notes, ...kept],
      }),
      ...eventsOfFailures(failed.filter(({ path }) => attempts.get(path) !== "open")),
      ...commits.map(({ version, imageIds }) => ({ type: "committed" as const, version, imageIds })),
    ],
    isCommitted: commits.length > 0,
  };
}

function scanOf({ root, due, bundles }: WholeScans): FolderScan {
  const nothing = { orphans: [], unreadable: [], folderDatabases: [], unrecognised: [], ignored: [] };
  const whole = due.flatMap(({ path }) => bundles.get(path) ?? []);
  return { root, bundles: whole, ...nothing };
}

/** Does one batch of one kind of work. */
async function carryOut(
  dataset: ZarrDataset,
  settled: SettledPlan,
  updatesFirst: boolean,
  options: CommitNewImagesOptions,
): Promise<Lists> {
  const updates = updatesOf(settled);
  const images = settled.plan.actions.flatMap((action): readonly NewImage[] => {
    switch (action.action) {
      case "ingest":
        return [action];
      case "reingest":
        return [{ bundle: action.bundle, former: action, folderFields: action.folderFields }];
      default:
        return [];
    }
  });
  const [someUpdates] = planBatches(updates, sizeOfSidecars, LIMITS);
  const [someImages] = planBatches(images, sizeOfImages, LIMITS);
  if (someUpdates !== undefined && (updatesFirst || someImages === undefined)) {
    return { ...NOTHING_DONE, ...reportOfUpdates(await updateBatch(dataset, someUpdates, options)) };
  }
  if (someImages === undefined) {
    return NOTHING_DONE;
  }
  // What another process ingested meanwhile stays due, and is compared with what is there then.
  const { ingested, failed, notes } = await ingestBatch(dataset, someImages, options);
  return { ...NOTHING_DONE, ingested, failed, notes };
}

function eventsOf({ ingested, updated, conflicts, skipped, notes }: Lists): readonly WatchEvent[] {
  const typed = (
    type: "ingested" | "updated" | "conflict" | "skipped" | "note",
    items: readonly IngestItem[],
  ): readonly WatchEvent[] => items.map((item) => ({ type, ...item }));
  return [
    ...typed("ingested", ingested),
    ...typed("updated", updated),
    ...typed("conflict", conflicts),
    ...typed("skipped", skipped),
    ...typed("note", notes),
  ];
}

function eventsOfFailures(failed: readonly IngestItem[]): readonly WatchEvent[] {
  return failed.map((item) => ({ type: "failed", ...item }));
}
