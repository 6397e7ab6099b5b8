// Reads the artifact `metadata` of an image, of any version, without stopping at a bad field.

import { isRoiError, type Roi, roiFromEnvelope } from "@kym/roi";
import { isJsonText, parseLossless, plainValue } from "@kym/zarr-store/json";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { type Experiment, parseExperiment } from "./experiment.ts";
import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { type MetadataHeader, parseMetadataHeader } from "./metadata-header.ts";

/** The stored key of each member of the artifact `metadata`. */
export const METADATA_KEYS = {
  version: "version",
  header: "header",
  experiment: "experiment_metadata",
  rois: "rois",
  /** The highest id that a ROI of the image ever had, so that ids are not given twice. */
  roiIdHighWaterMark: "roi_id_high_water_mark",
  /** The id that each ROI of another program's file was given, by its key, so that it is not added again. */
  roiSources: "roi_sources",
  accepted: "accepted",
  /** The microscope's own header, section by section, as an ingest stores it. */
  olympusHeader: "olympus_header",
} as const;

/** The typed content of the artifact `metadata`, with everything that was not understood beside it. */
export interface KymMetadata {
  readonly version: string | undefined;
  readonly header: MetadataHeader;
  readonly experiment: Experiment;
  /** In stored order. A ROI that cannot be read, or has the id of an earlier one, is among the problems instead. */
  readonly rois: readonly Roi[];
  /**
   * The highest id that a ROI of the image is known to have had. Pass it to `RoiSet`, so that ids are not given
   * twice.
   */
  readonly roiIdHighWaterMark: number;
  /** Whether a person includes the image in statistics. True if nothing is stored. */
  readonly accepted: boolean;
  /** All other top-level keys, unchanged. */
  readonly extra: JsonObject;
  readonly problems: readonly MetadataProblem[];
}

/**
 * Reads a metadata payload of version 1.0 or 2.0: a value from `loadMetadataPayload`, JSON text as a string, or
 * a `JsonText`. An invalid field does not stop it: the field counts as absent and is listed in `problems`.
 *
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON
 * @example
 * const { header, rois, problems } = parseMetadata(text);
 */
export function parseMetadata(source: unknown): KymMetadata {
  const reader = new FieldReader(readSource(source), "$");
  const { header, problems: headerProblems } = parseMetadataHeader(reader.value(METADATA_KEYS.header));
  const { experiment, problems: experimentProblems } = parseExperiment(
    reader.value(METADATA_KEYS.experiment),
  );
  const storedRois = reader.list(METADATA_KEYS.rois) ?? [];
  const { rois, problems: roiProblems } = parseRois(storedRois);
  const metadata = {
    version: reader.text(METADATA_KEYS.version),
    header,
    experiment,
    rois,
    roiIdHighWaterMark: highWaterMarkOf(reader.number(METADATA_KEYS.roiIdHighWaterMark), storedRois),
    accepted: reader.boolean(METADATA_KEYS.accepted) ?? true,
  };
  const problems = [...reader.problems, ...headerProblems, ...experimentProblems, ...roiProblems];
  return { ...metadata, extra: reader.rest(), problems };
}

/** {@link parseMetadata} of a text; one that is not JSON counts as metadata that says nothing. */
export function parseMetadataLeniently(text: string): KymMetadata {
  try {
    return parseMetadata(text);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return parseMetadata({});
    }
    throw error;
  }
}

/** Counts the ids of ROIs that cannot be read, too. */
function highWaterMarkOf(stored: unknown, rois: readonly unknown[]): number {
  const ids = rois.filter(isJsonObject).map(({ roi_id: roiId, id }) => roiId ?? id);
  return [stored, ...ids].reduce(
    (highest: number, id) => (isSafeInteger(id) && id > highest ? id : highest),
    0,
  );
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function readSource(source: unknown): unknown {
  const text = isJsonText(source) ? source.text : source;
  return typeof text === "string" ? plainValue(parseLossless(text, { allowNonFinite: true })) : text;
}

function parseRois(list: readonly unknown[]): {
  readonly rois: readonly Roi[];
  readonly problems: readonly MetadataProblem[];
} {
  const rois = new Map<number, Roi>();
  const problems: MetadataProblem[] = [];
  for (const [index, envelope] of list.entries()) {
    const path = `$.rois[${index}]`;
    try {
      const roi = roiFromEnvelope(envelope, { path });
      if (rois.has(roi.id)) {
        problems.push({ path, message: `${path}: another ROI already has roi_id ${roi.id}` });
      } else {
        rois.set(roi.id, roi);
      }
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      problems.push({ path, message: error.message });
    }
  }
  return { rois: [...rois.values()], problems };
}
