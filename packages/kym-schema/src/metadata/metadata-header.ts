// The header section of an image's metadata: shape, voxel sizes, labels and time of acquisition.

import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";

/**
 * The facts in a header of any version. Lists have one entry per axis, slowest first. An absent fact is
 * undefined.
 */
export interface HeaderFacts {
  readonly shape: readonly number[] | undefined;
  readonly ndim: number | undefined;
  /** The step along each axis, in `voxelsUnits`. */
  readonly voxels: readonly number[] | undefined;
  readonly voxelsUnits: readonly string[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly physicalSize: readonly number[] | undefined;
  readonly dateStr: string | undefined;
  readonly timeStr: string | undefined;
}

/** The facts of any header, and those that only this system writes. */
export interface MetadataHeader extends HeaderFacts {
  /**
   * The time of the microscope's clock in nanoseconds since 1970, read as if it were UTC: the clock has no time
   * zone.
   */
  readonly acquiredLocalEpochNs: bigint | undefined;
  /**
   * The exact line period in seconds, from another field of the microscope's header, if `voxels` has the
   * rounded one.
   */
  readonly secondsPerLineExact: number | undefined;
  /** Where the step of each axis is from, a word of `CALIBRATION_SOURCES`; empty for an axis in pixels. */
  readonly voxelsSource: readonly string[] | undefined;
  /** All other keys, unchanged. */
  readonly extra: JsonObject;
}

/** The facts to change. Null removes a fact. */
export type MetadataHeaderEdit = {
  readonly [Field in keyof Omit<MetadataHeader, "extra">]?: MetadataHeader[Field] | null;
};

/** The stored key of each fact that a header of any version has. */
export const HEADER_FACT_KEYS: Readonly<Record<keyof HeaderFacts, string>> = {
  shape: "shape",
  ndim: "ndim",
  voxels: "voxels",
  voxelsUnits: "voxels_units",
  labels: "labels",
  physicalSize: "physical_size",
  dateStr: "date_str",
  timeStr: "time_str",
};

/** The stored key of each field, and of those that an ingest adds. */
export const METADATA_HEADER_KEYS: Readonly<Record<keyof MetadataHeaderEdit | "bitsPerPixel", string>> = {
  ...HEADER_FACT_KEYS,
  acquiredLocalEpochNs: "acquired_local_epoch_ns",
  secondsPerLineExact: "seconds_per_line_exact",
  voxelsSource: "voxels_source",
  bitsPerPixel: "bits_per_pixel",
};

/** Reads `header`. It never throws: an invalid field counts as absent and is listed as a problem. */
export function parseMetadataHeader(value: unknown): {
  readonly header: MetadataHeader;
  readonly problems: readonly MetadataProblem[];
} {
  const reader = new FieldReader(value, "$.header");
  const header = {
    shape: reader.numbers(METADATA_HEADER_KEYS.shape),
    ndim: reader.number(METADATA_HEADER_KEYS.ndim),
    voxels: reader.numbers(METADATA_HEADER_KEYS.voxels),
    voxelsUnits: reader.texts(METADATA_HEADER_KEYS.voxelsUnits),
    labels: reader.texts(METADATA_HEADER_KEYS.labels),
    physicalSize: reader.numbers(METADATA_HEADER_KEYS.physicalSize),
    dateStr: reader.text(METADATA_HEADER_KEYS.dateStr),
    timeStr: reader.text(METADATA_HEADER_KEYS.timeStr),
    acquiredLocalEpochNs: reader.bigint(METADATA_HEADER_KEYS.acquiredLocalEpochNs),
    secondsPerLineExact: reader.number(METADATA_HEADER_KEYS.secondsPerLineExact),
    voxelsSource: reader.texts(METADATA_HEADER_KEYS.voxelsSource),
  };
  return { header: { ...header, extra: reader.rest() }, problems: reader.problems };
}
