// Says which version of each reader an image is from, for `kym show`.

import { ARTIFACTS, isKymSchemaError, parseProvenance } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrImageRecord } from "@kym/zarr-store";
import { printable } from "../../terminal/text-table.ts";

/**
 * The version of each reader that an image is from, by the reader's name. If files of one format were read by several
 * versions, the lowest. Null for an image that was not ingested, or by a build that did not record readers.
 */
export async function readersOf(record: ZarrImageRecord): Promise<Readonly<Record<string, number>> | null> {
  try {
    const { reader, sidecars } = parseProvenance((await record.loadJsonText(ARTIFACTS.provenance)).text);
    const versions = new Map<string, number>();
    for (const read of [reader, ...sidecars.map((file) => file.reader)]) {
      if (read !== undefined) {
        versions.set(read.name, Math.min(read.version, versions.get(read.name) ?? read.version));
      }
    }
    return versions.size === 0 ? null : Object.fromEntries(versions);
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isKymSchemaError(error, "invalid_file")) {
      return null;
    }
    throw error;
  }
}

/** `tiff 2, classic_json 1` */
export function readersText(readers: Readonly<Record<string, number>>): string {
  return Object.entries(readers)
    .map(([name, version]) => `${printable(name)} ${version}`)
    .join(", ");
}
