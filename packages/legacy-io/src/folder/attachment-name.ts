// Turns any file name into a safe attachment name, and back.

import { LegacyIoError } from "../errors.ts";

/** Names with a meaning to Zarr or to the store, and device names of Windows (which counts only up to the first dot). */
const RESERVED = /^(\.{1,2}$|__|zarr\.json$|(con|prn|aux|nul|com\d|lpt\d)(\.|$))/i;
const SAFE_BYTE = /^[A-Za-z0-9._-]$/;
const ESCAPE = /^[0-9A-F]{2}$/;

/**
 * Encodes a file name as the name of an attachment. `fileNameOfAttachment` recovers the original.
 *
 * These bytes of the UTF-8 form become `~XX` (upper-case hex):
 *
 * - each byte outside `[A-Za-z0-9._-]`;
 * - the first byte of a reserved name: `.`, `..`, `zarr.json`, `__…`, or a Windows device such as `aux.txt`;
 * - a dot at the end.
 *
 * @throws LegacyIoError `invalid_name` for an empty name, and for a name with a lone surrogate, which has no UTF-8 form.
 */
export function attachmentName(fileName: string): string {
  if (fileName === "" || !fileName.isWellFormed()) {
    throw new LegacyIoError(
      "invalid_name",
      `${JSON.stringify(fileName)} cannot be the name of an attachment`,
      {
        path: fileName,
      },
    );
  }
  const bytes = new TextEncoder().encode(fileName);
  const isFirstByteEscaped = RESERVED.test(fileName);
  let name = "";
  for (const [index, byte] of bytes.entries()) {
    const character = String.fromCharCode(byte);
    const isLastDot = character === "." && index === bytes.length - 1;
    const isSafe = SAFE_BYTE.test(character) && !isLastDot && !(index === 0 && isFirstByteEscaped);
    name += isSafe ? character : escapeByte(byte);
  }
  return name;
}

/**
 * Inverts `attachmentName`.
 *
 * @throws LegacyIoError `invalid_name` for a name that `attachmentName` never produces.
 */
export function fileNameOfAttachment(name: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < name.length; index++) {
    const character = name.charAt(index);
    if (character === "~") {
      const hex = name.slice(index + 1, index + 3);
      bytes.push(ESCAPE.test(hex) ? Number.parseInt(hex, 16) : Number.NaN);
      index += 2;
    } else {
      bytes.push(character.charCodeAt(0));
    }
  }
  const fileName = decodeUtf8(bytes);
  if (fileName === undefined || fileName === "" || attachmentName(fileName) !== name) {
    throw new LegacyIoError("invalid_name", `${JSON.stringify(name)} is not the name of an attachment`, {
      path: name,
    });
  }
  return fileName;
}

function escapeByte(byte: number): string {
  return `~${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function decodeUtf8(bytes: readonly number[]): string | undefined {
  if (bytes.some((byte) => Number.isNaN(byte) || byte > 255)) {
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
