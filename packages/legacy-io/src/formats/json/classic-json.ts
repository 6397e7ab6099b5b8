// Reads the classic JSON `<stem>.json`, in which the older application keeps an image's metadata and ROIs.

import type { HeaderFacts } from "@kym/kym-schema";
import { HEADER_FACT_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import { isRoiError, type Roi, roiFromEnvelope } from "@kym/roi";
import {
  collectFaults,
  getMember,
  isFiniteNumber,
  isString,
  type JsonField,
  type JsonNode,
  listOf,
  plainValue,
  stringOf,
} from "@kym/zarr-store/json";
import {
  booleanMember,
  membersOf,
  parseLegacyJson,
  presentMember,
  textMember,
  unexpectedNode,
} from "./legacy-json.ts";

/** The `header` of a classic JSON, rows (time) first: `voxels` are seconds per line and µm per pixel. */
export interface ClassicHeader extends HeaderFacts {
  /** All other keys. */
  readonly extra: ReadonlyMap<string, JsonNode>;
}

/** A ROI that could not be read. It does not keep the other ROIs from being read. */
export interface RejectedRoi {
  readonly index: number;
  readonly reason: string;
  readonly node: JsonNode;
}

/**
 * What a classic JSON says. Three shapes exist, all of version "1.0": flat ROIs, flat ROIs with statistics, and ROIs in
 * envelopes.
 */
export interface ClassicJson {
  readonly version: string | undefined;
  readonly header: ClassicHeader | undefined;
  /** Unchanged from the file, because people and programs edit it: `depth` may be a number, null or a string. */
  readonly experimentMetadata: JsonNode | undefined;
  readonly rois: readonly Roi[];
  readonly rejectedRois: readonly RejectedRoi[];
  /** Undefined if the file does not say. */
  readonly accepted: boolean | undefined;
  /** All other top-level keys. */
  readonly extra: ReadonlyMap<string, JsonNode>;
  /** The whole document, numbers with their own text. */
  readonly document: JsonNode;
  readonly warnings: readonly string[];
}

const WHAT = "classic JSON";
/** A JSON object with at least one of these keys is a classic JSON. */
const TELLING_KEYS = [METADATA_KEYS.header, METADATA_KEYS.experiment, METADATA_KEYS.rois];
const TOP_KEYS: ReadonlySet<string> = new Set([
  METADATA_KEYS.version,
  ...TELLING_KEYS,
  METADATA_KEYS.accepted,
]);
const HEADER_KEYS: ReadonlySet<string> = new Set(Object.values(HEADER_FACT_KEYS));

/**
 * Reads a classic JSON. ROIs may be flat or in envelopes, with or without stored statistics. A header field of the wrong
 * type is left out with a warning, and a ROI that cannot be read goes to `rejectedRois`.
 * @throws {LegacyIoError} `invalid_file` for anything but a JSON object, and for one that has neither `header` nor
 * `experiment_metadata` nor `rois`
 */
export function parseClassicJson(source: string | Uint8Array): ClassicJson {
  const document = parseLegacyJson(source, WHAT);
  const members = membersOf(document, WHAT, "$");
  if (!TELLING_KEYS.some((key) => members.has(key))) {
    throw unexpectedNode(WHAT, "$", `one of ${TELLING_KEYS.join(", ")}`, document);
  }
  const warnings: string[] = [];
  const header = presentMember(document, METADATA_KEYS.header);
  const experimentMetadata = presentMember(document, METADATA_KEYS.experiment);
  return {
    version: textMember(document, METADATA_KEYS.version, WHAT, "$"),
    header: header === undefined ? undefined : readHeader(header, warnings),
    experimentMetadata,
    ...readRois(presentMember(document, METADATA_KEYS.rois)),
    accepted: booleanMember(document, METADATA_KEYS.accepted, WHAT, "$"),
    extra: new Map([...members].filter(([key]) => !TOP_KEYS.has(key))),
    document,
    warnings,
  };
}

function readHeader(header: JsonNode, warnings: string[]): ClassicHeader {
  const members = membersOf(header, WHAT, "$.header");
  const ndim = plainMember(header, HEADER_FACT_KEYS.ndim);
  const onFault = collectFaults(warnings, ({ path }, expected) => `${path} is not ${expected}`);
  const fieldOf = (key: string): JsonField<undefined> => {
    return { value: plainMember(header, key), path: `$.header.${key}`, where: WHAT, onFault };
  };
  const entriesOf = <T>(key: string, isItem: (item: unknown) => item is T): readonly T[] | undefined => {
    const field = fieldOf(key);
    const expected = `a list of ${typeof ndim === "number" ? ndim : "such"} values`;
    const list = listOf(field, expected, isItem);
    const hasRank = list === undefined || typeof ndim !== "number" || list.length === ndim;
    return hasRank ? list : onFault(field, expected);
  };
  return {
    shape: entriesOf(HEADER_FACT_KEYS.shape, isCount),
    ndim: isCount(ndim) ? ndim : undefined,
    voxels: entriesOf(HEADER_FACT_KEYS.voxels, isFiniteNumber),
    voxelsUnits: entriesOf(HEADER_FACT_KEYS.voxelsUnits, isString),
    labels: entriesOf(HEADER_FACT_KEYS.labels, isString),
    physicalSize: entriesOf(HEADER_FACT_KEYS.physicalSize, isFiniteNumber),
    dateStr: stringOf(fieldOf(HEADER_FACT_KEYS.dateStr)),
    timeStr: stringOf(fieldOf(HEADER_FACT_KEYS.timeStr)),
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

/** The value of a key; undefined if it is absent or null. */
function plainMember(node: JsonNode, key: string): unknown {
  const member = getMember(node, key);
  return member === undefined ? undefined : (plainValue(member) ?? undefined);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
