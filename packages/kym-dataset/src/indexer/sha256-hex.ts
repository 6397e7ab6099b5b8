import type { Runtime } from "@kym/zarr-store";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Makes the SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. */
export type HashText = (text: string) => string;

/** The SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** {@link sha256Hex}, by the runtime where it can: OpenSSL takes a tenth of the time. */
export function hashTextOf(runtime: Runtime): HashText {
  return runtime.sha256Text ?? sha256Hex;
}
