// Finds what two copies of a dataset came from: the last commit of one of them that both have.

import type { CommitPoint, CommitRecord, DatasetCopies, ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { imageObjectOf, meaningOf } from "@kym/zarr-store/layout";
import { KymDatasetError } from "../errors.ts";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { type PullNote, pullNoteOf } from "./pull-note.ts";

/** The state of a copy at one commit, which the changes of both sides are compared with. */
export interface PullBase {
  /** Whose commit it is. One that both logs have counts as `ours`. */
  readonly of: "ours" | "theirs";
  readonly point: CommitPoint;
}

/** What happened to an image as a whole. */
export type WholeChange = "added" | "deleted";

/** A dataset, the other copy and what they came from, all as of one version each. */
export interface PullStart {
  readonly base: PullBase;
  /** The commit of the other copy that is pulled. */
  readonly taken: CommitPoint;
  /** Whether the other copy has done anything since the last commit that was pulled. */
  readonly hasNews: boolean;
  /**
   * Whether a pull that finds nothing to change is recorded all the same, so that the next one need not look back as far. It is not
   * if the other copy has only pulled what is here: two copies would record each other's pulls for ever.
   */
  readonly isRecorded: boolean;
  readonly ours: ReadonlyMap<string, ObjectHashes>;
  readonly theirs: ReadonlyMap<string, ObjectHashes>;
  /** The hashes of an image at the base; undefined if it did not exist. */
  baseOf(imageId: string): ObjectHashes | undefined;
  /** The hash that an object had at the base, if it changed on the side of the base since; null if it did not exist. */
  readonly before: ReadonlyMap<string, string | null>;
  /** The images that were added or deleted here since one copy last pulled from the other, but not by a pull. */
  readonly ownSince: ReadonlyMap<string, WholeChange>;
  /** The same of the other copy. */
  readonly theirSince: ReadonlyMap<string, WholeChange>;
  /** The paths of objects of kept images that either copy deleted since the last commit that both have. */
  readonly dropped: { readonly here: ReadonlySet<string>; readonly there: ReadonlySet<string> };
  /** The persons who changed an image in the other copy, as its records name them. */
  readonly personsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Compares the logs of two copies.
 *
 * The base is the last commit that both logs have. After pulls it is what was pulled last: the commit of the other copy that the
 * last pull of this one names, or the commit of this one that the last pull of the other names, if that was later.
 *
 * @throws {KymDatasetError} `unrelated` if the logs have no commit in common
 * @throws {ZarrStoreError} `integrity`, `io`; `conflict` if a dataset keeps changing
 */
export async function startPull(
  dataset: ZarrDataset,
  other: ZarrDataset,
  options: ReadOptions = {},
): Promise<PullStart> {
  return dataset.readConsistently(() => other.readConsistently(() => start(dataset, other, options)));
}

async function start(dataset: ZarrDataset, other: ZarrDataset, options: ReadOptions): Promise<PullStart> {
  const common = await dataset.copies.lastCommon(other.copies);
  const taken = await other.copies.newest();
  if (common === undefined || taken === undefined) {
    throw new KymDatasetError(
      "unrelated",
      `${dataset.location} and ${other.location} are not copies of one dataset: their logs have no commit in common`,
      { path: other.location },
    );
  }
  const own = await lookAt(dataset.copies, other.copies, common.version, options);
  const their = await lookAt(other.copies, dataset.copies, common.version, options);
  const base = decideBase(common, own.lastPull, their.lastPull);
  const side = base.of === "ours" ? dataset : other;
  const before = new Map<string, string | null>();
  for await (const { ops } of side.copies.recordsAfter(base.point.version, options)) {
    for (const { path, prev } of ops) {
      before.set(path, before.has(path) ? (before.get(path) ?? null) : prev);
    }
  }
  const [ours, theirs] = [await dataset.imageObjectHashes(), await other.imageObjectHashes()];
  const lastTaken = own.lastPull?.note.version ?? common.version;
  return {
    base,
    taken,
    hasNews: taken.version > lastTaken,
    isRecorded: base.of !== "ours" || their.ownWork > (their.lastPull?.at ?? 0),
    ours,
    theirs,
    baseOf: hashesBefore(base.of === "ours" ? ours : theirs, before),
    before,
    ownSince: wholeSince(own, their.lastPull),
    theirSince: wholeSince(their, own.lastPull),
    dropped: { here: own.dropped, there: their.dropped },
    personsOf: their.personsOf,
  };
}

/** A pull, and the version of the commit that recorded it. */
export interface RecordedPull {
  readonly at: number;
  readonly note: PullNote;
}

/** What one copy did to whole images since the last pull in either direction. */
function wholeSince(
  { whole, lastPull }: Look,
  pulledByOther: RecordedPull | undefined,
): ReadonlyMap<string, WholeChange> {
  const lastMet = Math.max(lastPull?.at ?? 0, pulledByOther?.note.version ?? 0);
  const changed = [...whole].filter(([, { version }]) => version > lastMet);
  return new Map(changed.map(([id, { change }]) => [id, change]));
}

interface Look {
  /** The newest pull from the other copy that was complete. */
  readonly lastPull: RecordedPull | undefined;
  /** The last version that changed images, and is not a pull from the other copy; 0 without one. */
  readonly ownWork: number;
  /** What last added or deleted an image, pulls from the other copy aside. */
  readonly whole: ReadonlyMap<string, { readonly change: WholeChange; readonly version: number }>;
  /** The paths of objects of kept images that it deleted. */
  readonly dropped: ReadonlySet<string>;
  readonly personsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

async function lookAt(
  copies: DatasetCopies,
  other: DatasetCopies,
  after: number,
  options: ReadOptions,
): Promise<Look> {
  let lastPull: RecordedPull | undefined;
  let ownWork = 0;
  const whole = new Map<string, { readonly change: WholeChange; readonly version: number }>();
  const dropped = new Set<string>();
  const personsOf = new Map<string, Set<string>>();
  for await (const record of copies.recordsAfter(after, options)) {
    const note = pullNoteOf(record);
    const isFromOther = note !== undefined && (await other.has(note));
    if (isFromOther && note.isComplete) {
      lastPull = { at: record.version, note };
    }
    const imageIds = imagesOf(record);
    if (!isFromOther && imageIds.size > 0) {
      ownWork = record.version;
    }
    for (const { path, op, prev } of isFromOther ? [] : record.ops) {
      const meaning = meaningOf(path);
      if (meaning?.kind === "record" && (op === "delete" || prev === null)) {
        whole.set(meaning.imageId, {
          change: op === "delete" ? "deleted" : "added",
          version: record.version,
        });
      }
    }
    for (const { path, op } of record.ops) {
      if (op === "delete" && meaningOf(path)?.kind === "kept") {
        dropped.add(path);
      }
    }
    const { person } = record.writer;
    for (const id of imageIds) {
      // What the other copy pulled from this one is not their work.
      const persons = isFromOther ? [] : (note?.persons ?? (person === undefined ? [] : [person]));
      personsOf.set(id, new Set([...(personsOf.get(id) ?? []), ...persons]));
    }
  }
  return { lastPull, ownWork, whole, dropped, personsOf };
}

function imagesOf({ ops }: CommitRecord): ReadonlySet<string> {
  return new Set(ops.flatMap(({ path }) => imageObjectOf(path)?.imageId ?? []));
}

/**
 * Decides which commit two copies came from. Decides only.
 *
 * @param ours the last pull of this copy, and the version that recorded it here
 * @param theirs the same of the other copy
 */
export function decideBase(
  common: CommitPoint,
  ours: RecordedPull | undefined,
  theirs: RecordedPull | undefined,
): PullBase {
  // Their pull got our state with our pull in it, so it is the later one.
  if (theirs !== undefined && (ours === undefined || ours.at <= theirs.note.version)) {
    return { of: "ours", point: pointOf(theirs.note) };
  }
  return ours === undefined ? { of: "ours", point: common } : { of: "theirs", point: pointOf(ours.note) };
}

function pointOf({ version, recordSha256 }: PullNote): CommitPoint {
  return { version, recordSha256 };
}

/** Rewinds the hashes of images to what they were before some changes. */
function hashesBefore(
  now: ReadonlyMap<string, ObjectHashes>,
  before: ReadonlyMap<string, string | null>,
): PullStart["baseOf"] {
  const changed = new Map<string, Map<string, string | null>>();
  for (const [path, prev] of before) {
    const object = imageObjectOf(path);
    if (object !== undefined) {
      const keys = changed.get(object.imageId) ?? new Map<string, string | null>();
      changed.set(object.imageId, keys.set(object.key, prev));
    }
  }
  return (id) => {
    const keys = changed.get(id);
    if (keys === undefined) {
      return now.get(id);
    }
    const hashes = new Map([...(now.get(id) ?? []), ...keys]);
    const existing = [...hashes].filter((entry): entry is [string, string] => entry[1] !== null);
    return existing.length === 0 ? undefined : new Map(existing);
  };
}
