import {
  type DType,
  imagePartPaths,
  type ManifestEntry,
  type ReadOptions,
  type Scalar,
  type ZarrImageRecord,
} from "@kym/zarr-store";

/** What lists show of an image. What is not known is null. */
export interface RecordSummary {
  readonly imageId: string;
  /** The microscope's wall clock read as if UTC, exact. */
  readonly acquiredLocalEpochNs: bigint | null;
  readonly shape: readonly number[] | null;
  readonly dtype: DType | null;
  readonly axes: readonly string[] | null;
  readonly umPerPx: number | null;
  readonly secondsPerLine: number | null;
  readonly nRois: number | null;
  readonly note: string | null;
  readonly treatment: string | null;
  readonly condition: string | null;
  readonly accepted: boolean | null;
  readonly hasMetadata: boolean;
}

/** What the manifest says of an image: its summary is made by `summarizeMetadata` whenever metadata are saved. */
export function summarizeEntry(
  entry: Pick<ManifestEntry, "imageId" | "shape" | "dtype" | "axes" | "summary" | "analysisKeys">,
): RecordSummary {
  const { imageId, summary } = entry;
  const metadata = imagePartPaths(imageId, { kind: "json", name: "metadata" });
  return {
    imageId,
    acquiredLocalEpochNs: bigintOf(summary["acquired_local_epoch_ns"]),
    shape: entry.shape ?? null,
    dtype: entry.dtype ?? null,
    axes: entry.axes ?? null,
    umPerPx: numberOf(summary["um_per_px"]),
    secondsPerLine: numberOf(summary["seconds_per_line"]),
    nRois: numberOf(summary["n_rois"]),
    note: textOf(summary["note"]),
    treatment: textOf(summary["treatment"]),
    condition: textOf(summary["condition"]),
    accepted: typeof summary["accepted"] === "boolean" ? summary["accepted"] : null,
    hasMetadata: metadata.some((path) => entry.analysisKeys.includes(path)),
  };
}

/**
 * The summary of one image, from its attributes and the metadata of its array: no pixel and no artifact is read.
 *
 * @throws {ZarrStoreError} `not_found`, `invalid_metadata`
 */
export async function summarizeRecord(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<RecordSummary> {
  const { shape, dtype } = await record.openArray(options);
  const { summary } = await record.attributes(options);
  return summarizeEntry({
    imageId: record.id,
    shape,
    dtype,
    axes: await record.getAxes(options),
    summary: isScalarRecord(summary) ? summary : {},
    analysisKeys: await record.listAnalysisKeys(),
  });
}

function isScalarRecord(value: unknown): value is Readonly<Record<string, Scalar>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bigintOf(value: Scalar | undefined): bigint | null {
  return typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value ?? 0) : null;
}

function numberOf(value: Scalar | undefined): number | null {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}

function textOf(value: Scalar | undefined): string | null {
  return typeof value === "string" ? value : null;
}
