import { LegacyIoError } from "../../errors.ts";

const UTF8 = new TextDecoder();
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });
const REPLACEMENT = "\u{fffd}";
const FIRST_BYTE_OF_REPLACEMENT = 0xef;

export type TextEncodingName = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** A text file's characters without its byte order mark, and how they were encoded. */
export interface LegacyText {
  readonly text: string;
  readonly encoding: TextEncodingName;
}

/**
 * Decodes text as instruments and spreadsheets write it: UTF-16 by its byte order mark, or by the zero bytes of
 * a text that begins in ASCII; else UTF-8 if it is valid, else Latin-1, in which a micro sign is the byte 0xB5.
 * Throws `invalid_file` for UTF-16 that is cut in the middle of a character.
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

/** As `decodeLegacyText`, for text that is never UTF-16. */
export function decodeUtf8OrLatin1(bytes: Uint8Array): LegacyText {
  const text = UTF8.decode(bytes);
  // An error for each text that is not valid would take longer than all the rest.
  const isValid = !text.includes(REPLACEMENT) || isUtf8(bytes);
  return isValid ? { text, encoding: "utf-8" } : { text: decodeLatin1(bytes), encoding: "latin1" };
}

/** A valid text can have the replacement character too, as three bytes of its own. */
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
    // Arguments that are spread go through an iterator.
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
