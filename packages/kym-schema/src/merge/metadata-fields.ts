// Lists the fields of two versions of an image's metadata.

import { getMember, type JsonNode } from "@kym/zarr-store/json";
import { METADATA_KEYS } from "../metadata/metadata.ts";
import { METADATA_HEADER_KEYS } from "../metadata/metadata-header.ts";
import {
  groupField,
  idOfRoiItem,
  itemField,
  listIn,
  type MetadataField,
  memberField,
} from "./metadata-field.ts";

/** The name of the field that is the calibration as a whole. */
export const CALIBRATION_FIELD = "calibration";

/** The members of the header that are one measurement: a step of one and a unit of the other would be a third one. */
const CALIBRATION_KEYS: readonly string[] = [
  METADATA_HEADER_KEYS.voxels,
  METADATA_HEADER_KEYS.voxelsUnits,
  METADATA_HEADER_KEYS.labels,
  METADATA_HEADER_KEYS.physicalSize,
  METADATA_HEADER_KEYS.secondsPerLineExact,
  METADATA_HEADER_KEYS.voxelsSource,
];

/** Values of a section that say as much as an absent one: a reader takes them for it. */
const SECTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  [METADATA_KEYS.header, ["null"]],
  [METADATA_KEYS.experiment, ["null", '""']],
]);

/** The name of the field of one ROI. */
export function roiFieldName(roiId: string | number): string {
  return `roi:${roiId}`;
}

/**
 * Lists every field that at least one of two documents has, in the order of the first. A field is one leaf of `header` or
 * `experiment_metadata`, the calibration as a whole, one ROI by its id, or any other member at the top. The highest ROI id is not a
 * field: no side decides it.
 */
export function metadataFields(a: JsonNode, b: JsonNode): readonly MetadataField[] {
  return keysOf(a, b).flatMap((key) => {
    const values = [getMember(a, key), getMember(b, key)];
    const saysNothing = SECTIONS.get(key);
    if (saysNothing !== undefined && values.every((value) => isAbsent(value) || value?.kind === "object")) {
      return sectionFields(key, values, saysNothing);
    }
    if (key === METADATA_KEYS.rois && values.every((value) => isAbsent(value) || value?.kind === "array")) {
      return roiFields(a, b);
    }
    if (key === METADATA_KEYS.accepted) {
      return [memberField(key, [key], ["null", "true"])];
    }
    return key === METADATA_KEYS.roiIdHighWaterMark ? [] : [memberField(nameOfPath([key]), [key])];
  });
}

function sectionFields(
  section: string,
  values: readonly (JsonNode | undefined)[],
  saysNothing: readonly string[],
): readonly MetadataField[] {
  const own = section === METADATA_KEYS.header ? CALIBRATION_KEYS : [];
  const paths = leavesOf(values, [section]).filter(([, key = ""]) => !own.includes(key));
  const isCalibrated = own.some((key) => values.some((value) => value && getMember(value, key)));
  return [
    ...(isCalibrated ? [groupField(CALIBRATION_FIELD, section, own)] : []),
    ...paths.map((path) => memberField(nameOfPath(path), path, saysNothing)),
  ];
}

/** The paths of the leaves: an object is entered where both sides have one. A list is a leaf. */
function leavesOf(
  values: readonly (JsonNode | undefined)[],
  path: readonly string[],
): readonly (readonly string[])[] {
  const objects = values.filter((value) => value?.kind === "object");
  return keysOf(...objects).flatMap((key) => {
    const members = values.map((value) => value && getMember(value, key));
    const below = [...path, key];
    return members.every((member) => member?.kind === "object") ? leavesOf(members, below) : [below];
  });
}

function roiFields(a: JsonNode, b: JsonNode): readonly MetadataField[] {
  const list = METADATA_KEYS.rois;
  const ids = new Set([...listIn(a, list), ...listIn(b, list)].map(idOfRoiItem));
  return [...ids].map((id) => itemField(roiFieldName(id === "" ? "?" : id), list, id, idOfRoiItem));
}

function keysOf(...nodes: readonly JsonNode[]): readonly string[] {
  return [...new Set(nodes.flatMap((node) => (node.kind === "object" ? [...node.members.keys()] : [])))];
}

function isAbsent(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === "null";
}

const PLAIN_KEY = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** Writes a path as `header.laser`, or `header["laser.nm"]` for a key that is not one word. */
function nameOfPath(path: readonly string[]): string {
  return path
    .map((key, level) => {
      const isPlain = PLAIN_KEY.test(key) && !(level === 0 && path.length === 1 && key === CALIBRATION_FIELD);
      return isPlain ? `${level === 0 ? "" : "."}${key}` : `[${JSON.stringify(key)}]`;
    })
    .join("");
}
