import { ZarrStoreError } from "../errors.ts";

declare const imageIdBrand: unique symbol;
declare const artifactNameBrand: unique symbol;
declare const tableNameBrand: unique symbol;

export type ImageId = string & { readonly [imageIdBrand]: true };
export type ArtifactName = string & { readonly [artifactNameBrand]: true };
export type TableName = string & { readonly [tableNameBrand]: true };

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const FILE_ENDING = /\.(json|parquet|csv\.gz)$/i;
const ATTACHMENT = /^[A-Za-z0-9._~-]{1,255}$/;
/** Names that Windows gives to devices, whatever follows the first dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)$/i;

/**
 * An image id: 1–128 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit, without a file ending.
 *
 * @throws {ZarrStoreError} `invalid_name`; names are parsed, never made to fit
 */
export function parseImageId(id: string): ImageId {
  const fault = segmentFault(id) ?? (FILE_ENDING.test(id) ? "ends like a file" : undefined);
  if (fault !== undefined) {
    throw invalidName("image id", id, fault);
  }
  return id as ImageId;
}

/**
 * An artifact name: segments joined by `/` (`velocity_events/params`). The map to paths is injective and free of
 * prefixes: no segment but the last ends like a file, none is `data` or begins with `__`.
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
      (!isLast && FILE_ENDING.test(segment) ? "ends like a file" : undefined);
    if (fault !== undefined) {
      throw invalidName("artifact name", name, `the segment ${JSON.stringify(segment)} ${fault}`);
    }
  }
  if (name.length > 512) {
    throw invalidName("artifact name", name, "is longer than 512 characters");
  }
  return name as ArtifactName;
}

/** One segment, without the ending of a file: `kym_radon`. @throws {ZarrStoreError} `invalid_name` */
export function parseTableName(name: string): TableName {
  const fault = segmentFault(name) ?? (FILE_ENDING.test(name) ? "ends like a file" : undefined);
  if (fault !== undefined) {
    throw invalidName("table name", name, fault);
  }
  return name as TableName;
}

/**
 * The name of a file that is kept as it came; `~` is allowed, for callers that escape other characters with it.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function parseAttachmentName(name: string): string {
  const fault =
    (ATTACHMENT.test(name) ? undefined : "is not 1–255 of A-Z a-z 0-9 . _ - ~") ??
    (name.startsWith("__") ? "is reserved" : undefined) ??
    reservedFault(name);
  if (fault !== undefined) {
    throw invalidName("attachment name", name, fault);
  }
  return name;
}

function segmentFault(segment: string): string | undefined {
  if (!SEGMENT.test(segment)) {
    return "is not 1–128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit";
  }
  return reservedFault(segment);
}

/** What Zarr or Windows would take for something else. */
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
