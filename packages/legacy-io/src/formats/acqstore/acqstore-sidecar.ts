// Reads acqstore's sidecar `<stem>.tif.json`: ROIs, experiment, calibration, analyses, contrast and scan path.

import { getMember, type JsonNode, nodeOf, plainValue } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import type { StatedScale } from "../../tiff/axes/stated-scales.ts";
import { presentMember, unexpectedNode } from "../json/legacy-json.ts";
import { withoutNonFinite } from "../json/without-non-finite.ts";
import { printableName } from "../rois/printable-name.ts";
import { type AcqstoreAnalysis, readAnalyses } from "./acqstore-analyses.ts";
import { type AcqstoreDate, readAcqstoreDate } from "./acqstore-date.ts";
import { type AcqstoreRoi, readAcqstoreRois } from "./acqstore-rois.ts";
import { type Problems, readPiece } from "./read-piece.ts";
import { readScale, X_AXIS, Y_AXIS } from "./read-scale.ts";

/** What a sidecar of acqstore says. A member that says nothing is undefined or empty. */
export interface AcqstoreSidecar {
  readonly accepted: boolean | undefined;
  readonly rois: readonly AcqstoreRoi[];
  /** The fields that have a value: texts that are not empty, and numbers. */
  readonly experiment: ReadonlyMap<string, JsonNode>;
  /** The steps of the rows and of the columns. Null where the sidecar does not know it. */
  readonly scales: readonly [StatedScale | null, StatedScale | null];
  readonly date: AcqstoreDate;
  readonly analyses: readonly AcqstoreAnalysis[];
  /** How each channel is shown; undefined if nobody changed it. */
  readonly contrast: JsonNode | undefined;
  /** Where the scan lies in the image of the vessel. */
  readonly scanPath: JsonNode | undefined;
  /** Sentences: what could not be read, and what has no place here. */
  readonly problems: readonly string[];
}

export const ACQSTORE_JSON = "acqstore sidecar";
const VERSION = 2;
const KEYS = {
  version: "version",
  accepted: "accepted",
  rois: "rois",
  experiment: "experiment_metadata",
  header: "image_header_metadata",
  analysis: "analysis",
  contrast: "image_contrast",
  reference: "reference_image_metadata",
} as const;
const KNOWN: ReadonlySet<string> = new Set(Object.values(KEYS));
/** A document with two of these members is acqstore's. */
const TELLING: readonly string[] = [KEYS.rois, KEYS.experiment, KEYS.header, KEYS.analysis, KEYS.contrast];
/** Points of a scan path that are kept. */
const MOST_POINTS = 65_536;
const MOST_NAMED = 10;
const NUMBER_FIELDS: ReadonlySet<string> = new Set(["depth", "branch_order"]);

/** True for a document that has the members of acqstore's sidecar; any other is a JSON artifact named `tif`. */
export function isAcqstoreSidecar(document: JsonNode): boolean {
  return (
    document.kind === "object" && TELLING.filter((key) => getMember(document, key) !== undefined).length >= 2
  );
}

/**
 * Reads a sidecar. A piece that cannot be read is a problem, and the others are read.
 * @throws {LegacyIoError} `not_supported` for another version than 2
 */
export function readAcqstoreSidecar(document: JsonNode): AcqstoreSidecar {
  const version = getMember(document, KEYS.version);
  const found = version === undefined ? undefined : plainValue(version);
  if (found !== VERSION) {
    throw new LegacyIoError(
      "not_supported",
      `${ACQSTORE_JSON}: expected version ${VERSION}, found ${printableName(JSON.stringify(found, textOfBigInt) ?? "none")}`,
      { expected: VERSION, found },
    );
  }
  const problems: string[] = [];
  const header = objectMember(document, KEYS.header, problems);
  const members = document.kind === "object" ? [...document.members.keys()] : [];
  const unknown = members.filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) {
    problems.push(`it also has ${namesOf(unknown)}, which stay in the kept file alone`);
  }
  return {
    accepted: acceptedOf(document, problems),
    rois: readAcqstoreRois(presentMember(document, KEYS.rois), problems),
    experiment: experimentOf(objectMember(document, KEYS.experiment, problems), problems),
    scales: [readScale(header, Y_AXIS, problems), readScale(header, X_AXIS, problems)],
    date: readAcqstoreDate(header),
    analyses: readAnalyses(presentMember(document, KEYS.analysis), problems),
    contrast: contrastOf(objectMember(document, KEYS.contrast, problems)),
    scanPath: readPiece(problems, () => scanPathOf(presentMember(document, KEYS.reference))),
    problems,
  };
}

function textOfBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function objectMember(document: JsonNode, key: string, problems: Problems): JsonNode | undefined {
  const node = presentMember(document, key);
  if (node !== undefined && node.kind !== "object") {
    problems.push(unexpectedNode(ACQSTORE_JSON, `$.${key}`, "an object", node).message);
    return undefined;
  }
  return node;
}

function acceptedOf(document: JsonNode, problems: Problems): boolean | undefined {
  const node = presentMember(document, KEYS.accepted);
  if (node !== undefined && node.kind !== "boolean") {
    problems.push(unexpectedNode(ACQSTORE_JSON, "$.accepted", "true or false", node).message);
    return undefined;
  }
  return node?.value;
}

/** The fields that have a value. A number may be written as text. */
function experimentOf(section: JsonNode | undefined, problems: Problems): ReadonlyMap<string, JsonNode> {
  const fields = new Map<string, JsonNode>();
  for (const [key, node] of section?.kind === "object" ? section.members : []) {
    const value = withoutNonFinite(node);
    if (value.kind === "null" || (value.kind === "string" && value.value.trim() === "")) {
      continue;
    }
    if (!NUMBER_FIELDS.has(key)) {
      fields.set(key, value);
      continue;
    }
    const number = Number(value.kind === "string" ? value.value : plainValue(value));
    if (Number.isFinite(number) && (value.kind === "string" || value.kind === "number")) {
      fields.set(key, value.kind === "number" ? value : nodeOf(number));
    } else {
      problems.push(unexpectedNode(ACQSTORE_JSON, `$.${KEYS.experiment}.${key}`, "a number", node).message);
    }
  }
  return fields;
}

function contrastOf(section: JsonNode | undefined): JsonNode | undefined {
  return section?.kind === "object" && section.members.size > 0 ? withoutNonFinite(section) : undefined;
}

const PATH_KEYS = {
  x: "scan_path_x_pixels",
  y: "scan_path_y_pixels",
  count: "scan_path_num_points",
} as const;

/** The reference's own words, after its path was checked: as many x as y, 0 or at least 2. */
function scanPathOf(reference: JsonNode | undefined): JsonNode | undefined {
  if (reference === undefined) {
    return undefined;
  }
  const where = `$.${KEYS.reference}`;
  if (reference.kind !== "object") {
    throw unexpectedNode(ACQSTORE_JSON, where, "an object", reference);
  }
  const [x, y] = [PATH_KEYS.x, PATH_KEYS.y].map((key) => pixelsOf(reference, key, where));
  const count = presentMember(reference, PATH_KEYS.count);
  const stated = count === undefined ? x?.length : plainValue(count);
  if (x?.length !== y?.length || x?.length === 1 || (x !== undefined && stated !== x.length)) {
    throw new LegacyIoError(
      "invalid_file",
      `${ACQSTORE_JSON}: expected as many x as y at ${where}, found a scan path of ${x?.length} x, ${y?.length} y and ${String(stated)} points`,
      { expected: x?.length, found: y?.length },
    );
  }
  return withoutNonFinite(reference);
}

function pixelsOf(reference: JsonNode, key: string, where: string): readonly number[] | undefined {
  const list = presentMember(reference, key);
  if (list === undefined) {
    return undefined;
  }
  if (list.kind !== "array" || list.items.length > MOST_POINTS) {
    throw unexpectedNode(ACQSTORE_JSON, `${where}.${key}`, `a list of at most ${MOST_POINTS} numbers`, list);
  }
  return list.items.map((item, at) => {
    const value = item.kind === "number" ? Number(item.text) : Number.NaN;
    if (!Number.isFinite(value)) {
      throw unexpectedNode(ACQSTORE_JSON, `${where}.${key}[${at}]`, "a finite number", item);
    }
    return value;
  });
}

/** Names for a message, not too many of them. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map(printableName).join(", ");
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}
