// Decides what changed sidecars do to the artifacts of an image: replace, merge, remove, keep or report a conflict.

import {
  imagePartKey,
  imagePartOf,
  isObjectOfPart,
  undottedChunkKey,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import { compareCodePoints } from "@kym/zarr-store/runtime";
import type { KnownSidecar } from "./known-acquisition.ts";

/** An artifact that the files of a folder give now. */
export interface MadeArtifact {
  /** Path relative to `images/<id>/`; see `artifactKey`. */
  readonly key: string;
  /** Hash of the object that would be stored; undefined for an array, which consists of several objects. */
  readonly sha256: string | undefined;
  /** Absolute paths of the files that the artifact is made from. */
  readonly from: readonly string[];
}

/**
 * The input of {@link decideArtifactChanges}. Objects are named by their path relative to `images/<id>/`, with the
 * SHA-256 of their bytes; sidecars are named by their absolute path.
 */
export interface UpdateFacts {
  readonly made: readonly MadeArtifact[];
  /** The sidecars that were ingested, with the objects that were made from them. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
  /** Objects that were made without any sidecar, with their hashes at that time. */
  readonly unsourced: ReadonlyMap<string, string>;
  /** Sidecars that are in the folder. */
  readonly present: ReadonlySet<string>;
  /** Sidecars in the folder that are new or changed. */
  readonly changed: ReadonlySet<string>;
  /** Sidecars in the folder that cannot be understood now. */
  readonly unusable: ReadonlySet<string>;
  /** The objects that the image has in the dataset now. */
  readonly current: ReadonlyMap<string, string>;
  /** Artifacts that are merged field by field if both sides changed them. */
  readonly mergeable: ReadonlySet<string>;
}

export type ConflictCause =
  /** The artifact was edited in the dataset since it was ingested. */
  | "edited"
  /** The artifact also needs a file that is gone or can no longer be understood. */
  | "source gone";

export interface ArtifactConflict {
  readonly key: string;
  readonly cause: ConflictCause;
  /** The changed files that would have replaced the artifact. */
  readonly from: readonly string[];
}

/** An artifact that the dataset and the files changed since it came last. */
export interface ArtifactMerge {
  readonly key: string;
  /** Hash of what came last; undefined if that is not known. */
  readonly base: string | undefined;
  /** The changed files. */
  readonly from: readonly string[];
}

export interface UpdateDecision {
  /** Artifacts to write. */
  readonly write: readonly string[];
  /** Artifacts with the same content as before, but made from other files: only provenance changes. */
  readonly same: readonly string[];
  /** Artifacts to merge. */
  readonly merge: readonly ArtifactMerge[];
  /** Artifacts to delete, because no file gives them any more. */
  readonly remove: readonly string[];
  /** Artifacts that stay as they are although one of their files changed. */
  readonly conflicts: readonly ArtifactConflict[];
}

/**
 * Decides what changed sidecars do to the artifacts of an image. Reads nothing.
 *
 * - Only artifacts made from a changed file are replaced. An artifact made from several files is rebuilt from all of them.
 * - An artifact that was edited in the dataset is merged if it can be. Any other stays, and is reported as a conflict.
 * - An artifact that needs a file that is gone or broken now stays too.
 * - Attachments are replaced but never removed.
 */
export function decideArtifactChanges(facts: UpdateFacts): UpdateDecision {
  const { made, known, present, changed, unusable } = facts;
  const isLost = (path: string): boolean => !present.has(path) || unusable.has(path);
  const changedOf = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => changed.has(path));
  const decision = {
    write: [] as string[],
    same: [] as string[],
    merge: [] as ArtifactMerge[],
    remove: [] as string[],
    conflicts: [] as ArtifactConflict[],
  };
  const refuse = (key: string, cause: ConflictCause, from: readonly string[]): void => {
    if (from.length > 0) {
      decision.conflicts.push({ key, cause, from });
    }
  };
  for (const { key, sha256, from } of made) {
    const before = sourcesOf(key, known);
    const isSourcesSame = before.length === from.length && before.every((path) => from.includes(path));
    const isFromChanged = changedOf(from).length > 0;
    if (isSourcesSame && !isFromChanged) {
      continue;
    }
    const was = madeBefore(key, facts);
    const isContentSame = sha256 !== undefined && was.get(key) === sha256;
    if (!isAttachmentKey(key) && before.some(isLost)) {
      refuse(key, "source gone", isContentSame ? [] : changedOf(from));
    } else if (isContentSame) {
      decision.same.push(key);
    } else if (sha256 !== undefined && facts.current.get(key) === sha256) {
      decision.write.push(key);
    } else if (isEdited(key, was, facts.current)) {
      if (facts.mergeable.has(key) && facts.current.has(key) && isFromChanged) {
        decision.merge.push({ key, base: was.get(key), from: changedOf(from) });
      } else {
        refuse(key, "edited", changedOf(from));
      }
    } else {
      decision.write.push(key);
    }
  }
  const madeKeys = new Set(made.map(({ key }) => key));
  for (const key of knownArtifactKeys(known)) {
    const before = sourcesOf(key, known);
    const isReplaceable = isAnalysisKey(key) && !before.some(isLost);
    if (madeKeys.has(key) || !isReplaceable) {
      continue;
    }
    if (isEdited(key, madeBefore(key, facts), facts.current)) {
      refuse(key, "edited", changedOf(before));
    } else {
      decision.remove.push(key);
    }
  }
  return decision;
}

