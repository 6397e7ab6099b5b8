// Reads what an undo brings back, and merges what was changed again since.

import { isZarrStoreError } from "../../errors.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { meaningOf } from "../layout.ts";
import type { ObjectSession } from "../session/object-session.ts";
import type { UndoDecision, UndoRefusal, UndoStep } from "./decide-undo.ts";
import type { UndoneFile } from "./undo-outcome.ts";
import type { UndoRules } from "./undo-rules.ts";

/** A file with the bytes that it gets; undefined deletes it. */
export interface PlannedFile extends UndoneFile {
  readonly imageId: ImageId;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Why nothing is undone. */
export interface RefusedUndo {
  readonly because: UndoRefusal;
  readonly paths: readonly StoreKey[];
  /** The fields of JSON that were changed again since, by path. */
  readonly fields: ReadonlyMap<StoreKey, readonly string[]>;
}

export type UndoPlan = { readonly files: readonly PlannedFile[] } | { readonly refused: RefusedUndo };

/** Where a plan reads from. */
export interface UndoReads {
  readonly view: Pick<ObjectSession, "read">;
  /** Bytes of the history; undefined if they are not there. */
  readonly history: (sha256: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Reads the bytes of everything that an undo changes.
 *
 * @throws {ZarrStoreError} `modified_outside` or `integrity` for a file that is not what was committed, `io`
 */
export async function planUndo(
  { restore, merge }: Extract<UndoDecision, { decision: "undo" }>,
  { view, history }: UndoReads,
  { merge: mergeText }: UndoRules,
  options: ReadOptions,
): Promise<UndoPlan> {
  const files: PlannedFile[] = [];
  const gone: StoreKey[] = [];
  const conflicts = new Map<StoreKey, readonly string[]>();
  const bytesOf = async (path: StoreKey, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const bytes = await unlessDamaged(history(sha256));
    if (bytes === undefined) {
      gone.push(path);
    }
    return bytes;
  };
  for (const step of restore) {
    if (step.replaced === null) {
      files.push({ ...placeOf(step), how: "deleted", bytes: undefined });
      continue;
    }
    const bytes = await bytesOf(step.path, step.replaced);
    if (bytes !== undefined) {
      files.push({ ...placeOf(step), how: "restored", bytes });
    }
  }
  for (const step of merge) {
    const { path, written, replaced } = step;
    const base = await bytesOf(path, written ?? "");
    const theirs = base && (await bytesOf(path, replaced ?? ""));
    const ours = theirs && (await view.read(path, options));
    if (base === undefined || theirs === undefined || ours === undefined) {
      continue;
    }
    const place = placeOf(step);
    const merged = mergeText?.(place.artifact, {
      base: textOf(base),
      ours: textOf(ours),
      theirs: textOf(theirs),
    });
    if (merged === undefined || merged.conflicts.length > 0) {
      conflicts.set(path, merged?.conflicts ?? []);
    } else if (merged.text !== textOf(ours)) {
      files.push({ ...place, how: "merged", bytes: new TextEncoder().encode(merged.text) });
    }
  }
  if (gone.length > 0) {
    return { refused: { because: "history_gone", paths: gone, fields: new Map() } };
  }
  if (conflicts.size > 0) {
    return { refused: { because: "changed_since", paths: [...conflicts.keys()], fields: conflicts } };
  }
  return files.length === 0
    ? { refused: { because: "as_before", paths: merge.map(({ path }) => path), fields: new Map() } }
    : { files };
}

/** A damaged object of the history is as good as none. */
async function unlessDamaged(
  reading: Promise<Uint8Array<ArrayBuffer> | undefined>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isZarrStoreError(error, "integrity")) {
      return undefined;
    }
    throw error;
  }
}

function placeOf({ path }: UndoStep): Pick<PlannedFile, "path" | "imageId" | "artifact"> {
  const meaning = meaningOf(path);
  if (meaning === undefined || !("name" in meaning)) {
    throw new TypeError(`${path} is not an artifact`);
  }
  return { path, imageId: meaning.imageId, artifact: meaning.name };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
