// Finds artifacts of images that another program changed or added, by the look that is remembered.

import type { CommitLog } from "../../commit/log/commit-log.ts";
import type { CommittedObject } from "../../commit/log/head.ts";
import { ANALYSIS } from "../../commit/object-path.ts";
import type { ObjectReader } from "../../commit/object-reader.ts";
import { commitKey, stagingOf } from "../../commit/records/control-keys.ts";
import { SeenFiles } from "../../commit/seen/seen-files.ts";
import { isZarrStoreError } from "../../errors.ts";
import { parseImageId } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { ReadableStore, StoreStat } from "../../store/key-value-store.ts";
import { isListableStore, type ReadOnlyStore } from "../../store/read-only-store.ts";
import { statsBelow } from "../../store/stats-below.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import { analysisFolder, imageGroup, meaningOf } from "../layout.ts";

/** An artifact that is not as the log has it. */
export interface OutsideChange {
  readonly imageId: string;
  /** The key of the file below the dataset's root. */
  readonly path: string;
  /**
   * - `changed`, `new`, `missing`: its bytes were compared.
   * - `perhaps`: only its size and times were.
   */
  readonly change: "changed" | "new" | "missing" | "perhaps";
}

export interface OutsideOptions extends ReadOptions {
  /** The images to look at. Default: all. */
  readonly imageIds?: readonly string[] | undefined;
  /**
   * What is compared: `hashes` reads every file that is not certainly the one of the last look; `stats` reads none, and says
   * only *perhaps*. Default `hashes`.
   */
  readonly by?: "hashes" | "stats" | undefined;
  /** Whether {@link OutsideLook.remember} may be called. Default false. */
  readonly remembers?: boolean | undefined;
}

/** What a look at the artifacts found. */
export interface OutsideLook {
  /** Sorted by path. */
  readonly changes: readonly OutsideChange[];
  /** How many files were read, because an earlier look did not say that they are certainly the same. */
  readonly readFiles: number;
  /** Keeps the hashes, so that the next look reads less. Does nothing where that is not possible or was not asked for. */
  remember(): Promise<void>;
}

export interface OutsideParts {
  readonly store: ReadableStore;
  readonly runtime: Runtime;
  readonly log: CommitLog;
  readonly reader: ObjectReader;
}

interface Look extends Omit<OutsideParts, "store"> {
  readonly store: ReadOnlyStore;
  readonly seen: SeenFiles | undefined;
  readonly options: OutsideOptions;
  /** A file without a look is as it was if it is older than this; undefined if times say nothing here. */
  readonly newestNs: bigint | undefined;
  /** Whether files of the head commit may still be staged. */
  readonly isUnpublished: boolean;
  readonly found: OutsideChange[];
  readonly counts: { readFiles: number };
}

/** What is found where there is nothing to look at. */
export const NOTHING_SEEN: OutsideLook = { changes: [], readFiles: 0, remember: async () => undefined };

const IMAGES_AT_ONCE = 8;
/** A record is dated by the host, its file by the file system. If they differ by more, the file was copied. */
const MOST_APART_MS = 60_000;
const SLACK_NS = 2_000_000_000n;

/**
 * Compares the artifacts of images, JSON and tables, with the log: the files below `images/<id>/analysis/`. A store that cannot be
 * listed has no changes that could be found.
 *
 * @throws {ZarrStoreError} `integrity` for a damaged log, `aborted`, `io`
 */
