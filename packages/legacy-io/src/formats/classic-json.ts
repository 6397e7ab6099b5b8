import { isRoiError, type Roi, roiFromEnvelope } from "@kym/roi";
import { getMember, type JsonNode, plainValue } from "@kym/zarr-store";
import {
  booleanMember,
  membersOf,
  parseLegacyJson,
  presentMember,
  textMember,
  unexpectedNode,
} from "./legacy-json.ts";

/** The `header` of a classic JSON: one entry an axis, rows (time) first. What is absent or garbled is undefined. */
export interface ClassicHeader {
  readonly shape: readonly number[] | undefined;
  readonly ndim: number | undefined;
  /** Steps along the axes: seconds a line, µm a pixel. */
  readonly voxels: readonly number[] | undefined;
  readonly voxelsUnits: readonly string[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly physicalSize: readonly number[] | undefined;
  readonly dateStr: string | undefined;
  readonly timeStr: string | undefined;
  /** Keys that are none of the above. */
  readonly extra: ReadonlyMap<string, JsonNode>;
}

/** A ROI that could not be read; the others are. */
export interface RejectedRoi {
  readonly index: number;
  readonly reason: string;
  readonly node: JsonNode;
}

/** The metadata file beside an image, `<stem>.json`, in any of its three shapes. */
export interface ClassicJson {
  readonly version: string | undefined;
  readonly header: ClassicHeader | undefined;
  /** As it stands in the file, for it is edited by people and programs: `depth` is a number, null or a string. */
  readonly experimentMetadata: JsonNode | undefined;
  readonly rois: readonly Roi[];
  readonly rejectedRois: readonly RejectedRoi[];
  /** Undefined where the file does not say. */
  readonly accepted: boolean | undefined;
  /** Top-level keys that are none of the above. */
  readonly extra: ReadonlyMap<string, JsonNode>;
  /** The whole document, numbers with their own text. */
  readonly document: JsonNode;
  readonly warnings: readonly string[];
}

const WHAT = "classic JSON";
const TOP_KEYS: ReadonlySet<string> = new Set([
  "version",
  "header",
  "experiment_metadata",
  "rois",
  "accepted",
]);
const HEADER_KEYS: ReadonlySet<string> = new Set([
  "shape",
  "ndim",
  "voxels",
  "voxels_units",
  "labels",
  "physical_size",
  "date_str",
  "time_str",
]);

/**
 * Reads `<stem>.json`: ROIs flat or in envelopes, with or without stored statistics. A field of the header that is
 * not what it should be is left out with a warning, a ROI that cannot be read goes to `rejectedRois`.
 * Throws `invalid_file` for what is no JSON object, or one without any of `header`, `experiment_metadata`, `rois`.
 */
export function parseClassicJson(source: string | Uint8Array): ClassicJson {
  const document = parseLegacyJson(source, WHAT);
  const members = membersOf(document, WHAT, "$");
  if (!["header", "experiment_metadata", "rois"].some((key) => members.has(key))) {
    throw unexpectedNode(WHAT, "$", "one of header, experiment_metadata, rois", document);
  }
  const warnings: string[] = [];
  const header = presentMember(document, "header");
  const experimentMetadata = presentMember(document, "experiment_metadata");
  return {
    version: textMember(document, "version", WHAT, "$"),
    header: header === undefined ? undefined : readHeader(header, warnings),
    experimentMetadata,
    ...readRois(presentMember(document, "rois")),
    accepted: booleanMember(document, "accepted", WHAT, "$"),
    extra: new Map([...members].filter(([key]) => !TOP_KEYS.has(key))),
    document,
    warnings,
  };
}

function readHeader(header: JsonNode, warnings: string[]): ClassicHeader {
  const members = membersOf(header, WHAT, "$.header");
  const ndim = plainMember(header, "ndim");
  const listOf = <T>(key: string, isItem: (item: unknown) => item is T): readonly T[] | undefined => {
    const list = plainMember(header, key);
    if (list === undefined) {
      return undefined;
    }
    if (Array.isArray(list) && list.every(isItem) && (typeof ndim !== "number" || list.length === ndim)) {
      return list;
    }
    warnings.push(`$.header.${key} is not a list of ${typeof ndim === "number" ? ndim : "such"} values`);
    return undefined;
  };
  const textOf = (key: string): string | undefined => {
    const text = plainMember(header, key);
    if (text !== undefined && typeof text !== "string") {
      warnings.push(`$.header.${key} is not a string`);
    }
    return typeof text === "string" ? text : undefined;
  };
  return {
    shape: listOf("shape", isCount),
    ndim: isCount(ndim) ? ndim : undefined,
    voxels: listOf("voxels", isFiniteNumber),
    voxelsUnits: listOf("voxels_units", isText),
    labels: listOf("labels", isText),
    physicalSize: listOf("physical_size", isFiniteNumber),
    dateStr: textOf("date_str"),
    timeStr: textOf("time_str"),
    extra: new Map([...members].filter(([key]) => !HEADER_KEYS.has(key))),
  };
}

function readRois(list: JsonNode | undefined): Pick<ClassicJson, "rois" | "rejectedRois"> {
  const rois: Roi[] = [];
  const rejectedRois: RejectedRoi[] = [];
  if (list !== undefined && list.kind !== "array") {
    throw unexpectedNode(WHAT, "$.rois", "an array", list);
  }
  for (const [index, node] of (list?.items ?? []).entries()) {
    const path = `$.rois[${index}]`;
    try {
      const roi = roiFromEnvelope(plainValue(node), { path });
      const isTaken = rois.some((other) => other.id === roi.id);
      if (isTaken) {
        rejectedRois.push({ index, node, reason: `${path}: roi_id ${roi.id} is there already` });
      } else {
        rois.push(roi);
      }
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      rejectedRois.push({ index, node, reason: error.message });
    }
  }
  return { rois, rejectedRois };
}

/** The value of a key; undefined where it is absent or null. */
function plainMember(node: JsonNode, key: string): unknown {
  const member = getMember(node, key);
  return member === undefined ? undefined : (plainValue(member) ?? undefined);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
