// The hash by which a stored result can prove later that its ROI has not changed.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Roi } from "../shapes/roi.ts";
import { geometryKey } from "./geometry-key.ts";

/**
 * Returns the SHA-256 of the {@link geometryKey} (as UTF-8), in 64 hexadecimal digits.
 *
 * It is the same in every runtime and every version of this package. Store it with a result; compare it later
 * to see whether the ROI is still the one that was analysed.
 */
export function geometryHash(roi: Roi): string {
  return bytesToHex(sha256(utf8ToBytes(geometryKey(roi))));
}
