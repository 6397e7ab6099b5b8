// Reads the text of a text selection.

import type { RoiBytes } from "../roi-bytes.ts";
import { HEADER_BYTES } from "../roi-layout.ts";

/** Text of a selection that is shown; the rest stays in the bytes of the selection. */
const LONGEST = 1000;

/**
 * Returns the text of a text selection, at most its first 1000 characters. It stands after the size, the style and the two
 * lengths of the font's name and the text, each of 4 bytes, and after that name. Undefined if it is not in the file.
 */
export function readText(file: RoiBytes): string | undefined {
  if (file.length < HEADER_BYTES + 16) {
    return undefined;
  }
  const [fontLength, length] = [file.int32(HEADER_BYTES + 8), file.int32(HEADER_BYTES + 12)];
  const start = HEADER_BYTES + 16 + 2 * fontLength;
  const isInside = fontLength >= 0 && length >= 0 && start + 2 * length <= file.length;
  return isInside ? file.utf16(start, Math.min(length, LONGEST)) : undefined;
}
