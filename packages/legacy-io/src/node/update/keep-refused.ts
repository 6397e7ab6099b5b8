// Keeps what came for artifacts and was not taken, and lists it among the open conflicts of an image.

import { isKymSchemaError } from "@kym/kym-schema";
import {
  type ArtifactArrival,
  conflictsAfterMerge,
  loadOpenConflicts,
  type OpenConflict,
  saveOpenConflicts,
  THEIRS_IN_ATTACHMENT,
  THEIRS_REMOVED,
} from "@kym/kym-schema/merge";
import { imagePartKey } from "@kym/zarr-store/layout";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey } from "../../content/image-content.ts";
import { incomingAttachment } from "../../folder/incoming-attachment.ts";
import { writeNpy } from "../../formats/npy.ts";
import { type ArtifactConflict, isAttachmentKey } from "../../plan/decide-artifact-changes.ts";
import { sha256Of } from "../files/sha256-of.ts";
import type { DecidedUpdate } from "./decide-update.ts";
import { deleteArtifact } from "./delete-artifact.ts";
import { artifactBytes } from "./hash-artifact.ts";
import type { ImageRecord, LookedUpdate } from "./look-at-record.ts";
import { METADATA_KEY } from "./metadata-origin.ts";

/** The attachment that keeps a file, by the file's path. */
export type KeptFiles = ReadonlyMap<string, { readonly key: string; readonly sha256: string }>;

export interface KeptRefused {
  readonly files: KeptFiles;
  /** Attachments that went, because all that they were kept for is settled. */
  readonly removed: readonly string[];
}

/** Keeps each file that was refused as an attachment, and updates the list of open conflicts. */
export async function keepRefused(
  record: ImageRecord,
  looked: LookedUpdate,
  decided: DecidedUpdate,
): Promise<KeptRefused> {
  const files = await keepFiles(record, looked, decided);
  const before = await conflictsBefore(record);
  const open = conflictsAfterMerge(before, await arrivalsOf(record, looked, decided, files));
  if (before.length > 0 || open.length > 0) {
    await saveOpenConflicts(record.json, open);
  }
  return { files, removed: await removeSettled(record, looked, before, open) };
}

