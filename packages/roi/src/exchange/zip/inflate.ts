// Decompresses deflated zip entries without trusting the size that the zip gives.

import { isRoiError, RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";

/**
 * Inflates deflated bytes to exactly `size` bytes; it never keeps more than that.
 *
 * @throws {RoiError} `invalid_argument` for another size, and for bytes that are not deflated
 */
export async function inflate(bytes: Uint8Array, size: number, path: string): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const whole = new Uint8Array(size);
  let filled = 0;
  try {
    for await (const chunk of stream) {
      if (filled + chunk.byteLength > size) {
        throw unexpected(path, `${size} bytes when inflated`, "more");
      }
      whole.set(chunk, filled);
      filled += chunk.byteLength;
    }
  } catch (cause) {
    throw isRoiError(cause) ? cause : damaged(path, cause);
  }
  if (filled < size) {
    throw unexpected(path, `${size} bytes when inflated`, filled);
  }
  return whole;
}

function damaged(path: string, cause: unknown): RoiError {
  return new RoiError("invalid_argument", `${path}: the compressed bytes are damaged`, { path, cause });
}
