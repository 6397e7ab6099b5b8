import { createHash } from "node:crypto";
import { type FileHandle, stat } from "node:fs/promises";
import type { BundleFile } from "../bundle.ts";
import { LegacyIoError, throwIfAborted } from "../errors.ts";
import { systemErrorCode } from "./file-source.ts";
import { openRegularFile } from "./read-regular-file.ts";
import type { ReusedBuffers } from "./reused-buffers.ts";

const MAX_READ_BYTES = 2 ** 30;

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

/**
 * A file that changes while it is read is read once more, then given up. With `buffers` its bytes are theirs, to be given back.
 */
export async function readStable<F extends BundleFile>(
  file: F,
  signal: AbortSignal | undefined,
  buffers?: ReusedBuffers,
): Promise<StableRead<F>> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    try {
      const { bytes, isWhole, mtimeNs } = await readOnce(file.path, buffers);
      const after = await stat(file.path, { bigint: true });
      if (isWhole && mtimeNs === after.mtimeNs && BigInt(bytes.length) === after.size) {
        return { file: { ...file, sizeBytes: bytes.length, mtimeNs, sha256: sha256(bytes) }, bytes };
      }
      buffers?.give(bytes);
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

interface Reading {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** False if it ended before it should have. */
  readonly isWhole: boolean;
  /** When it was opened. */
  readonly mtimeNs: bigint;
}

/** As many bytes as the file has when it is opened, in one read, into memory of their size. */
async function readOnce(path: string, buffers: ReusedBuffers | undefined): Promise<Reading> {
  await using file = await openRegularFile(path);
  const { size, mtimeNs } = await file.stat({ bigint: true });
  const bytes = buffers?.take(Number(size)) ?? new Uint8Array(Number(size));
  return { bytes, isWhole: await fill(file, bytes), mtimeNs };
}

async function fill(file: FileHandle, bytes: Uint8Array): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, MAX_READ_BYTES);
    const { bytesRead } = await file.read(bytes, done, length, done);
    if (bytesRead === 0) {
      return false;
    }
    done += bytesRead;
  }
  return true;
}

/** In lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
