import { LegacyIoError } from "../../errors.ts";

/** Of a file that is held in memory; as `readFile` has it. */
export const MAX_WHOLE_BYTES: number = 2 ** 31 - 1;

/** Of a file that is read block by block: a sparse file of a terabyte costs nothing to make, and an hour to read. */
export const MAX_FILE_BYTES: number = 2 ** 36;

/** Throws `not_supported`. The file is named in the message by `relPath`, its place below the folder that is read. */
export function assertFileSize(
  { path, relPath }: { readonly path: string; readonly relPath: string },
  sizeBytes: number,
  limitBytes: number,
): void {
  if (sizeBytes > limitBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${relPath} has ${sizeBytes} bytes; the limit is ${limitBytes}`,
      { path, expected: limitBytes, found: sizeBytes },
    );
  }
}
