// Settles open conflicts of an image: the dataset keeps what it has, or takes what came.

import { ARTIFACTS, encodeProvenance, loadMetadataText, type Provenance } from "@kym/kym-schema";
import {
  loadOpenConflicts,
  type MergeSide,
  type OpenConflict,
  resolveEvents,
  resolveMetadata,
  saveOpenConflicts,
  THEIRS_IN_ATTACHMENT,
  THEIRS_REMOVED,
  wordsOfField,
} from "@kym/kym-schema/merge";
import { type Commit, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { imagePartOf, isObjectOfPart } from "@kym/zarr-store/layout";
import type { ReadOptions } from "@kym/zarr-store/runtime";
import { decodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import { LegacyIoError } from "../../errors.ts";
import { readNpy } from "../../formats/npy.ts";
import { objectsOf } from "../../plan/decide-artifact-changes.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import type { LoadHistory } from "../update/decide-update.ts";
import { deleteArtifact } from "../update/delete-artifact.ts";
import type { ImageRecord } from "../update/look-at-record.ts";
import { METADATA_KEY } from "../update/metadata-origin.ts";
import { storeMetadata } from "../update/update-record.ts";

/** Settles every open conflict of an image for one side, or some of them by name, each for its own side. */
export type ConflictChoices = MergeSide | ReadonlyMap<string, MergeSide>;

/** A conflict that was settled, and for which side. */
export interface SettledConflict {
  /** As `listOpenConflicts` names it. */
  readonly name: string;
  readonly side: MergeSide;
}

export interface ResolveResult {
  readonly settled: readonly SettledConflict[];
  /** The names of the conflicts that are still open. */
  readonly open: readonly string[];
  readonly commit: Commit;
}

/**
 * Settles open conflicts of an image in one commit. `ours` keeps what the dataset has, `theirs` takes what came. What came is from
 * then on what a later change of both sides is compared with. When the last conflict that an attachment was kept for is settled, the
 * attachment goes.
 *
 * @throws {LegacyIoError} `not_found` for an image without open conflicts, for a name that is not among them, and for `theirs` whose
 * bytes the history has no more; `not_supported` for an array whose file is not an NPY. Nothing is written then.
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * await resolveConflicts(dataset, imageId, "theirs");
 * await resolveConflicts(dataset, imageId, new Map([["experiment_metadata.condition", "ours"]]));
 */
export async function resolveConflicts(
  dataset: ZarrDataset,
  imageId: string,
  choices: ConflictChoices,
  { signal }: ReadOptions = {},
): Promise<ResolveResult> {
  const before = await loadOpenConflicts(dataset.record(imageId), { signal });
  const planned = settledBy(before, choices, imageId);
  const history: LoadHistory = (sha256) => dataset.history(sha256, { signal });
  let done: Omit<ResolveResult, "commit"> = { settled: [], open: [] };
  const commit = await dataset.transaction(
    async (transaction) => {
      const record = transaction.record(imageId);
      const open = await loadOpenConflicts(record, { signal });
      const settled = settledBy(open, choices, imageId);
      const sides = new Map(settled.map(({ name, side }) => [name, side]));
      const left: OpenConflict[] = [];
      for (const conflict of open) {
        const rest = await settle(record, conflict, sides, history);
        left.push(...(rest === undefined ? [] : [rest]));
      }
      await saveOpenConflicts(record.json, left);
      await followUp(record, open, left, sides);
      done = { settled, open: left.flatMap(namesOf) };
    },
    { message: `resolve ${imageId}: ${wordsOf(planned)}`, signal },
  );
  return { ...done, commit };
}

/** The names of what a conflict is about, one by one. */
function namesOf({ key, fields }: OpenConflict): readonly string[] {
  return fields?.map(({ field }) => field) ?? [key];
}

function settledBy(
  open: readonly OpenConflict[],
  choices: ConflictChoices,
  imageId: string,
): readonly SettledConflict[] {
  const names = open.flatMap(namesOf);
  if (names.length === 0) {
    throw new LegacyIoError("not_found", `image ${imageId} has no open conflict`, { path: imageId });
  }
  if (typeof choices === "string") {
    return names.map((name) => ({ name, side: choices }));
  }
  for (const name of choices.keys()) {
    if (!names.includes(name)) {
      throw new LegacyIoError("not_found", `${name} is not in conflict: open are ${names.join(", ")}`, {
        path: imageId,
        expected: names,
        found: name,
      });
    }
  }
  return [...choices].map(([name, side]) => ({ name, side }));
}

/** `theirs for condition; mine for note` */
function wordsOf(settled: readonly SettledConflict[]): string {
  const fieldsOf = (wanted: MergeSide): string =>
    settled.flatMap(({ name, side }) => (side === wanted ? [wordsOfField(name)] : [])).join(", ");
  const parts = [
    ["theirs", fieldsOf("theirs")],
    ["mine", fieldsOf("ours")],
  ] as const;
  return parts.flatMap(([side, names]) => (names === "" ? [] : [`${side} for ${names}`])).join("; ");
}

/** Settles what was chosen of one conflict, and returns what is left of it. */
async function settle(
  record: ImageRecord,
  conflict: OpenConflict,
  sides: ReadonlyMap<string, MergeSide>,
  history: LoadHistory,
): Promise<OpenConflict | undefined> {
  const { key, fields, theirs } = conflict;
  if (fields === undefined) {
    const side = sides.get(key);
    if (side === "theirs") {
      await takeWhole(record, conflict, history);
    } else if (side === "ours" && isHash(theirs)) {
      await keepAgain(record, theirs, history);
    }
    return side === undefined ? conflict : undefined;
  }
  const chosen = fields.filter(({ field }) => sides.has(field));
  if (chosen.some(({ field }) => sides.get(field) === "theirs")) {
    const bytes = await bytesOf(conflict, history);
    await (key === METADATA_KEY ? takeFields(record, bytes, sides) : takeEvents(record, key, bytes, sides));
  }
  if (chosen.length > 0) {
    await keepAgain(record, theirs, history);
  }
  const left = fields.filter(({ field }) => !sides.has(field));
  return left.length === 0 ? undefined : { ...conflict, fields: left };
}

async function takeFields(
  record: ImageRecord,
  bytes: Uint8Array<ArrayBuffer>,
  sides: ReadonlyMap<string, MergeSide>,
): Promise<void> {
  const text = new TextDecoder().decode(bytes);
  const ours = await loadMetadataText(record);
  await storeMetadata(record, ours === undefined ? text : resolveMetadata(ours, text, sides));
}

/** A table in which single rows are in conflict is one of events. */
async function takeEvents(
  record: ImageRecord,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  sides: ReadonlyMap<string, MergeSide>,
): Promise<void> {
  const name = imagePartOf(key)?.name ?? key;
  const [ours, theirs] = [await record.loadParquet(name), await decodeParquet(bytes, { where: key })].map(
    (table) => ({ schema: schemaOfTable(table), rows: [...rowsOf(table)] }),
  );
  if (ours !== undefined && theirs !== undefined) {
    const { rows, schema } = resolveEvents(ours, theirs, sides);
    await record.saveParquet(name, rows, { schema });
  }
}

async function takeWhole(record: ImageRecord, conflict: OpenConflict, history: LoadHistory): Promise<void> {
  const { key, theirs } = conflict;
  if (theirs === THEIRS_REMOVED) {
    await deleteArtifact(record, key);
  } else if (theirs === THEIRS_IN_ATTACHMENT) {
    await takeArray(record, conflict);
  } else {
    const bytes = await bytesOf(conflict, history);
    await (key === METADATA_KEY
      ? storeMetadata(record, new TextDecoder().decode(bytes))
      : record.files.save(key, bytes));
    await record.files.keepInHistory(bytes);
  }
}

/** An array has several objects, so what came is in the file alone. */
async function takeArray(record: ImageRecord, { key, attachments }: OpenConflict): Promise<void> {
  const part = imagePartOf(key);
  const [attachment = ""] = attachments;
  const file = imagePartOf(attachment);
  if (part?.kind !== "array" || file?.kind !== "attachment") {
    throw new LegacyIoError("not_supported", `${key}: no file was kept from which it could be read`, {
      path: key,
    });
  }
  try {
    await record.saveArrayArtifact(part.name, readNpy(await record.loadAttachment(file.name)));
  } catch (cause) {
    if (!(cause instanceof LegacyIoError)) {
      throw cause;
    }
    const hint = "export it, change the array, and settle the conflict for your side";
    throw new LegacyIoError("not_supported", `${attachment} is not an NPY that gives ${key}: ${hint}`, {
      path: key,
      cause,
    });
  }
}

/** The bytes of what came. */
async function bytesOf(
  { key, theirs, attachments }: OpenConflict,
  history: LoadHistory,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = isHash(theirs) ? await history(theirs) : undefined;
  if (bytes === undefined) {
    const where = attachments.length === 0 ? "" : `; the file is ${attachments.join(", ")}`;
    const message = `what came for ${key} is not in the history any more, or had more than 16 MiB${where}`;
    throw new LegacyIoError("not_found", message, { path: key, expected: theirs });
  }
  return bytes;
}

/** Keeps what came once more, in the commit that settles it: history that is collected by age counts from now. */
async function keepAgain(record: ImageRecord, sha256: string, history: LoadHistory): Promise<void> {
  const bytes = await history(sha256);
  if (bytes !== undefined) {
    await record.files.keepInHistory(bytes);
  }
}

function isHash(theirs: string): boolean {
  return theirs !== THEIRS_REMOVED && theirs !== THEIRS_IN_ATTACHMENT;
}

/** Deletes the attachments that nothing needs any more, and notes in the provenance what a later change is compared with. */
async function followUp(
  record: ImageRecord,
  before: readonly OpenConflict[],
  left: readonly OpenConflict[],
  sides: ReadonlyMap<string, MergeSide>,
): Promise<void> {
  const needed = new Set(left.flatMap(({ attachments }) => attachments));
  const isOpen = new Set(left.map(({ key }) => key));
  const settled = before.filter(({ key }) => !isOpen.has(key));
  const ofFiles = settled.filter(({ isFromCopy }) => isFromCopy !== true);
  const dropped = settled.flatMap(({ attachments }) => attachments).filter((key) => !needed.has(key));
  const provenance = await loadProvenance(record);
  if (provenance !== undefined) {
    const hashes = await record.objectHashes();
    const after = ofFiles.reduce(
      (so, conflict) => withBase(so, conflict, hashes, sides.get(conflict.key) === "theirs"),
      provenance,
    );
    const clean = mapArtifacts(after, (artifacts) => artifacts.filter(({ key }) => !dropped.includes(key)));
    await record.saveJson(ARTIFACTS.provenance, encodeProvenance(clean));
  }
  for (const key of new Set(dropped)) {
    await deleteArtifact(record, key);
  }
}

type Made = Provenance["sidecars"][number]["artifacts"];

/** The provenance with what came as what the sources of an artifact made. */
function withBase(
  provenance: Provenance,
  { key, theirs, attachments }: OpenConflict,
  hashes: ReadonlyMap<string, string>,
  isTaken: boolean,
): Provenance {
  const made = isHash(theirs)
    ? [{ key, sha256: theirs }]
    : theirs === THEIRS_REMOVED || !isTaken
      ? []
      : objectsOf(key, hashes);
  const isBase = isHash(theirs) || isTaken;
  return mapArtifacts(provenance, (artifacts) => {
    const isSource = artifacts.some(
      (each) => isObjectOfPart(key, each.key) || attachments.includes(each.key),
    );
    return isSource && isBase
      ? [...artifacts.filter((each) => !isObjectOfPart(key, each.key)), ...made]
      : artifacts;
  });
}

function mapArtifacts(provenance: Provenance, change: (artifacts: Made) => Made): Provenance {
  const { pathFields } = provenance;
  return {
    ...provenance,
    sidecars: provenance.sidecars.map((sidecar) => ({ ...sidecar, artifacts: change(sidecar.artifacts) })),
    ...(pathFields && { pathFields: { ...pathFields, artifacts: change(pathFields.artifacts) } }),
  };
}
