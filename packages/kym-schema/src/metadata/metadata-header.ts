import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";

/** What a header of any age says: one entry for each axis in each list, slowest first. What is absent is undefined. */
export interface HeaderFacts {
  readonly shape: readonly number[] | undefined;
  readonly ndim: number | undefined;
  /** The steps along the axes, in `voxelsUnits`. */
  readonly voxels: readonly number[] | undefined;
  readonly voxelsUnits: readonly string[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly physicalSize: readonly number[] | undefined;
  readonly dateStr: string | undefined;
  readonly timeStr: string | undefined;
}

/** The facts of the acquisition, and what only this system's metadata say. */
export interface MetadataHeader extends HeaderFacts {
  /** The microscope's wall clock read as if UTC, in nanoseconds: it has no time zone. */
  readonly acquiredLocalEpochNs: bigint | undefined;
  /** The line period by the header's other field, where `voxels` has the rounded one. */
  readonly secondsPerLineExact: number | undefined;
  /** Keys that are none of the above, as they came. */
  readonly extra: JsonObject;
}

export type MetadataHeaderEdit = Partial<Omit<MetadataHeader, "extra">>;

/** The stored key of each fact that a header of any age has. */
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

/** The stored key of each field, and of what an ingest keeps besides. */
export const METADATA_HEADER_KEYS: Readonly<Record<keyof MetadataHeaderEdit | "bitsPerPixel", string>> = {
  ...HEADER_FACT_KEYS,
  acquiredLocalEpochNs: "acquired_local_epoch_ns",
  secondsPerLineExact: "seconds_per_line_exact",
  bitsPerPixel: "bits_per_pixel",
};

/** Reads `header`. Never throws: what is garbled is absent and noted. */
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
  };
  return { header: { ...header, extra: reader.rest() }, problems: reader.problems };
}
