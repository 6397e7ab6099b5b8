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

/** The keys of a type's `data`, and how a ROI is made of them. */
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
};

function pathCodec(type: "polyline" | "polygon"): DataCodec {
  return {
    keys: STORED_POINTS_KEYS,
    read: (fields, data, path) => createPathRoi({ ...fields, type, points: decodeStoredPoints(data, path) }),
  };
}

const TYPES = Object.keys(DATA_CODECS);

export interface RoiFromEnvelopeOptions {
  /** Where the value stands in its document, for messages. Default `$`. */
  readonly path?: string | undefined;
}

/**
 * Reads one stored ROI in any of its spellings: the envelope with `x0, x1, y0, y1` (x is dim1, y is dim0) or with
 * `dim0_start …` inside `data`, `id` for `roi_id`, and the flat form without `data`. A polyline and a polygon have the
 * arrays `x` and `y`, or `dim1` and `dim0`. Inverted corners of a rect are swapped; what has no size is kept. Unknown
 * keys are kept and written again. The type is rect where none is said.
 *
 * Throws `invalid_argument`, with the path of the field, for what is missing or not what its place asks for and for
 * an unknown type, which it names; `not_supported` for another version.
 * Source: `kymograph-formats.md` §3.3.
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

/** `id` is the id only where there is no `roi_id`; beside one it is an unknown key. */
function idKeyOf({ id, roi_id: roiId }: StoredRecord): "id" | "roi_id" {
  return roiId === undefined && id !== undefined ? "id" : "roi_id";
}

/** The flat form keeps `revision` and `img_*` beside the rest, null where nothing was computed. */
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
