// Reads and writes the stored form of a ROI, the JSON "envelope", in every spelling that programs have used.

import { RoiError } from "../errors.ts";
import { readInteger, readRecord, readText, unexpected } from "./fields/read-field.ts";
import { ENVELOPE_KEYS, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { encodeStoredStats, STORED_STATS_KEYS } from "./fields/stored-stats.ts";
import { createLineRoi, decodeLineData, encodeLineData, LINE_DATA_KEYS } from "./line.ts";
import { createMaskRoi, decodeMaskData, encodeMaskData, MASK_DATA_KEYS } from "./mask.ts";
import { createPathRoi } from "./path-roi.ts";
import { createRectRoi, decodeRectData, encodeRectData, RECT_DATA_KEYS } from "./rect.ts";
import type { Roi, RoiType } from "./roi.ts";
import { decodeStoredPoints, encodeStoredPoints, STORED_POINTS_KEYS } from "./stored-points.ts";

type StoredRecord = Readonly<Record<string, unknown>>;

const ENVELOPE_VERSION = "1.0";
const FLAT_META_KEYS: readonly string[] = ["revision", ...STORED_STATS_KEYS];

/** The keys in `data` of one type of ROI, and the function that builds a ROI from them. */
interface DataCodec {
  readonly keys: readonly string[];
  read(fields: RoiFieldsInit, data: StoredRecord, path: string): Roi;
}

const DATA_CODECS: Readonly<Record<RoiType, DataCodec>> = {
  rect: {
    keys: RECT_DATA_KEYS,
    read: (fields, data, path) => createRectRoi({ ...fields, bounds: decodeRectData(data, path) }),
  },
  mask: {
    keys: MASK_DATA_KEYS,
    read: (fields, data, path) => createMaskRoi({ ...fields, maskRef: decodeMaskData(data, path) }),
  },
  line: {
    keys: LINE_DATA_KEYS,
    read: (fields, data, path) => createLineRoi({ ...fields, points: decodeLineData(data, path) }),
  },
  polyline: pathCodec("polyline"),
  polygon: pathCodec("polygon"),
  point: pathCodec("point"),
};

function pathCodec(type: "polyline" | "polygon" | "point"): DataCodec {
  return {
    keys: STORED_POINTS_KEYS,
    read: (fields, data, path) => createPathRoi({ ...fields, type, points: decodeStoredPoints(data, path) }),
  };
}

const TYPES = Object.keys(DATA_CODECS);

export interface RoiFromEnvelopeOptions {
  /** The path of the value in its document, for messages. Default `$`. */
  readonly path?: string | undefined;
}

/**
 * Reads one stored ROI. These spellings are accepted:
 *
 * | what | written | read as well |
 * | --- | --- | --- |
 * | id | `roi_id` | `id` |
 * | type | `roi_type` | absent: rect |
 * | rect, line | `x0, x1, y0, y1` in `data` (x is dim1, y is dim0) | `dim1_start, dim1_stop, dim0_start, dim0_stop` |
 * | polyline, polygon, point | arrays `x` and `y` in `data` | `dim1` and `dim0` |
 * | geometry | in `data` | beside the other keys, without `data` |
 *
 * Inverted corners of a rect are swapped; a ROI without size is kept. Unknown keys are kept and written again.
 *
 * @throws {RoiError} `invalid_argument`, with the path, for a field that is missing or not valid, and for an
 *   unknown type; `not_supported` for another version
 * @example
 * roiFromEnvelope({ roi_id: 1, data: { x0: 0, x1: 38, y0: 0, y1: 600 } }).type; // "rect"
 */
export function roiFromEnvelope(value: unknown, options: RoiFromEnvelopeOptions = {}): Roi {
  const path = options.path ?? "$";
  const envelope = readRecord(value, path);
  const { roi_type: storedType, version, data: storedData } = envelope;
  const type = readRoiType(storedType, `${path}.roi_type`);
  checkVersion(version, `${path}.version`);
  const isFlat = storedData === undefined;
  const dataPath = isFlat ? path : `${path}.data`;
  const data = isFlat ? envelope : readRecord(storedData, dataPath);
  const { keys: dataKeys, read } = DATA_CODECS[type];
  const fields: RoiFieldsInit = {
    ...readFields(envelope, isFlat, path),
    extra: omitKeys(envelope, [
      ...ENVELOPE_KEYS,
      idKeyOf(envelope),
      ...(isFlat ? [...dataKeys, ...FLAT_META_KEYS] : []),
    ]),
    dataExtra: isFlat ? {} : omitKeys(data, dataKeys),
  };
  return read(fields, data, dataPath);
}

/**
 * Returns the stored form of a ROI: `roi_id, roi_type, version, name, note, channel, z, data, meta`, then the
 * unknown keys that it was read with. `meta.revision` is written only if it is not 0, and `img_*` only if there
 * are statistics.
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

function encodeData(roi: Roi): Record<string, unknown> {
  switch (roi.type) {
    case "rect":
      return encodeRectData(roi);
    case "mask":
      return encodeMaskData(roi);
    case "line":
      return encodeLineData(roi);
    case "polyline":
    case "polygon":
    case "point":
      return encodeStoredPoints(roi.points);
  }
  return roi satisfies never;
}

function readRoiType(value: unknown, path: string): RoiType {
  const found = readText(value ?? "rect", path);
  const type = found.toLowerCase();
  if (isRoiType(type)) {
    return type;
  }
  const quoted = JSON.stringify(found.slice(0, 60));
  throw new RoiError(
    "invalid_argument",
    `${path}: unknown roi_type ${quoted}, expected one of ${TYPES.join(", ")}`,
    { path, expected: TYPES, found },
  );
}

function isRoiType(type: string): type is RoiType {
  return Object.hasOwn(DATA_CODECS, type);
}

function checkVersion(value: unknown, path: string): void {
  if (value !== undefined && value !== null && value !== ENVELOPE_VERSION) {
    const { message } = unexpected(path, `"${ENVELOPE_VERSION}"`, value);
    throw new RoiError("not_supported", message, { path, expected: ENVELOPE_VERSION, found: value });
  }
}

function readFields(envelope: StoredRecord, isFlat: boolean, path: string): RoiFieldsInit {
  const { name, note, channel, z } = envelope;
  const idKey = idKeyOf(envelope);
  const { revision, ...meta } = readMeta(envelope, isFlat, path);
  return {
    id: readInteger(envelope[idKey], `${path}.${idKey}`, 1),
    name: readText(name ?? "", `${path}.name`),
    note: readText(note ?? "", `${path}.note`),
    channel: readInteger(channel ?? 1, `${path}.channel`, 1),
    z: readInteger(z ?? 0, `${path}.z`, 0),
    revision: readInteger(revision ?? 0, `${path}.${isFlat ? "" : "meta."}revision`, 0),
    meta,
  };
}

/** `id` counts as the id only if there is no `roi_id`; otherwise it is kept as an unknown key. */
function idKeyOf({ id, roi_id: roiId }: StoredRecord): "id" | "roi_id" {
  return roiId === undefined && id !== undefined ? "id" : "roi_id";
}

/** The flat form has `revision` and `img_*` beside the other keys; null means not computed. */
function readMeta(envelope: StoredRecord, isFlat: boolean, path: string): StoredRecord {
  const { meta: stored } = envelope;
  const meta = readRecord(stored ?? {}, `${path}.meta`);
  const beside = Object.entries(envelope).filter(
    ([key, value]) => FLAT_META_KEYS.includes(key) && value !== null,
  );
  return isFlat ? { ...Object.fromEntries(beside), ...meta } : meta;
}

function omitKeys(record: StoredRecord, keys: readonly string[]): StoredRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