/** What a program that is not ours put in the place of the list says nothing. */
async function conflictsBefore(record: ImageRecord): Promise<readonly OpenConflict[]> {
  try {
    return await loadOpenConflicts(record);
  } catch (error) {
    if (isKymSchemaError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}

async function arrivalsOf(
  record: ImageRecord,
  looked: LookedUpdate,
  { decision, made, refused, merged, renamed }: DecidedUpdate,
  files: KeptFiles,
): Promise<readonly ArtifactArrival[]> {
  const relPathOf = new Map(looked.sidecars.map(({ file }) => [file.path, file.relPath]));
  const source = (from: readonly string[]) => ({
    from: from.map((path) => relPathOf.get(path) ?? path),
    attachments: [...new Set(from.flatMap((path) => files.get(path)?.key ?? []))],
  });
  const bytesOf = async (key: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const artifact = looked.artifacts.find((each) => artifactKey(each) === key);
    return artifact && artifactBytes(artifact);
  };
  const keep = async (text: string): Promise<string> =>
    record.files.keepInHistory(new TextEncoder().encode(text));
  const arrivals: ArtifactArrival[] = [...decision.write, ...decision.remove].map((key) => ({
    key,
    outcome: "taken",
  }));
  for (const { key, from } of refused) {
    const bytes = await bytesOf(key);
    const array = await keepArray(record, looked, key, from);
    const theirs =
      bytes !== undefined
        ? await record.files.keepInHistory(bytes)
        : made.some((artifact) => artifact.key === key)
          ? THEIRS_IN_ATTACHMENT
          : THEIRS_REMOVED;
    const { attachments, ...rest } = source(from);
    const conflict = {
      ...{ key, theirs, ...rest, fields: undefined },
      attachments: [...attachments, ...(array === undefined ? [] : [array])],
    };
    arrivals.push({ key, outcome: "refused", conflict });
  }
  const key = METADATA_KEY;
  if (merged !== undefined) {
    const { text, theirs, conflicts, from } = merged;
    const conflict = { key, theirs: await keep(theirs), ...source(from) };
    arrivals.push({ key, outcome: "merged", merged: text, theirs, conflicts, conflict });
  } else if (renamed !== undefined && renamed.conflicts.length > 0) {
    const { text, theirs, conflicts } = renamed;
    const conflict = { key, theirs: await keep(theirs), ...source([FOLDER_NAMES]) };
    arrivals.push({ key, outcome: "merged", merged: text, theirs, conflicts, conflict });
  }
  return arrivals;
}

const MADE_ARRAY = "incoming-";
const SHOWN_DIGITS = 12;
const MOST_NAME = 180;

/**
 * Keeps an array that came as an NPY, from which it can be taken later, and returns the key of the attachment. Its file may be
 * of any format; undefined if it is an NPY itself.
 */
async function keepArray(
  record: ImageRecord,
  { artifacts }: LookedUpdate,
  key: string,
  from: readonly string[],
): Promise<string | undefined> {
  const artifact = artifacts.find((each) => artifactKey(each) === key);
  if (artifact?.kind !== "array" || from.every((path) => path.toLowerCase().endsWith(".npy"))) {
    return undefined;
  }
  const bytes = writeNpy(artifact.array);
  const flat = artifact.name.replaceAll("/", "__").slice(-MOST_NAME);
  const name = `${MADE_ARRAY}${sha256Of(bytes).slice(0, SHOWN_DIGITS)}-${flat}.npy`;
  await record.saveAttachment(name, bytes);
  return imagePartKey({ kind: "attachment", name });
}

/** Keeps each file that was refused as an attachment, unless it is stored as one anyway. */
async function keepFiles(
  record: ImageRecord,
  { known, sidecars }: LookedUpdate,
  { made, current, refused, merged }: DecidedUpdate,
): Promise<KeptFiles> {
  const refusedKeys = new Set(refused.map(({ key }) => key));
  const isKept = (path: string): boolean =>
    made.some(({ key, from }) => isAttachmentKey(key) && !refusedKeys.has(key) && from.includes(path));
  const from = new Set([
    ...refused.flatMap((conflict) => conflict.from),
    ...(merged !== undefined && merged.conflicts.length > 0 ? merged.from : []),
  ]);
  const now = new Map(current);
  const kept = new Map<string, { readonly key: string; readonly sha256: string }>();
  for (const { file, parsed } of sidecars) {
    if (from.has(file.path) && !isKept(file.path)) {
      const before = known.get(file.path)?.artifacts ?? [];
      const { name, key } = incomingAttachment(parsed.fileName, file.sha256, now, before);
      await record.saveAttachment(name, parsed.bytes);
      now.set(key, file.sha256);
      kept.set(file.path, { key, sha256: file.sha256 });
    }
  }
  return kept;
}

/** Deletes the attachments that no conflict needs any more, as they were kept. */
async function removeSettled(
  record: ImageRecord,
  { known }: LookedUpdate,
  before: readonly OpenConflict[],
  open: readonly OpenConflict[],
): Promise<readonly string[]> {
  const needed = new Set(open.flatMap(({ attachments }) => attachments));
  const objects = await record.objectHashes();
  const isAsKept = (key: string): boolean =>
    [...known.values()].some(({ artifacts }) =>
      artifacts.some((artifact) => artifact.key === key && artifact.sha256 === objects.get(key)),
    );
  const isMade = (key: string): boolean =>
    key.startsWith(imagePartKey({ kind: "attachment", name: MADE_ARRAY })) && objects.has(key);
  const settled = [...new Set(before.flatMap(({ attachments }) => attachments))].filter(
    (key) => !needed.has(key) && (isAsKept(key) || isMade(key)),
  );
  for (const key of settled) {
    await deleteArtifact(record, key);
  }
  return settled;
}

/** Says in words why an artifact stays, and where the file is that would have replaced it. */
export function reasonOf(
  { key, cause, from }: ArtifactConflict,
  relPathOf: (path: string) => string,
  kept: ReadonlyMap<string, { readonly key: string }>,
): string {
  const why =
    cause === "edited"
      ? `${key} was edited in the dataset since: the edit stays`
      : `${key} also needs a file that is gone or broken now: it stays as it is`;
  return `${from.map(relPathOf).join(", ")} changed, but ${why}${placeOf(from, kept)}`;
}

/** Where the files are kept: `, and the new file is kept as attachments/a.json`. */
export function placeOf(
  from: readonly string[],
  kept: ReadonlyMap<string, { readonly key: string }>,
): string {
  const places = from.flatMap((path) => kept.get(path)?.key ?? []).join(", ");
  return places === "" ? "" : `, and the new file is kept as ${places}`;
}