/** Lists the objects of an artifact, sorted by key: one for most kinds, for an array those below its directory. */
export function objectsOf(
  key: string,
  objects: ReadonlyMap<string, string>,
): readonly { readonly key: string; readonly sha256: string }[] {
  return [...objects]
    .filter(([path]) => isObjectOfPart(key, path))
    .map(([path, sha256]) => ({ key: path, sha256 }))
    .toSorted((a, b) => compareCodePoints(a.key, b.key));
}

export function isAttachmentKey(key: string): boolean {
  return imagePartOf(key)?.kind === "attachment";
}

/** True for the key of a JSON artifact or a table. */
function isAnalysisKey(key: string): boolean {
  const kind = imagePartOf(key)?.kind;
  return kind === "json" || kind === "parquet" || kind === "csv.gz";
}

/** Lists the sidecars that an artifact was made from. */
function sourcesOf(key: string, known: ReadonlyMap<string, KnownSidecar>): readonly string[] {
  return [...known].flatMap(([path, { artifacts }]) =>
    artifacts.some((object) => isObjectOfPart(key, object.key)) ? [path] : [],
  );
}

/** Returns the objects of an artifact, with the hashes that they had when ingest wrote them. */
function madeBefore(key: string, { known, unsourced }: UpdateFacts): ReadonlyMap<string, string> {
  const sourced = [...known.values()].flatMap(({ artifacts }) =>
    artifacts.map((object): [string, string] => [object.key, object.sha256]),
  );
  return new Map([...unsourced, ...sourced].filter(([path]) => isObjectOfPart(key, path)));
}

/** True if an artifact was changed, deleted or added in the dataset since ingest last wrote it. */
function isEdited(
  key: string,
  was: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
): boolean {
  const now = new Map(objectsOf(key, current).map((object) => [object.key, object.sha256]));
  const [then, since] = asOneForm(was, now);
  return since.size !== then.size || [...since].some(([path, sha256]) => then.get(path) !== sha256);
}

/**
 * An array that a migration copied has other chunk keys than when it was made, and so other metadata. Its chunks tell
 * whether it is the same.
 */
function asOneForm(
  was: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>] {
  const isDotted = (path: string): boolean => undottedChunkKey(path) !== undefined;
  const isCopied = [...was.keys()].some(isDotted) && ![...now.keys()].some(isDotted);
  if (!isCopied) {
    return [was, now];
  }
  const chunksOf = (objects: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map(
      [...objects]
        .filter(([path]) => !path.endsWith(`/${ZARR_NODE_NAME}`))
        .map(([path, sha256]) => [undottedChunkKey(path) ?? path, sha256]),
    );
  return [chunksOf(was), chunksOf(now)];
}

function knownArtifactKeys(known: ReadonlyMap<string, KnownSidecar>): ReadonlySet<string> {
  const objects = [...known.values()].flatMap(({ artifacts }) => artifacts.map(({ key }) => key));
  return new Set(
    objects.map((key) => {
      const part = imagePartOf(key);
      return part?.kind === "array" ? imagePartKey(part) : key;
    }),
  );
}
