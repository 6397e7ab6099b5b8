import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";

/** The facts of the acquisition: one entry an axis in each list, slowest first. What is absent is undefined. */
export interface MetadataHeader {
  readonly shape: readonly number[] | undefined;
  readonly ndim: number | undefined;
  /** The steps along the axes, in `voxelsUnits`. */
  readonly voxels: readonly number[] | undefined;
  readonly voxelsUnits: readonly string[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly physicalSize: readonly number[] | undefined;
  readonly dateStr: string | undefined;
  readonly timeStr: string | undefined;
  /** The microscope's wall clock read as if UTC, in nanoseconds: it has no time zone. Design §6. */
  readonly acquiredLocalEpochNs: bigint | undefined;
  /** The line period by the header's other field, where `voxels` has the rounded one. `kymograph-formats.md` §2.1. */
  readonly secondsPerLineExact: number | undefined;
  /** Keys that are none of the above, as they came. */
  readonly extra: JsonObject;
}

/** Reads `header`. Never throws: what is garbled is absent and noted. */
export function parseMetadataHeader(value: unknown): {
  readonly header: MetadataHeader;
  readonly problems: readonly MetadataProblem[];
} {
  const reader = new FieldReader(value, "$.header");
  const header = {
    shape: reader.numbers("shape"),
    ndim: reader.number("ndim"),
    voxels: reader.numbers("voxels"),
    voxelsUnits: reader.texts("voxels_units"),
    labels: reader.texts("labels"),
    physicalSize: reader.numbers("physical_size"),
    dateStr: reader.text("date_str"),
    timeStr: reader.text("time_str"),
    acquiredLocalEpochNs: reader.bigint("acquired_local_epoch_ns"),
    secondsPerLineExact: reader.number("seconds_per_line_exact"),
  };
  return { header: { ...header, extra: reader.rest() }, problems: reader.problems };
}
