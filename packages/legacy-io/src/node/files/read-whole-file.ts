// Reads a whole file for the stores, with this package's errors.

import { openFileSource } from "../tiff/file-source.ts";

/**
 * Reads all bytes of a regular file.
 *
 * @throws LegacyIoError `not_found`, `invalid_file` if it is not a regular file, `not_supported` if it is too large, `io`.
 */
export async function readWholeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using source = openFileSource(path);
  return new Uint8Array(await source.read(0, source.sizeBytes));
}