export async function findOutsideChanges(
  parts: OutsideParts,
  options: OutsideOptions = {},
): Promise<OutsideLook> {
  const { store, runtime, log } = parts;
  if (!isListableStore(store)) {
    return NOTHING_SEEN;
  }
  await log.refresh();
  const remembers = options.by !== "stats" && options.remembers === true;
  const seen = await SeenFiles.open(store, runtime, { remembers });
  const look: Look = {
    ...{ ...parts, store, seen, options, found: [], counts: { readFiles: 0 } },
    newestNs: options.by === "stats" ? await newestOf(store, log) : undefined,
    isUnpublished: log.head.txid !== "" && (await store.stat(stagingOf(log.head.txid))) !== undefined,
  };
  const ids = options.imageIds ?? log.head.sortedGroups().flatMap(imageIdOf);
  const unsure = options.by === "stats" ? notPlainlyAsLogged(look, ids) : ids;
  await runBounded(unsure, (id) => lookAtImage(look, id), {
    concurrency: IMAGES_AT_ONCE,
    signal: options.signal,
  });
  const found = options.by === "stats" ? look.found : await withoutStrays(look);
  return {
    changes: found.sort((a, b) => (a.path < b.path ? -1 : 1)),
    readFiles: look.counts.readFiles,
    remember: async () => {
      await (remembers ? seen?.save((path) => log.head.object(path) !== undefined) : undefined);
    },
  };
}

function imageIdOf(group: string): readonly string[] {
  return group === "" ? [] : [group.slice(group.indexOf("/") + 1)];
}

/** The time of the newest commit record, if the files of this dataset have the times at which they were written. */
async function newestOf(store: ReadOnlyStore, log: CommitLog): Promise<bigint | undefined> {
  const stat = await store.stat(commitKey(log.head.version));
  const record = await log.headRecord();
  return stat?.mtimeNs !== undefined &&
    record !== undefined &&
    Math.abs(stat.mtimeMs - Date.parse(record.committedUtc)) < MOST_APART_MS
    ? stat.mtimeNs + SLACK_NS
    : undefined;
}

/**
 * The images of which not every file plainly has the size and the time that it should have. Nearly all have, and are told from the
 * others without waiting for anything.
 */
function* notPlainlyAsLogged(look: Look, ids: readonly string[]): Generator<string> {
  const places = new WeakMap<readonly string[], ReadonlyMap<string, number>>();
  for (const id of ids) {
    throwIfAborted(look.options.signal);
    if (!isPlainlyAsLogged(look, id, places)) {
      yield id;
    }
  }
}

function isPlainlyAsLogged(
  look: Look,
  imageId: string,
  places: WeakMap<readonly string[], ReadonlyMap<string, number>>,
): boolean {
  const { store, log } = look;
  const id = parseImageId(imageId);
  const listing = log.head.storedGroup(imageGroup(id))?.listing();
  if (listing === undefined || store.visitBelow === undefined) {
    return false;
  }
  const folder = analysisFolder(id);
  const { names } = listing;
  const placeOf = places.get(names) ?? analysisPlaces(names);
  places.set(names, placeOf);
  let [missing, isPlain] = [placeOf.size, true];
  const isVisited = store.visitBelow(folder, (key, stat) => {
    const at = placeOf.get(key);
    if (at !== undefined) {
      missing--;
      const object = { sizeBytes: listing.sizeBytes(at), sha256: listing.sha256(at) };
      isPlain &&= isLikelySame(look, `${folder}/${key}`, object, stat);
    } else {
      isPlain &&= !isArtifact(`${folder}/${key}`);
    }
  });
  return isVisited && isPlain && missing === 0;
}

/** Where the files below an image's folder of artifacts are in a list of the names below the image, by their keys below that folder. */
function analysisPlaces(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    names.flatMap((name, at) => (name.startsWith(BELOW) ? [[name.slice(BELOW.length), at] as const] : [])),
  );
}

const BELOW = `${ANALYSIS}/`;

