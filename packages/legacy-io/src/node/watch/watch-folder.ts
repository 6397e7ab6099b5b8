// Watches a folder by listing it again and again, and ingests each scan once it is whole.

import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile, LegacyBundle } from "../../folder/bundle.ts";
import { withoutOnlineOnly } from "../../folder/online-only.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import {
  afterAttempts,
  afterLook,
  NOTHING_SEEN,
  type Seen,
  type SeenFile,
  type SeenScan,
} from "../../plan/decide-whole.ts";
import { withoutSidecars } from "../ingest/sync-folder.ts";
import { findRecordedScans, type KnownScans } from "../recordings/find-recorded-scans.ts";
import { isExportedFolder } from "../restore/restore-export.ts";
import { findRecordings, type KnownRecordings } from "../scan/find-recordings.ts";
import type { LoadedSidecars } from "../scan/load-known-folder.ts";
import { scanFolderWithTimes, type TimedScan } from "../scan/scan-folder.ts";
import { AlreadyTold } from "./already-told.ts";
import { commitWholeScans } from "./commit-whole-scans.ts";

import type { WatchEvent, WatchOptions } from "./watch-options.ts";

/** Listing the folder takes at most this share of the time. */
const MOST_OF_TIME_LOOKING = 0.2;

/**
 * Ingests scans while a microscope writes them, until `signal` aborts it or the caller leaves the loop.
 *
 * It lists the folder again and again, because drives on a network send no events. A scan is ingested when it is whole: two
 * looks at least `settleMs` apart, and those between them, found its TIFFs with the same size and times; none is empty; each
 * strip lies inside its file; and the files are the same after they were read.
 *
 * - A TIFF that changes later is ingested again in place of its record, which keeps its ROIs and `accepted`.
 * - A sidecar that comes or changes later updates the record, as `refreshFromFolder` does.
 * - A scan that cannot be read is tried again when it changes.
 * - There is one commit in `commitEveryMs` at most, and no lock between commits. Other programs can write meanwhile.
 * - After a kill, a new watch goes on where the dataset is. An abort lets the current commit finish.
 * - A folder or dataset that cannot be reached for a while is tried again.
 *
 * @throws LegacyIoError `not_found` or `io` if the folder cannot be listed at the beginning, `invalid_argument` if it is not a
 * folder, for the folder of an export, and for a time that is not a number from 0 to 1e9; `aborted`; errors of the dataset.
 *
 * @example
 * for await (const event of watchFolder(dataset, "lab/today", { signal })) {
 *   if (event.type === "ingested") console.log(event.path, event.imageId);
 * }
 */
export async function* watchFolder(
  dataset: ZarrDataset,
  folder: string,
  options: WatchOptions = {},
): AsyncGenerator<WatchEvent, void, void> {
  const { signal, settleMs = 5000, commitEveryMs = 10_000, untilIdleMs } = options;
  const { lookEveryMs = Math.max(100, settleMs / 2) } = options;
  assertTimes({ settleMs, commitEveryMs, lookEveryMs, untilIdleMs });
  const root = resolve(folder);
  if (await isExportedFolder(root)) {
    throw new LegacyIoError("invalid_argument", `${root} is an export of a dataset: ingest it instead`, {
      path: root,
    });
  }
  const told = new AlreadyTold(settleMs);
  const loaded: LoadedSidecars = new WeakMap();
  const known: Known = { recordings: new Map(), scans: new Map() };
  let state = NOTHING_SEEN;
  let updatesFirst = false;
  let mayCommitAtMs = Number.NEGATIVE_INFINITY;
  for (let isFirst = true; ; isFirst = false) {
    throwIfAborted(signal, LegacyIoError);
    const startedMs = performance.now();
    const timed = await lookAt(root, options, known).catch((error: unknown) => {
      if (isFirst || !isLegacyIoError(error, "not_found", "io")) {
        throw error;
      }
      return { delay: error.message };
    });
    const endedMs = performance.now();
    yield* told.delay("folder", timed);
    if (!("delay" in timed)) {
      const seen = afterLook(state, { startedMs, endedMs, scans: scansOf(timed) }, { settleMs });
      state = seen.state;
      yield* told.status(seen, timed.scan);
      yield* told.unreadable(timed.scan.unreadable, startedMs);
      const isQuiet = seen.due.length === 0 && startedMs - state.quietSinceMs >= settleMs;
      if (isQuiet && startedMs - state.quietSinceMs >= (untilIdleMs ?? Number.POSITIVE_INFINITY)) {
        return;
      }
      if (seen.due.length > 0 && endedMs >= mayCommitAtMs) {
        const { ctimesNs } = timed;
        const whole = { root, due: seen.due, bundles: wholeBundles(seen, timed), ctimesNs, loaded };
        const outcome = await commitWholeScans(dataset, whole, updatesFirst, options).catch(delayOf);
        const nextMs = performance.now() + commitEveryMs;
        yield* told.delay("dataset", outcome);
        if ("delay" in outcome) {
          mayCommitAtMs = nextMs;
        } else {
          mayCommitAtMs = outcome.isCommitted ? nextMs : mayCommitAtMs;
          state = afterAttempts(state, outcome.tried, nextMs);
          updatesFirst = !updatesFirst;
          yield* told.events(outcome.events);
        }
      }
    }
    const tookMs = endedMs - startedMs;
    const sinceMs = performance.now() - startedMs;
    const leastMs = Math.max(lookEveryMs, tookMs / MOST_OF_TIME_LOOKING);
    await pause(Math.max(0, leastMs - sinceMs), signal);
  }
}

