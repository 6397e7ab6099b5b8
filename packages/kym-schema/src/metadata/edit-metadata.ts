// Edits the text of an image's metadata and leaves everything else in it unchanged.

import { type Roi, type RoiSet, toEnvelope } from "@kym/roi";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { KymSchemaError } from "../errors.ts";
import { EXPERIMENT_KEYS, type ExperimentEdit, OLD_NOTE_KEY } from "./experiment.ts";
import { METADATA_KEYS, parseMetadata } from "./metadata.ts";
import { METADATA_HEADER_KEYS, type MetadataHeaderEdit } from "./metadata-header.ts";

/** The changes to a metadata payload; absent fields stay. */
export interface MetadataEdit {
  readonly header?: MetadataHeaderEdit | undefined;
  readonly experiment?: ExperimentEdit | undefined;
  readonly accepted?: boolean | undefined;
  readonly rois?: RoiSet | undefined;
}

/**
 * Returns the metadata text after an edit. Everything else keeps its place and spelling: unknown keys, numbers,
 * unchanged ROIs, and ROIs that could not be read.
 *
 * @throws {KymSchemaError} `invalid_metadata` if the payload or a part to be edited is not an object or list
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON, `invalid_argument` for text that contains
 *   NaN
 * @example
 * await image.saveJson("metadata", jsonText(editMetadata(text, { accepted: false })));
 */
export function editMetadata(text: string, edit: MetadataEdit): string {
  let payload = parseLossless(text, { allowNonFinite: true });
  expectKind(payload, "object", "$");
  if (edit.header !== undefined) {
    payload = setFields(payload, METADATA_KEYS.header, edit.header, METADATA_HEADER_KEYS);
  }
  if (edit.experiment !== undefined) {
    payload = setFields(payload, METADATA_KEYS.experiment, edit.experiment, EXPERIMENT_KEYS);
    payload = edit.experiment.note === undefined ? payload : withoutOldNote(payload);
  }
  if (edit.accepted !== undefined) {
    payload = setMember(payload, METADATA_KEYS.accepted, nodeOf(edit.accepted));
  }
  if (edit.rois !== undefined) {
    payload = setMember(
      payload,
      METADATA_KEYS.rois,
      roisNode(text, getMember(payload, METADATA_KEYS.rois), edit.rois),
    );
    payload = setMember(payload, METADATA_KEYS.roiIdHighWaterMark, nodeOf(edit.rois.highWaterMark));
  }
  return serializeLossless(payload);
}

function setFields<T extends object>(
  payload: JsonNode,
  section: string,
  edit: T,
  keys: Readonly<Record<keyof T, string>>,
): JsonNode {
  let node = present(getMember(payload, section)) ?? nodeOf({});
  expectKind(node, "object", `$.${section}`);
  for (const field in edit) {
    if (edit[field] !== undefined) {
      node = setMember(node, keys[field], nodeOf(edit[field]));
    }
  }
  return setMember(payload, section, node);
}

/** Empties the note under its older key, which would be read again where a note was removed. */
function withoutOldNote(payload: JsonNode): JsonNode {
  const experiment = getMember(payload, METADATA_KEYS.experiment);
  const old = experiment && getMember(experiment, OLD_NOTE_KEY);
  return experiment === undefined || old === undefined
    ? payload
    : setMember(payload, METADATA_KEYS.experiment, setMember(experiment, OLD_NOTE_KEY, nodeOf("")));
}

/** Updates the stored list of ROIs. The node of an unchanged ROI stays; new ROIs go to the end. */
function roisNode(text: string, stored: JsonNode | undefined, rois: RoiSet): JsonNode {
  const list = present(stored) ?? nodeOf([]);
  expectKind(list, "array", "$.rois");
  const items = list.kind === "array" ? list.items : [];
  const before = parseMetadata(text);
  const known = new Set(before.rois.map(({ id }) => id));
  const kept = items.flatMap((item): readonly unknown[] => {
    const id = idOf(item, before.rois);
    if (id === undefined) {
      return [item];
    }
    const now = rois.get(id);
    const was = before.rois.find((roi) => roi.id === id);
    if (now === undefined || was === undefined) {
      return [];
    }
    return [isSame(now, was) ? item : toEnvelope(now)];
  });
  const added = rois.rois.filter(({ id }) => !known.has(id)).map(toEnvelope);
  return nodeOf([...kept, ...added]);
}

/** Returns the id of the ROI that was read from this item; undefined if it could not be read. */
function idOf(item: JsonNode, rois: readonly Roi[]): number | undefined {
  const value = plainValue(getMember(item, "roi_id") ?? getMember(item, "id") ?? nodeOf(null));
  return rois.find(({ id }) => id === value)?.id;
}

function isSame(a: Roi, b: Roi): boolean {
  return serializeLossless(toEnvelope(a)) === serializeLossless(toEnvelope(b));
}

function present(node: JsonNode | undefined): JsonNode | undefined {
  return node?.kind === "null" ? undefined : node;
}

function expectKind(node: JsonNode, kind: "object" | "array", path: string): void {
  if (node.kind !== kind) {
    throw new KymSchemaError("invalid_metadata", `${path}: expected an ${kind}, found ${node.kind}`, {
      path,
      expected: kind,
      found: node.kind,
    });
  }
}
