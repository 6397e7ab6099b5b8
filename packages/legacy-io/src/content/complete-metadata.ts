// Completes a metadata sidecar that people or programs wrote beside a TIFF with facts from the image's other files.

import { UNITS } from "@kym/kym-schema";
import { METADATA_HEADER_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { withoutNonFinite } from "../formats/without-non-finite.ts";

/** The members of a calibration. They come from one source as a whole. */
const CALIBRATION = [
  METADATA_HEADER_KEYS.voxels,
  METADATA_HEADER_KEYS.voxelsUnits,
  METADATA_HEADER_KEYS.labels,
  METADATA_HEADER_KEYS.physicalSize,
];

/**
 * Completes the text of a sidecar `<image>.metadata.json` (`own`) with members that follow from the image and its other
 * files (`derived`).
 *
 * - Members of the sidecar and of its header win over derived ones.
 * - Exception: steps of 1 px are not a calibration, so a derived calibration replaces them.
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

function withCalibration(header: JsonNode, made: JsonNode): JsonNode {
  return isCalibrated(header) || !isCalibrated(made)
    ? header
    : CALIBRATION.reduce((so, key) => setMember(so, key, getMember(made, key) ?? nodeOf(null)), header);
}

function isCalibrated(header: JsonNode): boolean {
  const units = getMember(header, METADATA_HEADER_KEYS.voxelsUnits);
  const plane = units?.kind === "array" ? units.items.slice(-2) : [];
  return (
    plane.some(({ kind }) => kind === "string") &&
    plane.every((unit) => unit.kind !== "string" || unit.value !== UNITS.pixel)
  );
}

function isNothing(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === "null";
}
