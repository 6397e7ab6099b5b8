// SHA-256 of bytes from files, at once or in pieces.

import { createHash, type Hash } from "node:crypto";

/** Computes a SHA-256 in lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return newSha256().update(bytes).digest("hex");
}

/** Starts a SHA-256 for bytes that arrive in pieces. */
export function newSha256(): Hash {
  return createHash("sha256");
}
