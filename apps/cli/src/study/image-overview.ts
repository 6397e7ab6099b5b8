import { type ListedRecord, summarizeRecords } from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import { imagePartKeys } from "@kym/zarr-store/layout";
import { INDEXERS } from "./indexers.ts";

/** A {@link ListedRecord} as `--json` spells it: an empty list or 0 where no shape, axes or ROIs are known. */
export interface ImageOverview {
  readonly image_id: string;
  /** Where the file was below the ingested folder; null for an image that came otherwise. */
  readonly rel_path: string | null;
  readonly shape: readonly number[];
  readonly dtype: string | null;
  readonly axes: readonly string[];
  readonly um_per_px: number | null;
  readonly seconds_per_line: number | null;
  readonly calibrated: boolean;
  /** ISO-8601 without zone: the microscope's wall clock. */
  readonly acquired_local: string | null;
  readonly n_rois: number;
  readonly analyses: readonly string[];
  readonly accepted: boolean | null;
}

/** What an image has if it was analysed: the label of each indexer, and where below the image its inputs may be. */
const ANALYSES: readonly { readonly label: string; readonly keys: ReadonlySet<string> }[] = INDEXERS.map(
  ({ name, label = name, inputs }) => ({
    label,
    keys: new Set(inputs.flatMap((ref) => imagePartKeys({ kind: ref.format, name: ref.name }))),
  }),
);

export async function imageOverviews(dataset: ZarrDataset): Promise<readonly ImageOverview[]> {
  return (await summarizeRecords(dataset)).map(overviewOf);
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
    acquired_local: localTime(image.acquiredLocalEpochNs),
    n_rois: image.nRois ?? 0,
    analyses: analysesOf(image),
    accepted: image.accepted,
  };
}

/** In the order of the files that they are read from. */
function analysesOf({ imageId, analysisKeys }: ListedRecord): readonly string[] {
  const keys = analysisKeys.map((path) => path.slice(path.indexOf(imageId) + imageId.length + 1));
  return ANALYSES.map(({ label, keys: inputs }) => ({ label, at: keys.findIndex((key) => inputs.has(key)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ label }) => label);
}

/** By id, by the beginning of an id, by path, by file name, or by the file name without its ending. */
export function findImages(images: readonly ImageOverview[], wanted: string): readonly ImageOverview[] {
  const exact = images.filter(({ image_id: id, rel_path: path }) => id === wanted || path === wanted);
  if (exact.length > 0) {
    return exact;
  }
  const byName = images.filter(({ rel_path: path }) => {
    const name = path?.slice(path.lastIndexOf("/") + 1);
    return name === wanted || name?.replace(/\.tiff?$/i, "") === wanted;
  });
  return byName.length > 0
    ? byName
    : images.filter(({ image_id: id }) => wanted.length >= 4 && id.startsWith(wanted));
}

/** The wall clock was read as if it were UTC, so that no machine's time zone enters; it is shown without `Z`. */
function localTime(epochNs: bigint | null): string | null {
  return epochNs === null ? null : new Date(Number(epochNs / 1_000_000n)).toISOString().slice(0, -1);
}
