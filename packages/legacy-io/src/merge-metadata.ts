import { isRoiError, type Roi, roiFromEnvelope } from "@kym/roi";
import {
  getMember,
  type JsonNode,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store";

/**
 * The metadata of a sidecar `<image>.metadata.json`, completed by what follows from the image and its other files: the
 * sidecar's members stand as they are, and of its header those. A text that lacks nothing is left byte for byte.
 * Undefined for a text that is no object.
 */
export function mergeMetadata(own: string, derived: string): string | undefined {
  const before = parseLossless(own);
  if (before.kind !== "object") {
    return undefined;
  }
  const made = parseLossless(derived);
  const [header, madeHeader] = [getMember(before, "header"), getMember(made, "header")];
  const isHeaderShort = header?.kind === "object" && madeHeader !== undefined && lacks(header, madeHeader);
  const whole = isHeaderShort ? setMember(before, "header", filled(header, madeHeader)) : before;
  return isHeaderShort || lacks(whole, made) ? serializeLossless(filled(whole, made)) : own;
}

/** The ROIs of a metadata text that can be read. */
export function roisOfMetadata(text: string): readonly Roi[] {
  const rois = getMember(parseLossless(text), "rois");
  return rois?.kind === "array" ? rois.items.flatMap(readRoi) : [];
}

function readRoi(node: JsonNode): readonly Roi[] {
  try {
    return [roiFromEnvelope(plainValue(node))];
  } catch (error) {
    if (isRoiError(error)) {
      return [];
    }
    throw error;
  }
}

function lacks(node: JsonNode, made: JsonNode): boolean {
  return membersOf(made).some(([key]) => getMember(node, key) === undefined);
}

function filled(node: JsonNode, made: JsonNode): JsonNode {
  return membersOf(made).reduce(
    (so, [key, value]) => (getMember(so, key) === undefined ? setMember(so, key, value) : so),
    node,
  );
}

function membersOf(node: JsonNode): readonly (readonly [key: string, value: JsonNode])[] {
  return node.kind === "object" ? [...node.members] : [];
}
