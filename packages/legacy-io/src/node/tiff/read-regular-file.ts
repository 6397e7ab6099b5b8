// Opens and reads files without ever waiting for a named pipe.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { LegacyIoError } from "../../errors.ts";

// Without O_NONBLOCK, opening a named pipe never returns.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading.
 *
 * @throws LegacyIoError `invalid_file` if it is not a regular file; errors of the file system unchanged.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await open(path, READ);
  try {
    if (!(await file.stat()).isFile()) {
      throw new LegacyIoError("invalid_file", `${path} is not a regular file`, { path });
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads all bytes of a file. Throws as {@link openRegularFile} does. */
export async function readRegularFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await openRegularFile(path);
  const bytes = await file.readFile();
  // A large file is already in a buffer of its own; copying it would double the memory.
  const isAlone = bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
