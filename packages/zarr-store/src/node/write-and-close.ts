// Writes a whole file.

import type { NewFile } from "./blocking-files.ts";

/** Writes all bytes from the start of a file, then closes it, even if writing fails. */
export async function writeAndClose(file: NewFile, bytes: Uint8Array): Promise<void> {
  try {
    let written = 0;
    while (written < bytes.length) {
      written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
    }
  } finally {
    await file.close();
  }
}
