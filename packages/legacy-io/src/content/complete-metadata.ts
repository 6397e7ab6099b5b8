// Completes a metadata sidecar that people or programs wrote beside a TIFF with facts from the image's other files.

import { UNITS } from "@kym/kym-schema";
import { CALIBRATION_SOURCES, METADATA_HEADER_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { withoutNonFinite } from "../formats/json/without-non-finite.ts";

/** The members of a calibration, each a list with one entry per axis. Those of an axis come from one source as a whole. */
const CALIBRATION = [
  METADATA_HEADER_KEYS.voxels,
  METADATA_HEADER_KEYS.voxelsUnits,
  METADATA_HEADER_KEYS.labels,
  METADATA_HEADER_KEYS.physicalSize,
  METADATA_HEADER_KEYS.voxelsSource,
];

/**
 * Completes the text of a sidecar `<image>.metadata.json` (`own`) with members that follow from the image and its other
 * files (`derived`).
 *
 * - Members of the sidecar and of its header win over derived ones.
 * - Exception: a step of 1 px says nothing, so a derived calibration replaces it.
 * - A text that lacks nothing is returned byte for byte.
 *
 * Returns undefined if `own` is not a JSON object.
 */
export function completeMetadata(own: string, derived: string): string | undefined {
  const before = parseLossless(own, { allowNonFinite: true });
  if (before.kind !== "object") {
    return undefined;
  }
  const made = parseLossless(derived);
  const [header, madeHeader] = [
    getMember(before, METADATA_KEYS.header),
    getMember(made, METADATA_KEYS.header),
  ];
  const whole =
    header?.kind === "object" && madeHeader?.kind === "object"
      ? setMember(before, METADATA_KEYS.header, filled(withCalibration(header, madeHeader), madeHeader))
      : before;
  const merged = serializeLossless(withoutNonFinite(filled(whole, made)));
  return merged === serializeLossless(withoutNonFinite(before)) ? own : merged;
}

/** Adds the members of `made` that are missing or null in `node`. */
function filled(node: JsonNode, made: JsonNode): JsonNode {
  const members = made.kind === "object" ? [...made.members] : [];
  return members.reduce(
    (so, [key, value]) => (isNothing(getMember(so, key)) ? setMember(so, key, value) : so),
    node,
  );
}

/** The header with the derived calibration of each axis of the plane that it counts in pixels. */
function withCalibration(header: JsonNode, made: JsonNode): JsonNode {
  const [before, derived] = [unitsOf(header), unitsOf(made)];
  const sources = itemsOf(getMember(header, METADATA_HEADER_KEYS.voxelsSource));
  const isOpen = (axis: number): boolean =>
    isPixels(before[axis]) &&
    !isNoted(sources[axis]) &&
    derived[axis] !== undefined &&
    !isPixels(derived[axis]);
  if (!derived.some((_, axis) => isOpen(axis))) {
    return header;
  }
  if (before.length !== derived.length || (before.every(isPixels) && !sources.some(isNoted))) {
    return CALIBRATION.reduce((so, key) => setMember(so, key, getMember(made, key) ?? nodeOf(null)), header);
  }
  return CALIBRATION.reduce((so, key) => {
    const [own, other] = [itemsOf(getMember(so, key)), itemsOf(getMember(made, key))];
    const items = derived.map((_, axis) =>
      isOpen(axis) ? other[axis] : (own[axis] ?? nodeOf(NOTHING[key] ?? null)),
    );
    return setMember(so, key, nodeOf(items));
  }, header);
}

/** A person said so, be it that the step is not known. */
function isNoted(source: JsonNode | undefined): boolean {
  return source?.kind === "string" && source.value === CALIBRATION_SOURCES.noted;
}

/** What a list says of an axis of which it says nothing. */
const NOTHING: Readonly<Record<string, unknown>> = {
  [METADATA_HEADER_KEYS.labels]: "",
  [METADATA_HEADER_KEYS.voxelsSource]: CALIBRATION_SOURCES.noted,
};

function unitsOf(header: JsonNode): readonly JsonNode[] {
  return itemsOf(getMember(header, METADATA_HEADER_KEYS.voxelsUnits));
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === "array" ? node.items : [];
}

function isPixels(unit: JsonNode | undefined): boolean {
  return unit === undefined || (unit.kind === "string" && unit.value === UNITS.pixel);
}

function isNothing(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === "null";
}
