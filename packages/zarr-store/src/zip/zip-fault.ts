// The errors of a zip file that is damaged, hostile, or in a form that is not read.

import { ZarrStoreError, type ZarrStoreErrorCode, type ZarrStoreErrorDetails } from "../errors.ts";

/** What a message names besides the file. */
export interface ZipFaultDetails
  extends Pick<ZarrStoreErrorDetails, "offset" | "expected" | "found" | "cause"> {
  /** The name of the entry, as far as it is known. */
  readonly entry?: string;
}

/**
 * Makes the error of a zip file.
 *
 * @param code `invalid_file` for what contradicts itself, `not_supported` for a form that is not read, `invalid_name` for names
 * @param location of the file
 * @param what is wrong, in words that follow the name of the file or of the entry
 */
export function zipFault(
  code: Extract<ZarrStoreErrorCode, "invalid_file" | "not_supported" | "invalid_name">,
  location: string,
  what: string,
  { entry, ...details }: ZipFaultDetails = {},
): ZarrStoreError {
  const where = entry === undefined ? location : `${location}: entry ${JSON.stringify(entry)}`;
  return new ZarrStoreError(code, `${where} ${what}`, { path: entry ?? location, ...details });
}
