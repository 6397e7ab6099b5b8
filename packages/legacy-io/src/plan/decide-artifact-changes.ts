import { imagePartKey, imagePartOf, isObjectOfPart } from "@kym/zarr-store/layout";
import { compareCodePoints } from "@kym/zarr-store/runtime";
import type { KnownSidecar } from "./known-acquisition.ts";

/** An artifact that the files of a folder make now, by {@link artifactKey}, and the absolute paths that it is made of. */
export interface MadeArtifact {
  readonly key: string;
  /** Of the object that it would be; undefined for an array, which is many. */
  readonly sha256: string | undefined;
  readonly from: readonly string[];
}

/** All that {@link decideArtifactChanges} goes by. Hashes are of objects, by key below `images/<id>/`. */
export interface UpdateFacts {
  readonly made: readonly MadeArtifact[];
  /** The sidecars that were taken in, by absolute path, with the objects that were made of them. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
  /** Objects that were made of no file, as they were made. */
  readonly unsourced: ReadonlyMap<string, string>;
  /** Sidecars that are in the folder, and of these those that changed or are new, and that cannot be understood now. */
  readonly present: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly unusable: ReadonlySet<string>;
  /** The objects of the image as they are in the dataset. */
  readonly current: ReadonlyMap<string, string>;
}

export type ConflictCause =
  /** The dataset's own copy is not what was taken in. */
  | "edited"
  /** It is also made of a file that is gone, or that cannot be understood any more. */
  | "source gone";

export interface ArtifactConflict {
  readonly key: string;
  readonly cause: ConflictCause;
  /** The changed files that would have replaced it. */
  readonly from: readonly string[];
}

export interface UpdateDecision {
  /** To be stored anew. */
  readonly write: readonly string[];
  /** As they were made before, but of other files. */
  readonly same: readonly string[];
  /** No file makes them any more. */
  readonly remove: readonly string[];
  /** Left as they are, although a file changed. */
  readonly conflicts: readonly ArtifactConflict[];
}

/**
 * What a change beside an image does to its artifacts (design §6): exactly those that the changed files make are replaced,
 * one that is made of several from all of them. What was edited in the dataset stays, and so does what a file that is gone,
 * or that is broken now, was needed for. Attachments are replaced, never removed.
 */
export function decideArtifactChanges(facts: UpdateFacts): UpdateDecision {
  const { made, known, present, changed, unusable } = facts;
  const isLost = (path: string): boolean => !present.has(path) || unusable.has(path);
  const changedOf = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => changed.has(path));
  const decision = {
    write: [] as string[],
    same: [] as string[],
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
      refuse(key, "edited", changedOf(from));
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

/** The objects of an artifact: itself, or the files below an array's directory. */
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

/** Of JSON and tables. */
function isAnalysisKey(key: string): boolean {
  const kind = imagePartOf(key)?.kind;
  return kind === "json" || kind === "parquet" || kind === "csv.gz";
}

/** Paths of the sidecars that an artifact was made of. */
function sourcesOf(key: string, known: ReadonlyMap<string, KnownSidecar>): readonly string[] {
  return [...known].flatMap(([path, { artifacts }]) =>
    artifacts.some((object) => isObjectOfPart(key, object.key)) ? [path] : [],
  );
}

/** The objects of an artifact with the hashes that they had when they were made. */
function madeBefore(key: string, { known, unsourced }: UpdateFacts): ReadonlyMap<string, string> {
  const sourced = [...known.values()].flatMap(({ artifacts }) =>
    artifacts.map((object): [string, string] => [object.key, object.sha256]),
  );
  return new Map([...unsourced, ...sourced].filter(([path]) => isObjectOfPart(key, path)));
}

/** True also for what was deleted since, and for what is there and was made of no file. */
function isEdited(
  key: string,
  was: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
): boolean {
  const now = objectsOf(key, current);
  return now.length !== was.size || now.some((object) => was.get(object.key) !== object.sha256);
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
