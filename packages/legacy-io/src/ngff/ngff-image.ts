// Reads what the group of an OME-Zarr image says of itself: axes, levels, steps, and what acqstore and this system add.

import { getMember, type JsonNode } from "@kym/zarr-store/json";
import { LegacyIoError } from "../errors.ts";
import { safePath } from "../formats/acqstore/safe-path.ts";
import { presentMember, textMember, unexpectedNode } from "../formats/json/legacy-json.ts";
import { printableName } from "../formats/rois/printable-name.ts";

/** One axis, as the file names it. */
export interface NgffAxis {
  /** In lower case. */
  readonly name: string;
  /** As the file spells it; undefined if it has none. */
  readonly unit: string | undefined;
}

/** What stands in the group of an image. */
export interface NgffImage {
  readonly version: string;
  readonly axes: readonly NgffAxis[];
  /** The path of the array of full resolution, below the group. */
  readonly path: string;
  /** The step along each axis of that array; undefined if the file states none that can be used. */
  readonly steps: readonly number[] | undefined;
  /** The paths of the smaller arrays, which are made of the first. */
  readonly smaller: readonly string[];
  /** acqstore's own words about the pixels; undefined without any. */
  readonly pixels: JsonNode | undefined;
  /** This system's words about the axes, which an export writes; undefined without any. */
  readonly own: JsonNode | undefined;
  /** Sentences: what could not be used. */
  readonly problems: readonly string[];
}

const WHAT = "OME-Zarr group";
const MOST_AXES = 8;
const MOST_LEVELS = 64;
/** Axes of releases before they had a list of them. */
const OLD_AXES: readonly string[] = ["t", "c", "z", "y", "x"];
const VERSIONS: readonly string[] = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"];

/** True for the attributes of a group that holds an image. */
export function isNgffImage(attributes: JsonNode): boolean {
  const list = presentMember(omeOf(attributes), "multiscales");
  return list?.kind === "array" && list.items.length > 0;
}

/** The part of the attributes that NGFF wrote: `ome` since 0.5, all of them before. */
function omeOf(attributes: JsonNode): JsonNode {
  const ome = attributes.kind === "object" ? getMember(attributes, "ome") : undefined;
  return ome?.kind === "object" ? ome : attributes;
}

/** True for the attributes of a group that holds several images, as Bio-Formats lays them out. */
export function isNgffSeries(attributes: JsonNode): boolean {
  return (
    attributes.kind === "object" &&
    [attributes, omeOf(attributes)].some((node) => presentMember(node, "bioformats2raw.layout") !== undefined)
  );
}

