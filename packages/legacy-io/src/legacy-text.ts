import { LegacyIoError } from "./errors.ts";

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
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    return { text: decodeLatin1(bytes), encoding: "latin1" };
  }
}

/** Each byte as the character of the same number (ISO 8859-1). */
export function decodeLatin1(bytes: Uint8Array): string {
  const pieceLength = 8192;
  let text = "";
  for (let start = 0; start < bytes.length; start += pieceLength) {
    text += String.fromCharCode(...bytes.subarray(start, start + pieceLength));
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
