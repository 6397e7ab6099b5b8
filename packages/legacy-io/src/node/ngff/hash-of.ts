// The hash of what a bundle holds: a file, a folder of a Zarr image, or a file in an archive.

import type { BundleFile } from "../../folder/bundle.ts";
import { hashFile } from "../files/read-stable.ts";
import { hashZarr } from "./read-zarr-image.ts";

/** The SHA-256 in lower-case hexadecimal. Throws as `hashFile` and `hashZarr` do. */
export async function hashOf(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  return file.zarr === undefined ? hashFile(file, signal) : hashZarr(file, signal);
}
