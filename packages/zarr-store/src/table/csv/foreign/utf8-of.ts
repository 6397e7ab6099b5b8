// Recognises text in UTF-16, which Excel and R write on Windows, and turns it into UTF-8.

import { ZarrStoreError } from "../../../errors.ts";

/** So many bytes at the start tell whether a text without a byte order mark is UTF-16. */
const HEAD_BYTES = 256;

type Utf16 = "utf-16le" | "utf-16be";

/**
 * Returns a CSV as UTF-8, without a byte order mark if it was UTF-16; any other text is returned as it is.
 *
 * UTF-16 is recognised by its byte order mark. Without one, it is recognised if every character of the first line is ASCII,
 * which makes every other byte 0.
 *
 * @throws {ZarrStoreError} `invalid_file` if it has half a character.
 */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const encoding = utf16Of(bytes);
  if (encoding === undefined) {
    return bytes;
  }
  try {
    return new TextEncoder().encode(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ZarrStoreError(
      "invalid_file",
      "CSV line 1: the text begins as UTF-16, but is cut off or damaged",
      {
        line: 1,
        expected: encoding,
        cause,
      },
    );
  }
}

function utf16Of(bytes: Uint8Array): Utf16 | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) {
    return "utf-16le";
  }
  if (first === 0xfe && second === 0xff) {
    return "utf-16be";
  }
  if (first !== 0 && second !== 0) {
    return undefined;
  }
  return isAsciiLine(bytes, 1) ? "utf-16le" : isAsciiLine(bytes, 0) ? "utf-16be" : undefined;
}

/** True if the first line is ASCII with a byte 0 at each place that is `zeroAt` modulo 2. */
function isAsciiLine(bytes: Uint8Array, zeroAt: 0 | 1): boolean {
  const stop = Math.min(HEAD_BYTES, bytes.length - (bytes.length % 2));
  for (let at = 0; at < stop; at += 2) {
    const code = bytes[at + 1 - zeroAt] ?? 0;
    if (bytes[at + zeroAt] !== 0 || code === 0 || code >= 0x80) {
      return false;
    }
    if (code === 0x0a || code === 0x0d) {
      return at > 0;
    }
  }
  return stop === HEAD_BYTES;
}
