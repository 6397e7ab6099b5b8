// Parses the names of images, artifacts, tables and attachments, so that every name has exactly one path.

import { ZarrStoreError } from "../errors.ts";

declare const imageIdBrand: unique symbol;
declare const artifactNameBrand: unique symbol;
declare const tableNameBrand: unique symbol;

/** An image id that {@link parseImageId} has checked. */
export type ImageId = string & { readonly [imageIdBrand]: true };
/** An artifact name that {@link parseArtifactName} has checked. */
export type ArtifactName = string & { readonly [artifactNameBrand]: true };
/** A table name that {@link parseTableName} has checked. */
export type TableName = string & { readonly [tableNameBrand]: true };

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const FILE_ENDING = /\.(json|parquet|csv\.gz)$/i;
const ATTACHMENT = /^[A-Za-z0-9._~-]{1,255}$/;
/** Device names on Windows; they are reserved with any file ending, so only the part before the first dot counts. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)$/i;

/**
 * Checks an image id: 1 to 128 characters of `A-Z a-z 0-9 . _ -` that start with a letter or digit, without a file
 * ending such as `.json`. A bad name is refused, never altered.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function parseImageId(id: string): ImageId {
  const fault = segmentFault(id) ?? (FILE_ENDING.test(id) ? "ends in .json, .parquet or .csv.gz" : undefined);
  if (fault !== undefined) {
    throw invalidName("image id", id, fault);
  }
  return id as ImageId;
}

/**
 * Checks an artifact name: segments joined by `/`, such as `velocity_events/params`, at most 512 characters.
 *
 * No two names share a path, and no path lies below another. For that, only the last segment may end like a file, and
 * no segment may be `data` or begin with `__`.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function parseArtifactName(name: string): ArtifactName {
  const segments = name.split("/");
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const fault =
      segmentFault(segment) ??
      (segment === "data" ? "is reserved" : undefined) ??
      (!isLast && FILE_ENDING.test(segment) ? "ends in .json, .parquet or .csv.gz" : undefined);
    if (fault !== undefined) {
      throw invalidName("artifact name", name, `the segment ${JSON.stringify(segment)} ${fault}`);
    }
  }
  if (name.length > 512) {
    throw invalidName("artifact name", name, "is longer than 512 characters");
  }
  return name as ArtifactName;
}

/**
 * Checks the name of a pooled table: one segment without a file ending, such as `kym_radon`.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function parseTableName(name: string): TableName {
  const fault =
    segmentFault(name) ?? (FILE_ENDING.test(name) ? "ends in .json, .parquet or .csv.gz" : undefined);
  if (fault !== undefined) {
    throw invalidName("table name", name, fault);
  }
  return name as TableName;
}

/**
 * What the files of derived data begin with beside the attachments. Versions that do not know them take them for attachments, and
 * keep them.
 */
export const DERIVED_PREFIX = "~~";

/**
 * Checks the name of an attachment. `~` is allowed, so that callers can escape other characters with it; two at its beginning are
 * reserved.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function parseAttachmentName(name: string): string {
  const fault =
    (ATTACHMENT.test(name) ? undefined : "is not 1–255 characters of A-Z a-z 0-9 . _ - ~") ??
    (name.startsWith("__") || name.startsWith(DERIVED_PREFIX) ? "is reserved" : undefined) ??
    reservedFault(name);
  if (fault !== undefined) {
    throw invalidName("attachment name", name, fault);
  }
  return name;
}

function segmentFault(segment: string): string | undefined {
  if (!SEGMENT.test(segment)) {
    return "is not 1–128 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit";
  }
  return reservedFault(segment);
}

/** Finds names that Zarr or Windows would take for something else. */
function reservedFault(segment: string): string | undefined {
  if (segment.endsWith(".")) {
    return "ends with a dot";
  }
  if (segment.toLowerCase() === "zarr.json") {
    return "is reserved";
  }
  return DEVICE.test(segment.split(".")[0] ?? "") ? "is the name of a device on Windows" : undefined;
}

function invalidName(what: string, name: string, fault: string): ZarrStoreError {
  return new ZarrStoreError("invalid_name", `${what} ${JSON.stringify(name)}: ${fault}`, {
    path: name,
    found: name,
  });
}
