// Merges two versions of an image's metadata, field by field, by what both came from.

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
import { METADATA_KEYS } from "../metadata/metadata.ts";
import { listIn, type MetadataField, roiIdOf } from "./metadata-field.ts";
import { metadataFields } from "./metadata-fields.ts";

/** The versions of one image's metadata that are merged, each as JSON text. */
export interface MetadataVersions {
  /** What both came from; undefined if that is not known. */
  readonly base?: string | undefined;
  readonly ours: string;
  readonly theirs: string;
}

/** A field that both sides changed to different values. Each value is JSON text; undefined if a side does not have the field. */
export interface MergeConflict {
  /** Such as `experiment_metadata.condition`, `roi:3`, `accepted` or `calibration`. */
  readonly field: string;
  readonly base: string | undefined;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

export interface MetadataMerge {
  /** The text of `ours`, byte for byte, if nothing came from `theirs`. A field in conflict has the value of `ours`. */
  readonly merged: string;
  readonly conflicts: readonly MergeConflict[];
  /** The fields that have the value of `theirs`, because only that side changed them. */
  readonly taken: readonly string[];
}

/** Which side's value a field gets. */
export type MergeSide = "ours" | "theirs";

/**
 * Merges two versions of an image's metadata. Reads and writes nothing.
 *
 * A field is one leaf of `header` or `experiment_metadata`, the calibration as a whole, one whole ROI by its id, or any other member
 * at the top, such as `accepted`. What one side changed is taken. What both changed to different values is a conflict, and so is a new
 * ROI of one id that differs: no id is given anew. `roi_id_high_water_mark` becomes the highest id that any version knows.
 *
 * Without a base, what both sides say alike passes, and everything else is a conflict: a field that one side lacks may have been
 * added there or deleted here.
 *
 * Numbers keep their spelling, and members their order; what came is put last. Two spellings of one number are no change. An
 * absent field says the same as null, as an empty text in `experiment_metadata`, and as `true` in `accepted`.
 *
 * @throws {KymSchemaError} `invalid_metadata` for a version that is not a JSON object
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON; `invalid_argument` if NaN would have to be written
 * @example
 * const { merged, conflicts } = mergeMetadata({ base, ours, theirs });
 */
export function mergeMetadata({ base, ours, theirs }: MetadataVersions): MetadataMerge {
  const versions = {
    base: base === undefined ? undefined : documentOf(base, "base"),
    ours: documentOf(ours, "ours"),
    theirs: documentOf(theirs, "theirs"),
  };
  const sides = metadataFields(versions.ours, versions.theirs).map((field) => ({
    field,
    side: decideSide(field, versions),
  }));
  const taken = sides.flatMap(({ field, side }) => (side === "theirs" ? [field] : []));
  return {
    merged: put(ours, versions, taken),
    conflicts: sides.flatMap(({ field, side }) =>
      side === "conflict"
        ? [
            {
              field: field.name,
              base: versions.base && textIn(field, versions.base),
              ours: textIn(field, versions.ours),
              theirs: textIn(field, versions.theirs),
            },
          ]
        : [],
    ),
    taken: taken.map(({ name }) => name),
  };
}

/**
 * Settles conflicts: each field that is chosen as `theirs` gets that value, and everything else stays as it is in `ours`. A field that
 * neither side has changes nothing.
 *
 * @param choices the side by the name of the field, as `MergeConflict` has it
 * @returns the text; `ours`, byte for byte, if that did not change
 * @throws as {@link mergeMetadata} does
 */
export function resolveMetadata(
  ours: string,
  theirs: string,
  choices: ReadonlyMap<string, MergeSide>,
): string {
  const versions = { base: undefined, ours: documentOf(ours, "ours"), theirs: documentOf(theirs, "theirs") };
  const fields = metadataFields(versions.ours, versions.theirs);
  return put(
    ours,
    versions,
    fields.filter(
      (field) =>
        choices.get(field.name) === "theirs" && field.saidIn(versions.ours) !== field.saidIn(versions.theirs),
    ),
  );
}

/** One field of two versions; a value is JSON text, and undefined if a version does not have the field. */
export interface MetadataChange {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Lists the fields in which two versions differ, as {@link mergeMetadata} compares them.
 *
 * @throws as {@link mergeMetadata} does
 */
export function metadataChanges(before: string, after: string): readonly MetadataChange[] {
  const [was, now] = [documentOf(before, "before"), documentOf(after, "after")];
  return metadataFields(was, now)
    .filter((field) => field.saidIn(was) !== field.saidIn(now))
    .map((field) => ({ field: field.name, before: textIn(field, was), after: textIn(field, now) }));
}

interface Versions {
  readonly base: JsonNode | undefined;
  readonly ours: JsonNode;
  readonly theirs: JsonNode;
}

function decideSide(field: MetadataField, { base, ours, theirs }: Versions): MergeSide | "conflict" {
  const [our, their] = [field.saidIn(ours), field.saidIn(theirs)];
  const was = base && field.saidIn(base);
  if (our === their || their === was) {
    return "ours";
  }
  return our === was ? "theirs" : "conflict";
}

/** Returns the text of `ours` with these fields of `theirs`, and with the highest ROI id that any version knows. */
function put(text: string, versions: Versions, fields: readonly MetadataField[]): string {
  const merged = fields.reduce((document, field) => field.copy(versions.theirs, document), versions.ours);
  const { base, ours, theirs } = versions;
  const highest = highestOf(
    [base, ours, theirs].map((each) => (each === undefined ? 0 : highestRoiId(each))),
  );
  if (highest > highestRoiId(merged)) {
    return serializeLossless(setMember(merged, METADATA_KEYS.roiIdHighWaterMark, nodeOf(highest)));
  }
  return fields.length === 0 ? text : serializeLossless(merged);
}

/** The highest id that a ROI is known to have had; 0 if there was none. */
function highestRoiId(document: JsonNode): number {
  const stored = plainValue(getMember(document, METADATA_KEYS.roiIdHighWaterMark) ?? nodeOf(0));
  const ids = listIn(document, METADATA_KEYS.rois).map((item) => Number(roiIdOf(item)));
  return highestOf([...ids, typeof stored === "number" && Number.isSafeInteger(stored) ? stored : 0]);
}

function highestOf(ids: readonly number[]): number {
  return ids.reduce((highest, id) => Math.max(highest, id), 0);
}

function textIn(field: MetadataField, document: JsonNode): string | undefined {
  const value = field.valueIn(document);
  return value && serializeLossless(value, { indent: 0 });
}

function documentOf(text: string, path: string): JsonNode {
  const node = parseLossless(text, { where: path, allowNonFinite: true });
  if (node.kind !== "object") {
    throw new KymSchemaError("invalid_metadata", `${path}: expected an object, found ${node.kind}`, {
      path,
      expected: "object",
      found: node.kind,
    });
  }
  return node;
}