async function lookAtImage(look: Look, imageId: string): Promise<void> {
  const { store, log, options, found } = look;
  throwIfAborted(options.signal);
  const id = parseImageId(imageId);
  const folder = analysisFolder(id);
  const objects = await log.objectsOf(imageGroup(id));
  const stats = await statsBelow(store, folder, options);
  const there = new Set<string>();
  for (const [key, stat] of stats) {
    const path = `${folder}/${key}`;
    const object = isStoreKey(path) ? objects.get(path) : undefined;
    there.add(path);
    if (isStoreKey(path) && object !== undefined) {
      const change = await judge(look, path, object, stat);
      if (change !== undefined) {
        found.push({ imageId, path, change });
      }
    } else if (isStoreKey(path) && stat.kind === "file" && isArtifact(path)) {
      found.push({ imageId, path, change: options.by === "stats" ? "perhaps" : "new" });
    }
  }
  for (const [path, object] of objects) {
    if (!there.has(path) && path.startsWith(`${folder}/`)) {
      const change = await judge(look, path, object, undefined);
      if (change !== undefined) {
        found.push({ imageId, path, change });
      }
    }
  }
}

function isArtifact(path: string): boolean {
  const kind = meaningOf(path)?.kind;
  return kind === "json" || kind === "parquet" || kind === "csv.gz";
}

async function judge(
  look: Look,
  path: StoreKey,
  object: CommittedObject,
  stat: StoreStat | undefined,
): Promise<OutsideChange["change"] | undefined> {
  if (look.options.by !== "stats") {
    return judgeBytes(look, path, object, stat);
  }
  const isStaged = look.isUnpublished && object.txid === look.log.head.txid;
  return isStaged || isLikelySame(look, path, object, stat) ? undefined : "perhaps";
}

/** By size and time alone: what they propose is a question, not an answer. */
function isLikelySame(
  { seen, newestNs }: Look,
  path: string,
  object: Pick<CommittedObject, "sizeBytes" | "sha256">,
  stat: Pick<StoreStat, "kind" | "sizeBytes" | "mtimeNs"> | undefined,
): boolean {
  if (stat?.kind !== "file" || stat.sizeBytes !== object.sizeBytes) {
    return false;
  }
  const before = seen?.lastLook(path);
  if (before !== undefined && before.sha256 === object.sha256) {
    return before.mtimeNs === stat.mtimeNs;
  }
  return newestNs === undefined || stat.mtimeNs === undefined || stat.mtimeNs <= newestNs;
}

async function judgeBytes(
  { store, runtime, reader, seen, options, counts }: Look,
  path: StoreKey,
  object: CommittedObject,
  stat: StoreStat | undefined,
): Promise<OutsideChange["change"] | undefined> {
  const { signal } = options;
  if (stat !== undefined && stat.sizeBytes === object.sizeBytes) {
    if (seen?.trustedHash(path, stat) === object.sha256) {
      return undefined;
    }
    counts.readFiles++;
    const bytes = await store.get(path, { signal, expectedBytes: object.sizeBytes });
    if (bytes !== undefined && (await runtime.sha256(bytes)) === object.sha256) {
      seen?.note(path, stat, object.sha256);
      return undefined;
    }
  }
  try {
    // It may be of a commit that is being published, or that another writer has made since.
    await reader.read(path, { signal });
    return undefined;
  } catch (error) {
    if (!isZarrStoreError(error, "modified_outside", "integrity")) {
      throw error;
    }
    return (await store.stat(path)) === undefined ? "missing" : "changed";
  }
}

/** A file that a commit deleted, and that is back, is not new: repair deletes it again. */
async function withoutStrays({ found, store, runtime, log }: Look): Promise<OutsideChange[]> {
  const hashes = new Map<StoreKey, string>();
  for (const { path, change } of found) {
    const bytes = change === "new" && isStoreKey(path) ? await store.get(path) : undefined;
    if (bytes !== undefined && isStoreKey(path)) {
      hashes.set(path, await runtime.sha256(bytes));
    }
  }
  if (hashes.size === 0) {
    return found;
  }
  await log.refresh();
  const traces = await log.traces.of(hashes);
  return found.filter(({ path, change }) => {
    const key = isStoreKey(path) ? path : undefined;
    return (
      change !== "new" ||
      key === undefined ||
      (log.head.object(key) === undefined && traces.get(key)?.isKnown !== true && hashes.has(key))
    );
  });
}