/** The paths that `OME/zarr.json` lists. An entry that leads out of the root is a problem. */
export function seriesOf(attributes: JsonNode | undefined, problems: string[]): readonly string[] {
  const list = attributes && presentMember(omeOf(attributes), "series");
  if (list?.kind !== "array") {
    return [];
  }
  const MOST_SERIES = 100_000;
  const paths = new Set<string>();
  for (const [index, item] of list.items.slice(0, MOST_SERIES).entries()) {
    try {
      if (item.kind !== "string") {
        throw unexpectedNode(WHAT, `$.series[${index}]`, "a string", item);
      }
      paths.add(safePath(item.value, `$.series[${index}]`));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return [...paths];
}

/**
 * Reads the attributes of a group.
 * @throws {LegacyIoError} `invalid_file` or `invalid_name` for attributes that say no image; `not_supported` for a release of NGFF
 * that is not known
 */
export function readNgffImage(attributes: JsonNode): NgffImage {
  const ome = omeOf(attributes);
  const list = presentMember(ome, "multiscales");
  const where = "$.multiscales";
  if (list?.kind !== "array" || list.items[0]?.kind !== "object") {
    throw new LegacyIoError("invalid_file", `${WHAT}: expected an image at ${where}, found none`, {});
  }
  const [first] = list.items;
  const version = textMember(ome, "version", WHAT, "$") ?? textMember(first, "version", WHAT, `${where}[0]`);
  const release = version?.replace(/^(\d+\.\d+).*$/, "$1") ?? "0.4";
  if (!VERSIONS.includes(release)) {
    throw new LegacyIoError(
      "not_supported",
      `${WHAT}: expected a release of NGFF from ${VERSIONS[0]} to ${VERSIONS.at(-1)}, found ${printableName(version ?? "")}`,
      { expected: VERSIONS, found: version },
    );
  }
  const problems: string[] = [];
  if (list.items.length > 1) {
    problems.push(`it holds ${list.items.length} images: the first is taken`);
  }
  const axes = axesOf(first, `${where}[0].axes`);
  const levels = presentMember(first, "datasets");
  if (levels?.kind !== "array" || levels.items[0] === undefined || levels.items.length > MOST_LEVELS) {
    const found = levels?.kind === "array" ? `${levels.items.length}` : (levels?.kind ?? "nothing");
    const expected = `1 to ${MOST_LEVELS} levels`;
    throw new LegacyIoError(
      "invalid_file",
      `${WHAT}: expected ${expected} at ${where}[0].datasets, found ${found}`,
      { expected, found },
    );
  }
  const paths = levels.items.map((level, at) => levelPath(level, `${where}[0].datasets[${at}]`));
  const [path = "", ...smaller] = paths;
  const own = attributes.kind === "object" ? presentMember(attributes, "kym") : undefined;
  return {
    version: version ?? "0.4",
    axes,
    path,
    steps: stepsOf([levels.items[0], first], axes.length, problems),
    smaller,
    pixels: attributes.kind === "object" ? presentMember(attributes, "acqstore_pixels") : undefined,
    own: own?.kind === "object" ? own : undefined,
    problems,
  };
}

function levelPath(level: JsonNode, where: string): string {
  if (level.kind !== "object") {
    throw unexpectedNode(WHAT, where, "an object", level);
  }
  return safePath(textMember(level, "path", WHAT, where) ?? "", `${where}.path`);
}

function axesOf(image: JsonNode, where: string): readonly NgffAxis[] {
  const list = presentMember(image, "axes");
  if (list === undefined) {
    return OLD_AXES.map((name) => ({ name, unit: undefined }));
  }
  if (list.kind !== "array" || list.items.length === 0 || list.items.length > MOST_AXES) {
    throw unexpectedNode(WHAT, where, `a list of 1 to ${MOST_AXES} axes`, list);
  }
  const axes = list.items.map((item, at): NgffAxis => {
    const name = item.kind === "string" ? item.value : textMember(item, "name", WHAT, `${where}[${at}]`);
    if (name === undefined || name === "" || name.length > 32) {
      throw new LegacyIoError("invalid_file", `${WHAT}: expected the name of an axis at ${where}[${at}]`, {});
    }
    const unit = item.kind === "string" ? undefined : textMember(item, "unit", WHAT, `${where}[${at}]`);
    return { name: name.toLowerCase(), unit };
  });
  if (new Set(axes.map(({ name }) => name)).size < axes.length) {
    throw new LegacyIoError("invalid_file", `${WHAT}: expected axes of different names at ${where}`, {});
  }
  return axes;
}

/** The product of the scales of the level and of the image. */
function stepsOf(
  nodes: readonly JsonNode[],
  rank: number,
  problems: string[],
): readonly number[] | undefined {
  let steps: readonly number[] | undefined;
  for (const node of nodes) {
    const list = presentMember(node, "coordinateTransformations");
    const items = list?.kind === "array" ? list.items.slice(0, MOST_AXES) : [];
    for (const item of items) {
      const scale = item.kind === "object" ? presentMember(item, "scale") : undefined;
      if (scale === undefined) {
        continue;
      }
      const values = scale.kind === "array" ? scale.items.map(numberOf) : [];
      if (values.length !== rank || values.some((value) => !(value > 0 && Number.isFinite(value)))) {
        problems.push(`a scale is not ${rank} steps above 0: it is not used`);
        continue;
      }
      steps = values.map((value, axis) => value * (steps?.[axis] ?? 1));
    }
  }
  return steps;
}

function numberOf(node: JsonNode): number {
  return node.kind === "number" ? Number(node.text) : Number.NaN;
}
