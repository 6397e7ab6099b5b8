import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { BundleFile } from "../bundle.ts";
import { LegacyIoError, throwIfAborted } from "../errors.ts";
import { systemErrorCode } from "./file-source.ts";

/** A file of a bundle, and what it was when it was read. */
export interface ReadFile extends BundleFile {
  readonly sha256: string;
}

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function hashFile(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  return (await readStable(file, signal)).file.sha256;
}

export interface StableRead<F extends BundleFile> {
  readonly file: F & ReadFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file that changes while it is read is read once more, then given up. */
export async function readStable<F extends BundleFile>(
  file: F,
  signal: AbortSignal | undefined,
): Promise<StableRead<F>> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    try {
      const before = await stat(file.path, { bigint: true });
      const bytes = plainBytes(await readFile(file.path));
      const after = await stat(file.path, { bigint: true });
      const isStable =
        before.mtimeNs === after.mtimeNs && before.size === after.size && BigInt(bytes.length) === after.size;
      if (isStable) {
        const { mtimeNs } = after;
        return { file: { ...file, sizeBytes: bytes.length, mtimeNs, sha256: sha256(bytes) }, bytes };
      }
    } catch (cause) {
      const reason = systemErrorCode(cause);
      throw new LegacyIoError("io", `cannot read ${file.relPath}: ${reason}`, {
        path: file.path,
        found: reason,
        cause,
      });
    }
    if (attempt === 2) {
      throw new LegacyIoError("io", `${file.relPath} changed while it was read, twice`, { path: file.path });
    }
  }
}

/** A buffer's own memory as plain bytes, and a copy of what lies in memory that small buffers share. */
function plainBytes(buffer: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isAlone = buffer.byteLength === buffer.buffer.byteLength;
  return isAlone ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
}

/** In lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
