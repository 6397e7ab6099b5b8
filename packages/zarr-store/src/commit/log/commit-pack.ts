// The bytes of a pack: a block of old commit records in one file, so that the log stays small.
import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { gzipSealFault, sealGzip } from "../../bytes/sealed-gzip.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type CommitRecord, compactRecordText, decodeCommitRecord, recordTextOf } from "./commit-record.ts";
import { firstOfBlock, lastOfBlock, packKey } from "./control-keys.ts";

/** A bound for a hostile file. A commit of 1 000 images has about 2 MB of text. */
const MAX_TEXT_BYTES = 1 << 30;

/** The records of one block by version, each with the hash that it states. */
export type CommitPack = ReadonlyMap<number, CommitRecord>;

/**
 * Packs the texts of a block's records, in order of version: gzip of one line of compact JSON per record, sealed. Equal records
 * give equal lines in every runtime, so two writers that pack the same block do no harm to each other.
 */
export async function encodeCommitPack(
  recordTexts: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array<ArrayBuffer>> {
  const lines = recordTexts.map((bytes) => `${compactRecordText(bytes)}\n`).join("");
  return sealGzip(await gzip(new TextEncoder().encode(lines)));
}

/**
 * Reads the pack of the block that begins with `first`. Each record is checked as if it were a file of its own.
 *
 * @throws {ZarrStoreError} `integrity` if the bytes are not the ones that were sealed, a record does not have its hash, or
 * the versions are not consecutive and of this block
 */
export async function decodeCommitPack(
  bytes: Uint8Array<ArrayBuffer>,
  first: number,
  sha256: Runtime["sha256"],
): Promise<CommitPack> {
  const path = packKey(first);
  const fault = gzipSealFault(bytes);
  if (fault !== undefined) {
    throw damaged(path, fault);
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(await unpacked(path, bytes));
  const records = new Map<number, CommitRecord>();
  for (const line of text.split("\n").slice(0, -1)) {
    const version = [...records.keys()].at(-1);
    const stated = statedVersion(line);
    const isNext = version === undefined ? firstOfBlock(stated) === first : stated === version + 1;
    if (!isNext) {
      throw damaged(path, `record ${stated} follows record ${version ?? "(none)"}`);
    }
    records.set(stated, await decodeCommitRecord(recordTextOf(line), stated, sha256));
  }
  if ([...records.keys()].at(-1) !== lastOfBlock(first)) {
    throw damaged(path, `it does not reach record ${lastOfBlock(first)}`);
  }
  return records;
}

async function unpacked(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await inflate(bytes, { format: "gzip", maxBytes: MAX_TEXT_BYTES });
  } catch (cause) {
    throw damaged(path, String(cause), cause);
  }
}

/** 0 for a line that states none: no block has it. */
function statedVersion(line: string): number {
  const version = Number(/"v":(\d{1,15})[,}]/.exec(line)?.[1]);
  return Number.isSafeInteger(version) ? version : 0;
}

function damaged(path: string, why: string, cause?: unknown): ZarrStoreError {
  return new ZarrStoreError("integrity", `${path} is damaged: ${why}`, {
    path,
    ...(cause !== undefined && { cause }),
  });
}
