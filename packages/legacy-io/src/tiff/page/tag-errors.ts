// Makes the errors for the values of tags.

import { LegacyIoError } from "../../errors.ts";
import type { TiffTagName } from "../header/tiff-tag.ts";

/** The error for a value that no proper file has. */
export function invalidTag(tag: TiffTagName, expected: string, found: unknown): LegacyIoError {
  const said = found === undefined ? "nothing" : String(found);
  return new LegacyIoError("invalid_file", `TIFF tag ${tag}: expected ${expected}, found ${said}`, {
    tag,
    expected,
    found,
  });
}

/** The error for a value that is not read; `advice` says what a caller can do about it. */
export function unsupportedTag(tag: TiffTagName, found: unknown, advice = ""): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag ${tag}: ${String(found)} is not supported${advice}`, {
    tag,
    found,
  });
}
