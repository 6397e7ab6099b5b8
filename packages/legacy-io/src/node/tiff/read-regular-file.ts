import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { LegacyIoError } from "../../errors.ts";

// Without O_NONBLOCK the opening of a named pipe never returns.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file to be read. Throws `invalid_file` for what is no regular file, without waiting for it; the errors of the file
 * system as they are.
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

/** All bytes of a file. Throws as {@link openRegularFile} does. */
export async function readRegularFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await openRegularFile(path);
  const bytes = await file.readFile();
  // A large file is read into memory of its own: a copy would be as much again.
  const isAlone = bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
