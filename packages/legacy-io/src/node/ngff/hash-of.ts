// The hash of what a bundle holds: a file, a folder of a Zarr image, or a file in an archive.

import type { BundleFile } from "../../folder/bundle.ts";
import { hashFile } from "../files/read-stable.ts";
import { hashZarr, readAnyFile } from "./read-zarr-image.ts";

/** The SHA-256 in lower-case hexadecimal. Throws as `hashFile`, `hashZarr` and `readAnyFile` do. */
export async function hashOf(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  if (file.zarr !== undefined) {
    return hashZarr(file, signal);
  }
  return file.archive === undefined ? hashFile(file, signal) : (await readAnyFile(file, signal)).file.sha256;
}
