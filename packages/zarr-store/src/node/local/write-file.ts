// Writes whole files.

import { constants } from "node:fs";
import type { BlockingFiles, OpenFile } from "./blocking-files.ts";
import { errnoOf } from "./errno.ts";

const CREATE_NEW =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Writes a new file; returns false if something has the name. A crash can leave the file cut off. */
export async function createFile(
  files: Pick<BlockingFiles, "open" | "unlink">,
  path: string,
  bytes: Uint8Array,
): Promise<boolean> {
  let file: OpenFile;
  try {
    file = await files.open(path, CREATE_NEW, 0o666);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
  try {
    await writeAndClose(file, bytes);
  } catch (error) {
    await files.unlink(path);
    throw error;
  }
  return true;
}

/** Writes all bytes from the start of a file, then closes it, even if writing fails. */
export async function writeAndClose(file: OpenFile, bytes: Uint8Array): Promise<void> {
  try {
    let written = 0;
    while (written < bytes.length) {
      written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
    }
  } finally {
    await file.close();
  }
}
