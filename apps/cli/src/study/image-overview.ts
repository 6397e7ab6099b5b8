// The facts about an image that `kym ls` and `kym show` print.

import { type ListedRecord, summarizeRecord, summarizeRecords } from "@kym/kym-dataset";
import { CALIBRATION_SOURCES, withoutImageEnding } from "@kym/kym-schema/keys";
import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { imagePartKeys } from "@kym/zarr-store/layout";
import { INDEXERS } from "./indexers.ts";

/** A {@link ListedRecord} with the names of `--json`. Unknown axes or shape are an empty list; unknown ROIs count as 0. */
export interface ImageOverview {
  readonly image_id: string;
  /** Path of the file below the ingested folder; null for an image that was not ingested from a folder. */
  readonly rel_path: string | null;
  readonly shape: readonly number[];
  readonly dtype: string | null;
  readonly axes: readonly string[];
  readonly um_per_px: number | null;
  readonly seconds_per_line: number | null;
  readonly calibrated: boolean;
  /** Where the steps are from, such as `olympus`, `imagej` or `noted`; null also if an earlier version stored them. */
  readonly calibration_source: string | null;
  /** ISO 8601 without a time zone: the microscope's wall clock. */
  readonly acquired_local: string | null;
  readonly n_rois: number;
  readonly analyses: readonly string[];
  readonly accepted: boolean | null;
  readonly condition: string | null;
  readonly treatment: string | null;
}

/** The analyses that an image may have: the label of each indexer, and the keys below the image of its possible inputs. */
const ANALYSES: readonly { readonly label: string; readonly keys: ReadonlySet<string> }[] = INDEXERS.map(
  ({ name, label = name, inputs }) => ({
    label,
    keys: new Set(inputs.flatMap((ref) => imagePartKeys({ kind: ref.format, name: ref.name }))),
  }),
);

export async function imageOverviews(dataset: ZarrDataset): Promise<readonly ImageOverview[]> {
  return (await summarizeRecords(dataset)).map(overviewOf);
}

/**
 * The facts about one image, without those of any other. What an image whose metadata are damaged lacks is unknown.
 *
 * @throws {ZarrStoreError} `not_found`
 */
export async function imageOverview(
  dataset: ZarrDataset,
  { image_id: id, rel_path: relPath }: NamedByFile,
): Promise<ImageOverview> {
  const record = dataset.record(id);
  try {
    const analysisKeys = await record.listAnalysisKeys();
    return overviewOf({ ...(await summarizeRecord(record)), relPath, analysisKeys });
  } catch (error) {
    if (!isZarrStoreError(error) || error.code === "not_found") {
      throw error;
    }
    // A list shows such an image with what can be read of it.
    const found = (await imageOverviews(dataset)).find((image) => image.image_id === id);
    if (found === undefined) {
      throw error;
    }
    return found;
  }
}

/** What all images can be found by, sorted by id. Opens no image and no summary. */
export async function imagesByName(dataset: ZarrDataset): Promise<readonly NamedByFile[]> {
  return dataset.readConsistently(async () => {
    const ids = await dataset.listImageIds();
    const sources = await dataset.loadSourcesIndex();
    const paths = new Map(sources.map((row) => [row.image_id, row.source_rel_path ?? null]));
    return ids.map((id) => ({ image_id: id, rel_path: paths.get(id) ?? null }));
  });
}

function overviewOf(image: ListedRecord): ImageOverview {
  return {
    image_id: image.imageId,
    rel_path: image.relPath,
    shape: image.shape ?? [],
    dtype: image.dtype,
    axes: image.axes ?? [],
    um_per_px: image.umPerPx,
    seconds_per_line: image.secondsPerLine,
    calibrated: image.calibrated === true,
    calibration_source: image.calibrationSource,
    acquired_local: localTime(image.acquiredLocalEpochNs),
    n_rois: image.nRois ?? 0,
    analyses: analysesOf(image),
    accepted: image.accepted,
    condition: image.condition,
    treatment: image.treatment,
  };
}

