import { isRoiError, type Roi, roiFromEnvelope } from "@kym/roi";
import { isJsonText, parseLossless, plainValue } from "@kym/zarr-store";
import { type Experiment, parseExperiment } from "./experiment.ts";
import { FieldReader, type MetadataProblem } from "./field-reader.ts";
import type { JsonObject } from "./json-object.ts";
import { type MetadataHeader, parseMetadataHeader } from "./metadata-header.ts";

/** The artifact `metadata` of an image: typed, with what was not understood beside it. */
export interface KymMetadata {
  readonly version: string | undefined;
  readonly header: MetadataHeader;
  readonly experiment: Experiment;
  /** In stored order. A ROI that cannot be read, or has an id that is taken, is among the problems instead. */
  readonly rois: readonly Roi[];
  /** Whether a person takes the image into statistics. True where nothing is said. */
  readonly accepted: boolean;
  /** Top-level keys that are none of the above, as they came. */
  readonly extra: JsonObject;
  readonly problems: readonly MetadataProblem[];
}

/**
 * Reads a metadata payload of version 1.0 or 2.0: a value as `loadMetadataPayload` gives it, JSON text as a string, or a
 * `JsonText`. It never stops at a bad field: that is absent and listed in `problems`.
 *
 * @throws {ZarrStoreError} `invalid_file` for text that is no JSON
 */
export function parseMetadata(source: unknown): KymMetadata {
  const reader = new FieldReader(readSource(source), "$");
  const { header, problems: headerProblems } = parseMetadataHeader(reader.value("header"));
  const { experiment, problems: experimentProblems } = parseExperiment(reader.value("experiment_metadata"));
  const { rois, problems: roiProblems } = parseRois(reader.list("rois") ?? []);
  const metadata = {
    version: reader.text("version"),
    header,
    experiment,
    rois,
    accepted: reader.boolean("accepted") ?? true,
  };
  const problems = [...reader.problems, ...headerProblems, ...experimentProblems, ...roiProblems];
  return { ...metadata, extra: reader.rest(), problems };
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
        problems.push({ path, message: `${path}: roi_id ${roi.id} is there already` });
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
