import { RoiError } from "./errors.ts";
import { createMaskRoi, MASK_DATA_KEY } from "./mask.ts";
import { readInteger, readRecord, readText, unexpected } from "./read-field.ts";
import { createRectRoi, RECT_DATA_KEYS } from "./rect.ts";
import type { Roi, RoiType } from "./roi.ts";
import { ENVELOPE_KEYS, type RoiFieldsInit } from "./roi-fields.ts";
import { encodeStoredStats, STORED_STATS_KEYS } from "./stored-stats.ts";

const ENVELOPE_VERSION = "1.0";
const PLANNED_TYPES: readonly string[] = ["line", "polyline", "polygon"];

export interface RoiFromEnvelopeOptions {
  /** Where the value stands in its document, for messages. Default `$`. */
  readonly path?: string | undefined;
}

/**
 * Reads one stored ROI in any of its spellings: the envelope with `x0, x1, y0, y1` (x is dim1, y is dim0) or with
 * `dim0_start …` inside `data`, `id` for `roi_id`, and the flat form without `data`. Inverted corners are swapped;
 * an empty rect is kept. Unknown keys are kept and written again. The type is rect where none is said.
 *
 * Throws `invalid_argument`, with the path of the field, for what is missing or not what its place asks for and for
 * an unknown type, which it names; `not_supported` for line, polyline, polygon, and another version.
 * Source: `kymograph-formats.md` §3.3.
 */
export function roiFromEnvelope(value: unknown, options: RoiFromEnvelopeOptions = {}): Roi {
  const path = options.path ?? "$";
  const envelope = readRecord(value, path);
  const type = readRoiType(envelope["roi_type"], `${path}.roi_type`);
  checkVersion(envelope["version"], `${path}.version`);
  const isFlat = envelope["data"] === undefined;
  const data = isFlat ? envelope : readRecord(envelope["data"], `${path}.data`);
  const dataPath = isFlat ? path : `${path}.data`;
  const dataKeys = type === "rect" ? Object.values(RECT_DATA_KEYS).flat() : [MASK_DATA_KEY];
  const idKey = Object.hasOwn(envelope, "roi_id") ? "roi_id" : "id";
  const known = [...ENVELOPE_KEYS, idKey, ...(isFlat ? [...dataKeys, "revision", ...STORED_STATS_KEYS] : [])];
  const meta = readMeta(envelope, isFlat, path);
  const fields: RoiFieldsInit = {
    id: readInteger(envelope[idKey], `${path}.${idKey}`, 1),
    name: readText(envelope["name"] ?? "", `${path}.name`),
    note: readText(envelope["note"] ?? "", `${path}.note`),
    channel: readInteger(envelope["channel"] ?? 1, `${path}.channel`, 1),
    z: readInteger(envelope["z"] ?? 0, `${path}.z`, 0),
    revision: readInteger(meta["revision"] ?? 0, `${path}.${isFlat ? "" : "meta."}revision`, 0),
    meta: omitKeys(meta, ["revision"]),
    extra: omitKeys(envelope, known),
    dataExtra: isFlat ? {} : omitKeys(data, dataKeys),
  };
  if (type === "mask") {
    return createMaskRoi({ ...fields, maskRef: readMaskRef(data[MASK_DATA_KEY], `${dataPath}.${MASK_DATA_KEY}`) });
  }
  const edge = (keys: readonly [string, string]): number => readEdge(data, keys, dataPath);
  const bounds = {
    dim0Start: edge(RECT_DATA_KEYS.dim0Start),
    dim0Stop: edge(RECT_DATA_KEYS.dim0Stop),
    dim1Start: edge(RECT_DATA_KEYS.dim1Start),
    dim1Stop: edge(RECT_DATA_KEYS.dim1Stop),
  };
  return createRectRoi({ ...fields, bounds });
}

/**
 * The ROI as it is stored: `roi_id, roi_type, version, name, note, channel, z, data, meta`, then the unknown keys that
 * came with it. `meta.revision` is written only if it is not 0, `img_*` only if there are statistics.
 */
export function toEnvelope(roi: Roi): Record<string, unknown> {
  const meta = {
    ...(roi.revision === 0 ? {} : { revision: roi.revision }),
    ...(roi.stats === undefined ? {} : encodeStoredStats(roi.stats)),
    ...roi.meta,
  };
  return {
    roi_id: roi.id,
    roi_type: roi.type,
    version: ENVELOPE_VERSION,
    name: roi.name,
    note: roi.note,
    channel: roi.channel,
    z: roi.z,
    data: { ...encodeData(roi), ...roi.dataExtra },
    meta,
    ...roi.extra,
  };
}

function encodeData(roi: Roi): Readonly<Record<string, number | string>> {
  if (roi.type === "mask") {
    return { [MASK_DATA_KEY]: roi.maskRef };
  }
  const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
  return { x0: dim1Start, x1: dim1Stop, y0: dim0Start, y1: dim0Stop };
}

function readRoiType(value: unknown, path: string): RoiType {
  const found = readText(value ?? "rect", path);
  const type = found.toLowerCase();
  if (type === "rect" || type === "mask") {
    return type;
  }
  const details = { path, expected: ["rect", "mask"], found };
  const quoted = JSON.stringify(found.slice(0, 60));
  throw PLANNED_TYPES.includes(type)
    ? new RoiError("not_supported", `${path}: ROIs of type ${quoted} are not supported yet, only rect and mask`, details)
    : new RoiError("invalid_argument", `${path}: unknown roi_type ${quoted}, expected rect or mask`, details);
}

function checkVersion(value: unknown, path: string): void {
  if (value !== undefined && value !== null && value !== ENVELOPE_VERSION) {
    const { message } = unexpected(path, `"${ENVELOPE_VERSION}"`, value);
    throw new RoiError("not_supported", message, { path, expected: ENVELOPE_VERSION, found: value });
  }
}

/** The flat form keeps `revision` and `img_*` beside the rest, null where nothing was computed. */
function readMeta(envelope: Readonly<Record<string, unknown>>, isFlat: boolean, path: string): Readonly<Record<string, unknown>> {
  const meta = readRecord(envelope["meta"] ?? {}, `${path}.meta`);
  if (!isFlat) {
    return meta;
  }
  const flat = ["revision", ...STORED_STATS_KEYS].map((key) => [key, envelope[key]] as const);
  return { ...Object.fromEntries(flat.filter(([, value]) => value !== undefined && value !== null)), ...meta };
}

function readMaskRef(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") {
    throw unexpected(path, "a non-empty string", value);
  }
  return value;
}

/** One edge in either spelling; both may be there if they agree. */
function readEdge(data: Readonly<Record<string, unknown>>, keys: readonly [string, string], path: string): number {
  const [written, alternative] = keys;
  const found = keys.filter((key) => Object.hasOwn(data, key));
  const [edge = undefined, other = edge] = found.map((key) => readInteger(data[key], `${path}.${key}`));
  if (edge === undefined) {
    throw unexpected(`${path}.${written}`, `an integer, here or as ${alternative}`, undefined);
  }
  if (edge !== other) {
    throw unexpected(`${path}.${alternative}`, `${edge} as in ${written}`, other);
  }
  return edge;
}

function omitKeys(record: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
