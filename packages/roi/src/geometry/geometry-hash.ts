import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Roi } from "../shapes/roi.ts";
import { geometryKey } from "./geometry-key.ts";

/**
 * The SHA-256, as 64 hexadecimal digits, of what an analysis of the ROI depends on: of its {@link geometryKey} as UTF-8.
 * The same in every runtime and every version of this package; store it with a result to know later whether the ROI is
 * still the one that was analysed.
 */
export function geometryHash(roi: Roi): string {
  return bytesToHex(sha256(utf8ToBytes(geometryKey(roi))));
}
