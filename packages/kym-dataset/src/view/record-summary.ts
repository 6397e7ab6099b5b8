// Summarises one image for lists: shape, calibration, experiment and number of ROIs, without reading pixels.

import { ARTIFACTS, type MetadataSummary, readSummary } from "@kym/kym-schema";
import type { DType, ManifestEntry, ReadOptions, Scalar, ZarrImageRecord } from "@kym/zarr-store";
import { imagePartPaths } from "@kym/zarr-store/layout";

/** What lists show about an image. Unknown values are null. */
export interface RecordSummary extends MetadataSummary {
  readonly imageId: string;
  readonly shape: readonly number[] | null;
  readonly dtype: DType | null;
  readonly axes: readonly string[] | null;
  readonly hasMetadata: boolean;
}

/** Summarises a manifest entry. `summarizeMetadata` writes the summary into it whenever metadata are saved. */
export function summarizeEntry(
  entry: Pick<ManifestEntry, "imageId" | "shape" | "dtype" | "axes" | "summary" | "analysisKeys">,
): RecordSummary {
  const { imageId, summary } = entry;
  const metadata = imagePartPaths(imageId, { kind: "json", name: ARTIFACTS.metadata });
  return {
    imageId,
    shape: entry.shape ?? null,
    dtype: entry.dtype ?? null,
    axes: entry.axes ?? null,
    ...readSummary(summary),
    hasMetadata: metadata.some((path) => entry.analysisKeys.includes(path)),
  };
}

/**
 * Summarises one image from its attributes and the header of its array. Reads no pixels and no artifacts.
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
