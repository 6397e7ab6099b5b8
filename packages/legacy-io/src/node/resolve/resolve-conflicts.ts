// Settles open conflicts of an image: the dataset keeps what it has, or takes what came.

import { ARTIFACTS, encodeProvenance, loadMetadataText, type Provenance } from "@kym/kym-schema";
import {
  conflictNames,
  isSameConflict,
  loadOpenConflicts,
  type MergeSide,
  type OpenConflict,
  resolveEvents,
  resolveMetadata,
  saveOpenConflicts,
  THEIRS_REMOVED,
  WHOLE_IMAGE_KEY,
  wordsOfField,
} from "@kym/kym-schema/merge";
import { type Commit, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { imagePartOf, isObjectOfPart } from "@kym/zarr-store/layout";
import type { ReadOptions } from "@kym/zarr-store/runtime";
import { decodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import { LegacyIoError } from "../../errors.ts";
import { objectsOf } from "../../plan/decide-artifact-changes.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import type { LoadHistory } from "../update/decide-update.ts";
import { deleteArtifact } from "../update/delete-artifact.ts";
import type { ImageRecord } from "../update/look-at-record.ts";
import { METADATA_KEY } from "../update/metadata-origin.ts";
import { storeMetadata } from "../update/update-record.ts";
import { bytesOf, isHash, takeWhole } from "./take-whole.ts";

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
  /** Whether the image was deleted, because the side that was taken had deleted it. */
  readonly isDeleted: boolean;
  readonly commit: Commit;
}

/**
 * Settles open conflicts of an image in one commit. `ours` keeps what the dataset has, `theirs` takes what came. What came is from
 * then on what a later change of both sides is compared with. When the last conflict that an attachment was kept for is settled, the
 * attachment goes. Of an image that one copy of a dataset deleted and the other changed, the side that deleted it deletes it, with
 * all its other conflicts.
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
  let done: Omit<ResolveResult, "commit"> = { settled: [], open: [], isDeleted: false };
  const commit = await dataset.transaction(
    async (transaction) => {
      const record = transaction.record(imageId);
      const open = await loadOpenConflicts(record, { signal });
      const settled = settledBy(open, choices, imageId);
      const sides = new Map(settled.map(({ name, side }) => [name, side]));
      if (open.some((conflict) => isDeleting(conflict, sides))) {
        await transaction.deleteImage(imageId, { signal });
        done = { settled, open: [], isDeleted: true };
        return;
      }
      const left: OpenConflict[] = [];
      for (const conflict of open) {
        const rest = await settle(record, conflict, sides, history);
        left.push(...(rest === undefined ? [] : [rest]));
      }
      await saveOpenConflicts(record.json, left);
      await followUp(record, open, left, sides);
      done = { settled, open: left.flatMap(conflictNames), isDeleted: false };
    },
    { message: `resolve ${imageId}: ${wordsOf(planned)}`, signal },
  );
  return { ...done, commit };
}

function settledBy(
  open: readonly OpenConflict[],
  choices: ConflictChoices,
  imageId: string,
): readonly SettledConflict[] {
  const names = open.flatMap(conflictNames);
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

/** Whether the side that is taken is the one that deleted the image. */
function isDeleting(conflict: OpenConflict, sides: ReadonlyMap<string, MergeSide>): boolean {
  const { key, theirs } = conflict;
  const side = conflictNames(conflict).map((name) => sides.get(name))[0];
  return key === WHOLE_IMAGE_KEY && side === (theirs === THEIRS_REMOVED ? "theirs" : "ours");
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
    const [side] = conflictNames(conflict).map((name) => sides.get(name));
    if (side === "theirs" && key !== WHOLE_IMAGE_KEY) {
      await takeWhole(record, conflict, history);
    } else if (side === "ours" && isHash(theirs)) {
      await keepAgain(record, theirs, history);
    }
    return side === undefined ? conflict : undefined;
  }
  const chosen = fields.filter(({ field }) => sides.has(field));
  if (chosen.some(({ field }) => sides.get(field) === "theirs")) {
    const bytes = await bytesOf(record, conflict, history);
    // A file and another copy may each be in conflict about fields of their own.
    const names = new Set(chosen.map(({ field }) => field));
    const own = new Map([...sides].filter(([name]) => names.has(name)));
    await (key === METADATA_KEY ? takeFields(record, bytes, own) : takeEvents(record, key, bytes, own));
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

/** Keeps what came once more, in the commit that settles it: history that is collected by age counts from now. */
async function keepAgain(record: ImageRecord, sha256: string, history: LoadHistory): Promise<void> {
  const bytes = await history(sha256);
  if (bytes !== undefined) {
    await record.files.keepInHistory(bytes);
  }
}

/** Deletes the attachments that nothing needs any more, and notes in the provenance what a later change is compared with. */
async function followUp(
  record: ImageRecord,
  before: readonly OpenConflict[],
  left: readonly OpenConflict[],
  sides: ReadonlyMap<string, MergeSide>,
): Promise<void> {
  const needed = new Set(left.flatMap(({ attachments }) => attachments));
  const settled = before.filter((conflict) => !left.some((each) => isSameConflict(each, conflict)));
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
