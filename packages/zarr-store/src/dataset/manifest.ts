// The entries of a manifest: how one is made from an image's metadata, and how entries are ordered.

import type { DType } from "../array/dtype.ts";
import type { ArrayMetadata } from "../array/metadata/array-metadata.ts";
import { isZarrStoreError } from "../errors.ts";
import { isAnalysisPath, isArrayArtifactPath, meaningOf } from "./layout.ts";
import type { Attributes } from "./nodes/node-cache.ts";
import type { Scalar, Summary } from "./session/object-session.ts";

/** One image as lists show it. Nothing here is read from pixels or artifacts. */
export interface ManifestEntry {
  readonly imageId: string;
  /** Undefined if the image's array metadata cannot be read. */
  readonly shape: readonly number[] | undefined;
  readonly dtype: DType | undefined;
  readonly chunks: readonly number[] | undefined;
  readonly axes: readonly string[] | undefined;
  readonly createdUtc: string | undefined;
  readonly summary: Summary;
  /** Paths of the files below `images/<id>/analysis/`, sorted. */
  readonly analysisKeys: readonly string[];
  /** Names of array artifacts, sorted; nested names in full. */
  readonly arrayArtifacts: readonly string[];
}

/** The images that exist at a version, sorted by id. Derived from the dataset, so it can be rebuilt. */
export interface Manifest {
  readonly version: number;
  readonly images: readonly ManifestEntry[];
}

/** What a manifest entry is made from. */
export interface ManifestSource {
  readonly imageId: string;
  readonly paths: readonly string[];
  readonly attributes: Attributes | undefined;
  readonly array: ArrayMetadata | undefined;
}

/** Makes the entry of one image. Metadata that is missing or malformed leaves its fields undefined. */
export function manifestEntryOf({ imageId, paths, attributes, array }: ManifestSource): ManifestEntry {
  const arrayNames = paths
    .filter((path) => isArrayArtifactPath(imageId, path))
    .map((path) => meaningOf(path))
    .flatMap((meaning) => (meaning?.kind === "array" ? [meaning.name] : []));
  return {
    ...entryOfMetadata(imageId, attributes, array),
    analysisKeys: paths.filter((path) => isAnalysisPath(imageId, path)),
    arrayArtifacts: [...new Set(arrayNames)].sort(),
  };
}

/** What of the entry of an image its metadata say. */
export function entryOfMetadata(
  imageId: string,
  attributes: Attributes | undefined,
  array: ArrayMetadata | undefined,
): Omit<ManifestEntry, "analysisKeys" | "arrayArtifacts"> {
  const axes = attributes?.["axes"];
  const createdUtc = attributes?.["created_utc"];
  return {
    imageId,
    shape: array?.shape,
    dtype: array?.dtype,
    chunks: array?.chunkShape,
    axes: isTextList(axes) ? axes : undefined,
    createdUtc: typeof createdUtc === "string" ? createdUtc : undefined,
    summary: summaryOf(attributes?.["summary"]),
  };
}

/**
 * Sorts entries by `image_id`, `created_utc` or any key of the summary. Ties are sorted by id; `missing` says where
 * entries without a value go.
 */
export function orderEntries(
  entries: readonly ManifestEntry[],
  orderBy: string,
  missing: "last" | "first",
): readonly ManifestEntry[] {
  const keyOf = (entry: ManifestEntry): Scalar | undefined => {
    switch (orderBy) {
      case "image_id":
        return entry.imageId;
      case "created_utc":
        return entry.createdUtc;
      default:
        return entry.summary[orderBy];
    }
  };
  const absentRank = missing === "last" ? 1 : -1;
  return [...entries].sort((a, b) => {
    const [x, y] = [keyOf(a) ?? undefined, keyOf(b) ?? undefined];
    if (x === undefined || y === undefined) {
      return x === y ? compare(a.imageId, b.imageId) : x === undefined ? absentRank : -absentRank;
    }
    return compareScalars(x, y) || compare(a.imageId, b.imageId);
  });
}

/** Sorts numbers before text before booleans. A bigint compares with a number by value. */
function compareScalars(
  a: string | number | bigint | boolean,
  b: string | number | bigint | boolean,
): number {
  const ranks = [rankOf(a), rankOf(b)] as const;
  if (ranks[0] !== ranks[1]) {
    return ranks[0] - ranks[1];
  }
  return compare(a, b);
}

function rankOf(value: string | number | bigint | boolean): number {
  return typeof value === "string" ? 1 : typeof value === "boolean" ? 2 : 0;
}

function compare<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function summaryOf(value: unknown): Summary {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {};
  }
  const summary: Record<string, Scalar> = {};
  for (const [key, scalar] of Object.entries(value)) {
    // Such a name cannot be assigned.
    if (isScalar(scalar) && key !== "__proto__") {
      summary[key] = scalar;
    }
  }
  return summary;
}

export function isScalar(value: unknown): value is Scalar {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return true;
    default:
      return value === null;
  }
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/**
 * Returns undefined if the metadata is malformed. The manifest still lists such an image; only `validate` and opening
 * it report the fault.
 */
export async function unlessMalformed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (
      isZarrStoreError(error, "invalid_metadata", "invalid_name", "not_supported", "not_found") ||
      isZarrStoreError(error, "integrity", "modified_outside")
    ) {
      return undefined;
    }
    throw error;
  }
}
