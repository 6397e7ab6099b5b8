// Unpacks gzip files of a lab without letting a small file fill the memory.

import { gunzip as unzip } from "node:zlib";
import { LegacyIoError } from "../../errors.ts";
import { MAX_SIDECAR_BYTES } from "../../sidecar-limits.ts";

/** Text tables compress about 14:1, so a file that unpacks to far more is not a text table. */
const MAX_UNPACKED_RATIO = 200;
const MIN_LIMIT_BYTES = 1 << 20;
/** A longer text is not parsed. */
const MAX_LIMIT_BYTES = MAX_SIDECAR_BYTES;

/**
 * Unpacks a gzip file to at most 200 times its size, or 1 MiB if that is more, and never to more than 32 MiB.
 *
 * @throws LegacyIoError `invalid_file`, naming the file.
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const maxOutputLength = Math.min(
    MAX_LIMIT_BYTES,
    Math.max(MIN_LIMIT_BYTES, bytes.length * MAX_UNPACKED_RATIO),
  );
  return new Promise((resolve, reject) => {
    unzip(bytes, { maxOutputLength }, (error, unpacked) => {
      if (error === null) {
        resolve(new Uint8Array(unpacked));
      } else {
        reject(
          new LegacyIoError("invalid_file", `${where} is not a valid gzip file: ${error.message}`, {
            path: where,
            cause: error,
          }),
        );
      }
    });
  });
}
