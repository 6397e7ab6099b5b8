// The fields that all types of ROI share, with their defaults and checks.

import { RoiError } from "../../errors.ts";
import { freezeRecord } from "./freeze-record.ts";
import { readFiniteNumber, readInteger, readText } from "./read-field.ts";
import { decodeStoredStats, type StoredRoiStats, withoutStoredStats } from "./stored-stats.ts";

/** The fields of every ROI, whatever its shape. */
export interface RoiFields {
  /** An integer from 1, unique in its set and never given again. */
  readonly id: number;
  readonly name: string;
  readonly note: string;
  /** Channels are numbered from 1. */
  readonly channel: number;
  /** The slice, counted from 0. */
  readonly z: number;
  /** Counts the changes of geometry. An analysis made at another revision describes another geometry. */
  readonly revision: number;
  /** The pixel statistics that were stored with the ROI. */
  readonly stats?: StoredRoiStats;
  /**
   * The other keys of the envelope's `meta`, unchanged. If a rect was rasterized, `mask_ref` here names its
   * mask.
   */
  readonly meta: Readonly<Record<string, unknown>>;
  /** Top-level keys of the envelope that this package does not know, unchanged. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Keys of the envelope's `data` that this package does not know; absent without any. */
  readonly dataExtra?: Readonly<Record<string, unknown>>;
}

/** {@link RoiFields} before they are checked. All but the id have a default. */
export interface RoiFieldsInit {
  readonly id: number;
  /** Default "". */
  readonly name?: string | undefined;
  /** Default "". */
  readonly note?: string | undefined;
  /** Default 1. */
  readonly channel?: number | undefined;
  /** Default 0. */
  readonly z?: number | undefined;
  /** Default 0. */
  readonly revision?: number | undefined;
  readonly stats?: StoredRoiStats | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly dataExtra?: Readonly<Record<string, unknown>> | undefined;
}

/** The top-level keys that this package gives a meaning. */
export const ENVELOPE_KEYS: readonly string[] = Object.freeze([
  "roi_id",
  "roi_type",
  "version",
  "name",
  "note",
  "channel",
  "z",
  "data",
  "meta",
]);

/**
 * Checks and freezes the common fields. A complete set of `img_*` keys in `meta` becomes `stats`. Throws
 * `invalid_argument` with the path of the field.
 */
export function checkRoiFields(init: RoiFieldsInit, dataKeys: readonly string[]): RoiFields {
  const meta = freezeRecord(init.meta ?? {}, "meta");
  const stats = init.stats === undefined ? decodeStoredStats(meta) : checkStats(init.stats);
  const extra = freezeRecord(init.extra ?? {}, "extra");
  const dataExtra = freezeRecord(init.dataExtra ?? {}, "dataExtra");
  refuseKeys(meta, ["revision"], "meta");
  refuseKeys(extra, ENVELOPE_KEYS, "extra");
  refuseKeys(dataExtra, dataKeys, "dataExtra");
  return {
    id: readInteger(init.id, "id", 1),
    name: readText(init.name ?? "", "name"),
    note: readText(init.note ?? "", "note"),
    channel: readInteger(init.channel ?? 1, "channel", 1),
    z: readInteger(init.z ?? 0, "z", 0),
    revision: readInteger(init.revision ?? 0, "revision", 0),
    ...(stats === undefined ? {} : { stats }),
    meta: stats === undefined ? meta : withoutStoredStats(meta),
    extra,
    ...(Object.keys(dataExtra).length === 0 ? {} : { dataExtra }),
  };
}

function checkStats(stats: StoredRoiStats): StoredRoiStats {
  return Object.freeze({
    imgMin: readFiniteNumber(stats.imgMin, "stats.imgMin"),
    imgMax: readFiniteNumber(stats.imgMax, "stats.imgMax"),
    imgMean: readFiniteNumber(stats.imgMean, "stats.imgMean"),
    imgStd: readFiniteNumber(stats.imgStd, "stats.imgStd"),
  });
}

function refuseKeys(record: Readonly<Record<string, unknown>>, keys: readonly string[], path: string): void {
  for (const key of keys) {
    if (Object.hasOwn(record, key)) {
      throw new RoiError(
        "invalid_argument",
        `${path}.${key}: this key is part of the envelope and cannot be an extra key`,
        {
          path: `${path}.${key}`,
          found: record[key],
        },
      );
    }
  }
}
