// Looks at the first bytes of a file that takes no space on the disk.

import { open } from "node:fs/promises";

const FIRST_BYTES = 4096;

/** True if the file begins with zeros alone, or cannot be read: nothing of it is on the disk. */
export async function firstBytesAreZero(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, "r");
    const { buffer, bytesRead } = await handle.read(new Uint8Array(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return buffer.subarray(0, bytesRead).every((byte) => byte === 0);
  } catch {
    return true;
  }
}