/** The labels of the analyses, in the order of the files that they are read from. */
function analysesOf({ imageId, analysisKeys }: ListedRecord): readonly string[] {
  const [first = ""] = analysisKeys;
  const skip = first.indexOf(imageId) + imageId.length + 1;
  const keys = analysisKeys.map((path) => path.slice(skip));
  const names = keys.join(" ");
  const labels = LABELS.get(names) ?? labelsOf(keys);
  LABELS.set(names, labels);
  return labels;
}

/** By the keys of the files: most images have the same. */
const LABELS = new Map<string, readonly string[]>();

function labelsOf(keys: readonly string[]): readonly string[] {
  return ANALYSES.map(({ label, keys: inputs }) => ({ label, at: keys.findIndex((key) => inputs.has(key)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ label }) => label);
}

const BESIDE_THE_TIFF: ReadonlySet<string> = new Set(Object.values(CALIBRATION_SOURCES));

/**
 * Whether a part of the TIFF states a step, and not a header, another file or a person. `source` may name two places, joined by
 * a comma.
 */
export function isFromTiff(source: string | null): source is string {
  return source?.split(", ").some((one) => !BESIDE_THE_TIFF.has(one)) ?? false;
}

/** What an image can be found by. */
export interface NamedByFile {
  readonly image_id: string;
  readonly rel_path: string | null;
}

/** A part of a name that is shorter could be meant by chance. */
const LEAST_PART = 3;

/**
 * Finds the images that a word names. The first way that finds one decides:
 *
 * 1. the id or the path
 * 2. the file name, with or without its extension; if none has it, either however its accents are composed
 * 3. the beginning of the id, of at least 4 characters
 * 4. the beginning of the file name, of at least 3 characters, in any case
 * 5. a part of the path, likewise
 */
export function findImages<T extends NamedByFile>(images: readonly T[], wanted: string): readonly T[] {
  const exact = images.filter(({ image_id: id, rel_path: path }) => id === wanted || path === wanted);
  if (exact.length > 0) {
    return exact;
  }
  const byName = images.filter(({ rel_path: path }) => {
    const name = path?.slice(path.lastIndexOf("/") + 1);
    return name === wanted || (name !== undefined && withoutImageEnding(name) === wanted);
  });
  if (byName.length > 0) {
    return byName;
  }
  const composed = wanted.normalize("NFC");
  const alike = images.filter(({ rel_path: path }) => {
    const whole = path?.normalize("NFC");
    const name = whole?.slice(whole.lastIndexOf("/") + 1);
    return (
      whole === composed || name === composed || (name !== undefined && withoutImageEnding(name) === composed)
    );
  });
  if (alike.length > 0) {
    return alike;
  }
  const byId = images.filter(({ image_id: id }) => wanted.length >= 4 && id.startsWith(wanted));
  return byId.length > 0 ? byId : imagesWith(images, wanted);
}

/** The images whose file name begins with a word; if none does, those whose path contains it. */
function imagesWith<T extends NamedByFile>(images: readonly T[], wanted: string): readonly T[] {
  const part = wanted.normalize("NFC").toLowerCase();
  if ([...part].length < LEAST_PART) {
    return [];
  }
  const paths = images.map((image) => ({
    image,
    path: image.rel_path?.normalize("NFC").toLowerCase() ?? "",
  }));
  const beginning = paths.filter(({ path }) => path.slice(path.lastIndexOf("/") + 1).startsWith(part));
  const found = beginning.length > 0 ? beginning : paths.filter(({ path }) => path.includes(part));
  return found.map(({ image }) => image);
}

/** Formats a wall clock without `Z`. It was read as if it were UTC, so that no time zone of a machine changes it. */
export function localTime(epochNs: bigint | null): string | null {
  return epochNs === null ? null : new Date(Number(epochNs / 1_000_000n)).toISOString().slice(0, -1);
}
