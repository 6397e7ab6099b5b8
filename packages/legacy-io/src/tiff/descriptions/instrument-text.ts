// Decodes text in whatever encoding an instrument or a spreadsheet wrote.

import { LegacyIoError } from "../../errors.ts";

const UTF8 = new TextDecoder();
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });
const REPLACEMENT = "\u{fffd}";
const FIRST_BYTE_OF_REPLACEMENT = 0xef;

export type TextEncodingName = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** The text of a file, without its byte order mark, and its encoding. */
export interface LegacyText {
  readonly text: string;
  readonly encoding: TextEncodingName;
}

/**
 * Decodes text by the first rule that fits:
 * 1. UTF-16, if there is a byte order mark, or exactly one of the first two bytes is zero.
 * 2. UTF-8, if the bytes are valid UTF-8.
 * 3. Latin-1, in which the byte 0xB5 is a micro sign.
 * @throws {LegacyIoError} `invalid_file` for UTF-16 that ends in the middle of a character
 */
export function decodeLegacyText(bytes: Uint8Array): LegacyText {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (second === 0 && first !== 0 && first !== undefined)) {
    return { text: decodeUtf16(bytes, "utf-16le"), encoding: "utf-16le" };
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined)) {
    return { text: decodeUtf16(bytes, "utf-16be"), encoding: "utf-16be" };
  }
  return decodeUtf8OrLatin1(bytes);
}

/** Like `decodeLegacyText`, for text that is never UTF-16. */
export function decodeUtf8OrLatin1(bytes: Uint8Array): LegacyText {
  const text = UTF8.decode(bytes);
  // Decode leniently first: throwing and catching an error for every invalid text is far slower.
  const isValid = !text.includes(REPLACEMENT) || isUtf8(bytes);
  return isValid ? { text, encoding: "utf-8" } : { text: decodeLatin1(bytes), encoding: "latin1" };
}

/** Tells valid UTF-8 that contains the replacement character itself from invalid UTF-8. */
function isUtf8(bytes: Uint8Array): boolean {
  if (!bytes.includes(FIRST_BYTE_OF_REPLACEMENT)) {
    return false;
  }
  try {
    STRICT_UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Each byte as the character of the same number (ISO 8859-1). */
export function decodeLatin1(bytes: Uint8Array): string {
  const pieceLength = 8192;
  let text = "";
  for (let start = 0; start < bytes.length; start += pieceLength) {
    // Spreading the bytes as arguments would be slow: it goes through an iterator.
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(start, start + pieceLength));
  }
  return text;
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LegacyIoError("invalid_file", `not valid ${encoding} text`, { expected: encoding, cause });
  }
}
