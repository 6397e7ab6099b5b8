import { RoiError } from "./errors.ts";
import { createMaskRoi, decodeMaskData, encodeMaskData, MASK_DATA_KEYS } from "./mask.ts";
import { readInteger, readRecord, readText, unexpected } from "./read-field.ts";
import { createRectRoi, decodeRectData, encodeRectData, RECT_DATA_KEYS } from "./rect.ts";
import type { Roi, RoiType } from "./roi.ts";
import { ENVELOPE_KEYS, type RoiFieldsInit } from "./roi-fields.ts";
import { encodeStoredStats, STORED_STATS_KEYS } from "./stored-stats.ts";

type StoredRecord = Readonly<Record<string, unknown>>;

const ENVELOPE_VERSION = "1.0";
const FLAT_META_KEYS: readonly string[] = ["revision", ...STORED_STATS_KEYS];
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
  const { roi_type: storedType, version, data: storedData } = envelope;
  const type = readRoiType(storedType, `${path}.roi_type`);
  checkVersion(version, `${path}.version`);
  const isFlat = storedData === undefined;
  const dataPath = isFlat ? path : `${path}.data`;
  const data = isFlat ? envelope : readRecord(storedData, dataPath);
  const dataKeys = type === "rect" ? RECT_DATA_KEYS : MASK_DATA_KEYS;
  const fields: RoiFieldsInit = {
    ...readFields(envelope, isFlat, path),
    extra: omitKeys(envelope, [
      ...ENVELOPE_KEYS,
      idKeyOf(envelope),
      ...(isFlat ? [...dataKeys, ...FLAT_META_KEYS] : []),
    ]),
    dataExtra: isFlat ? {} : omitKeys(data, dataKeys),
  };
  return type === "rect"
    ? createRectRoi({ ...fields, bounds: decodeRectData(data, dataPath) })
    : createMaskRoi({ ...fields, maskRef: decodeMaskData(data, dataPath) });
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
    data: { ...(roi.type === "rect" ? encodeRectData(roi) : encodeMaskData(roi)), ...roi.dataExtra },
    meta,
    ...roi.extra,
  };
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
    ? new RoiError(
        "not_supported",
        `${path}: ROIs of type ${quoted} are not supported yet, only rect and mask`,
        details,
      )
    : new RoiError("invalid_argument", `${path}: unknown roi_type ${quoted}, expected rect or mask`, details);
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
