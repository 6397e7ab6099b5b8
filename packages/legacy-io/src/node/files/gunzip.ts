import { gunzip as unzip } from "node:zlib";
import { LegacyIoError } from "../../errors.ts";

/** A text table packs 14:1; a hundred times as much is no text table. */
const MAX_UNPACKED_RATIO = 200;
const MIN_LIMIT_BYTES = 1 << 20;

/** Unpacks a gzip whose size is bounded by that of the file. Errors: `invalid_file`, naming the file. */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const maxOutputLength = Math.max(MIN_LIMIT_BYTES, bytes.length * MAX_UNPACKED_RATIO);
  return new Promise((resolve, reject) => {
    unzip(bytes, { maxOutputLength }, (error, unpacked) => {
      if (error === null) {
        resolve(new Uint8Array(unpacked));
      } else {
        reject(
          new LegacyIoError("invalid_file", `${where} is no gzip: ${error.message}`, {
            path: where,
            cause: error,
          }),
        );
      }
    });
  });
}
