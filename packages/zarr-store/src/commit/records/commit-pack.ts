// Encodes and decodes a pack: a block of old commit records in one file, so that the log stays small.

import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { gzipSealFault, isSealedGzip, sealGzip } from "../../bytes/sealed-gzip.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type CommitRecord, compactRecordText, decodeCompactRecord } from "./commit-record.ts";
import { firstOfBlock, lastOfBlock, packKey } from "./control-keys.ts";

/** A block whose records have more text than this is not packed, and a pack that unpacks to more is refused. */
export const MAX_PACK_TEXT_BYTES: number = 1 << 28;

/** The records of one block, by version. */
export type CommitPack = ReadonlyMap<number, CommitRecord>;

/**
 * Packs the files of a block's records, in order of version: one line of compact JSON per record, as sealed gzip. Equal
 * records give equal lines in every runtime, so it does no harm if two writers pack one block.
 *
 * @param maxTextBytes the limit on the text. Default {@link MAX_PACK_TEXT_BYTES}
 * @returns undefined if the text is larger than the limit
 */
export async function encodeCommitPack(
  records: readonly Uint8Array[],
  maxTextBytes: number = MAX_PACK_TEXT_BYTES,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (records.reduce((sum, { length }) => sum + length, 0) > 4 * maxTextBytes) {
    return undefined;
  }
  const text = new TextEncoder().encode(records.map((bytes) => `${compactRecordText(bytes)}\n`).join(""));
  return text.length > maxTextBytes ? undefined : sealGzip(await gzip(text));
}

/**
 * Decodes the pack of the block that begins with version `first`. Each record is checked as if it were a file of its own.
 *
 * @throws {ZarrStoreError} `integrity` if the bytes are not the ones that were sealed, a record does not have its own
 * hash, or the versions are not consecutive up to the end of the block; `not_supported` for a record of a later format
 */
export async function decodeCommitPack(
  bytes: Uint8Array<ArrayBuffer>,
  first: number,
  sha256: Runtime["sha256"],
): Promise<CommitPack> {
  const path = packKey(first);
  const fault = isSealedGzip(bytes) ? gzipSealFault(bytes) : "it has no seal";
  if (fault !== undefined) {
    throw damaged(path, fault);
  }
  const lines = (await textOf(path, bytes)).split("\n");
  const records = new Map<number, CommitRecord>();
  const last = lastOfBlock(first);
  let version = last - (lines.length - 1) + 1;
  if (lines.at(-1) !== "" || lines.length < 2 || version < first || firstOfBlock(first) !== first) {
    throw damaged(path, `${lines.length - 1} whole lines, expected 1 to ${last - first + 1}`);
  }
  for (const line of lines.slice(0, -1)) {
    const record = await decodeCompactRecord(line, version, sha256);
    const before = records.get(version - 1);
    if (before !== undefined && record.parentSha256 !== before.sha256) {
      throw damaged(path, `record ${version} does not follow the one before it`);
    }
    records.set(version, record);
    version++;
  }
  return records;
}

async function textOf(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    const text = await inflate(bytes, { format: "gzip", maxBytes: MAX_PACK_TEXT_BYTES });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw damaged(path, String(cause), cause);
  }
}

function damaged(path: string, why: string, cause?: unknown): ZarrStoreError {
  return new ZarrStoreError("integrity", `${path} is damaged: ${why}`, {
    path,
    ...(cause !== undefined && { cause }),
  });
}
