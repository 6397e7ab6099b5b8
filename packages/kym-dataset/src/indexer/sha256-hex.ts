// SHA-256 of text, by the runtime's own implementation where it has one.

import type { Runtime } from "@kym/zarr-store";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Hashes the UTF-8 bytes of a text with SHA-256; returns lower-case hexadecimal. */
export type HashText = (text: string) => string;

/** A {@link HashText} in JavaScript, which every runtime can run. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Returns the runtime's own {@link HashText} if it has one: OpenSSL needs a tenth of the time of {@link sha256Hex}. */
export function hashTextOf(runtime: Runtime): HashText {
  return runtime.sha256Text ?? sha256Hex;
}