/** A dataset that another program keeps busy, or whose drive fails, may be there again later. Throws any other error. */
function delayOf(error: unknown): { readonly delay: string } {
  if (isZarrStoreError(error, "conflict", "io") || isLegacyIoError(error, "io")) {
    return { delay: error.message };
  }
  throw error;
}

/** What was found in files that did not change since. */
interface Known {
  readonly recordings: KnownRecordings;
  readonly scans: KnownScans;
}

async function lookAt(
  root: string,
  { pattern, formats, limits, signal, includeSidecars }: WatchOptions,
  known: Known,
): Promise<TimedScan> {
  const timed = await scanFolderWithTimes(root, { pattern, formats, signal });
  const inFiles = await findRecordedScans(
    root,
    timed.scan,
    { limits, signal, formats: sidecarFormats(formats) },
    known.scans,
  );
  const { scan } = await findRecordings(root, inFiles.scan, signal, known.recordings);
  const whole = includeSidecars === false ? withoutSidecars(scan) : scan;
  // What a cloud has not downloaded yet is not there yet.
  return { ...timed, scan: withoutOnlineOnly(whole).scan };
}

function scansOf({ scan, ctimesNs }: TimedScan): readonly SeenScan[] {
  const seen = ({ path, container = path, relPath, sizeBytes, mtimeNs }: BundleFile): SeenFile => {
    return { relPath, sizeBytes, mtimeNs, ctimeNs: ctimesNs.get(container) ?? 0n };
  };
  return scan.bundles.map(({ image, otherChannels, sidecars }) => ({
    path: image.relPath,
    images: [image, ...otherChannels].map(seen),
    sidecars: sidecars.map(seen),
  }));
}

/** What is whole of each due scan: all of it but the sidecars that are still changing. */
function wholeBundles({ due }: Seen, { scan }: TimedScan): ReadonlyMap<string, LegacyBundle> {
  const leftOutOf = new Map(due.map(({ path, leftOut }) => [path, new Set(leftOut)]));
  return new Map(
    scan.bundles.flatMap((bundle): readonly (readonly [string, LegacyBundle])[] => {
      const leftOut = leftOutOf.get(bundle.image.relPath);
      const sidecars = bundle.sidecars.filter(({ relPath }) => leftOut?.has(relPath) === false);
      return leftOut === undefined ? [] : [[bundle.image.relPath, { ...bundle, sidecars }]];
    }),
  );
}

function assertTimes(times: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(times)) {
    if (value !== undefined && !(value >= 0 && value <= 1e9)) {
      throw new LegacyIoError("invalid_argument", `${name} is a number from 0 to 1e9, not ${value}`, {
        expected: "a number from 0 to 1e9",
        found: value,
      });
    }
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throwIfAborted(signal, LegacyIoError);
  }
}
