// Tells an HDF5 file by its signature.

import type { ByteSource } from "../../tiff/byte-source.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Behind a block of the user, whose size is a power of two. */
const PLACES = [0, 512, 1024, 2048, 4096, 8192] as const;

/** Whether a file begins as the description of HDF5 says, at 0 or behind a block of up to 8 KiB. */
export async function isHdf5(source: ByteSource): Promise<boolean> {
  for (const place of PLACES) {
    if (place + SIGNATURE.length > source.sizeBytes) {
      return false;
    }
    const bytes = await source.read(place, SIGNATURE.length);
    if (SIGNATURE.every((byte, at) => bytes[at] === byte)) {
      return true;
    }
  }
  return false;
}
