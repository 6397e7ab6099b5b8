// The attributes of a dataset's root group, which name its format and version.

import { ZarrStoreError } from "../../errors.ts";
import { ROOT_NODE } from "../layout.ts";
import { type Attributes, parseGroupNode } from "./node-cache.ts";

export const FORMAT = "zarr-image-dataset";
/** What is written. Version 2 is read, and becomes 3 at the first write. */
export const FORMAT_VERSION = 3;
export const READABLE_VERSIONS: ReadonlySet<unknown> = new Set([2, FORMAT_VERSION]);

/**
 * Reads and checks the attributes of a dataset's root group.
 *
 * @throws {ZarrStoreError} `invalid_metadata` for another format, `not_supported` for another version of this one
 */
export function rootAttributes(bytes: Uint8Array, where: string): Attributes {
  const attributes = parseGroupNode(bytes, `${where}: ${ROOT_NODE}`);
  const { format, format_version: version } = attributes;
  if (format !== FORMAT) {
    throw new ZarrStoreError(
      "invalid_metadata",
      `${where} is not a dataset of this package: its format is ${String(format)}`,
      {
        path: ROOT_NODE,
        expected: FORMAT,
        found: format,
      },
    );
  }
  if (!READABLE_VERSIONS.has(version)) {
    throw new ZarrStoreError(
      "not_supported",
      `${where} has format version ${String(version)}; this package reads 2 and ${FORMAT_VERSION}`,
      { path: ROOT_NODE, expected: [...READABLE_VERSIONS], found: version },
    );
  }
  return attributes;
}

/** The root attributes of a new dataset. */
export function newRootAttributes(createdUtc: string): Attributes {
  return { format: FORMAT, format_version: FORMAT_VERSION, created_utc: createdUtc };
}

/** The root attributes of a dataset after its upgrade. Everything but the version stays. */
export function upgradedRootAttributes(attributes: Attributes): Attributes {
  return { ...attributes, format_version: FORMAT_VERSION };
}
