/** SHA-256 of what is read from files, whole or piece by piece. */
import { createHash, type Hash } from "node:crypto";

/** In lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return newSha256().update(bytes).digest("hex");
}

/** For bytes that come one after another. */
export function newSha256(): Hash {
  return createHash("sha256");
}
