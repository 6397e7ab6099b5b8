import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  serializeLossless,
  setMember,
} from "@kym/zarr-store";

/** Sections whose members are merged one by one. */
const SECTIONS = ["header", "experiment_metadata"] as const;
/** What a calibration is made of: taken from one source as a whole. */
const CALIBRATION = ["voxels", "voxels_units", "labels", "physical_size"] as const;
const UNCALIBRATED_UNIT = "px";

/**
 * The text of `<stem>.metadata.json`, in which edits stand, with what it does not say from the other files of the image
 * (`derived`: the microscope's header, the classic JSON). Where it says something, that counts, but for steps of 1 px,
 * which say nothing. Text that lacks nothing is given as it is, byte for byte.
 * Errors: `invalid_file` for text that is no JSON.
 */
export function mergeMetadata(own: string, derived: string): string {
  const before = parseLossless(own, { allowNonFinite: true });
  const facts = parseLossless(derived, { allowNonFinite: true });
  if (before.kind !== "object") {
    return own;
  }
  let merged = withMissing(before, facts);
  for (const section of SECTIONS) {
    const [mine, theirs] = [getMember(before, section), getMember(facts, section)];
    if (mine?.kind === "object" && theirs?.kind === "object") {
      merged = setMember(merged, section, withMissing(withCalibration(mine, theirs), theirs));
    }
  }
  const text = serializeLossless(merged, { indent: 2 });
  return text === serializeLossless(before, { indent: 2 }) ? own : text;
}

function withMissing(node: JsonNode, from: JsonNode): JsonNode {
  return membersOf(from).reduce(
    (merged, [key, value]) =>
      isNothing(getMember(merged, key)) && !isNothing(value) ? setMember(merged, key, value) : merged,
    node,
  );
}

function withCalibration(header: JsonNode, facts: JsonNode): JsonNode {
  if (isCalibrated(header) || !isCalibrated(facts)) {
    return header;
  }
  return CALIBRATION.reduce(
    (merged, key) => setMember(merged, key, getMember(facts, key) ?? nodeOf(null)),
    header,
  );
}

function isCalibrated(header: JsonNode): boolean {
  const units = getMember(header, "voxels_units");
  return (
    units?.kind === "array" &&
    units.items.length > 0 &&
    units.items.every((unit) => unit.kind === "string" && unit.value !== UNCALIBRATED_UNIT)
  );
}

function membersOf(node: JsonNode): readonly (readonly [string, JsonNode])[] {
  return node.kind === "object" ? [...node.members] : [];
}

function isNothing(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === "null";
}
