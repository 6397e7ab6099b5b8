// Encodes and reads `__commits/latest.json`, which tells readers that cannot list how far the log goes.

import type { ReadableStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { CHECKPOINT, COMMITS, LATEST, OLD_CHECKPOINT } from "../records/control-keys.ts";

/** What the last writer knew. It is derived and not flushed: it may be behind the log, or torn, but never matters. */
export interface Latest {
  readonly version: number;
  readonly recordSha256: string;
  /** The checkpoint to read, if there is one. */
  readonly checkpoint: StoreKey | undefined;
}

const CHECKPOINTS: readonly StoreKey[] = [CHECKPOINT, OLD_CHECKPOINT];

export function encodeLatest({ version, recordSha256, checkpoint }: Latest): Uint8Array<ArrayBuffer> {
  const wire = {
    v: version,
    record_sha256: recordSha256,
    checkpoint: checkpoint?.slice(COMMITS.length + 1) ?? null,
  };
  return new TextEncoder().encode(`${JSON.stringify(wire)}\n`);
}

/** Returns undefined for bytes that no writer wrote: a hint that is torn counts as none. */
export function decodeLatest(bytes: Uint8Array): Latest | undefined {
  const text = new TextDecoder().decode(bytes);
  const [, v, recordSha256, name] =
    /^\{"v":([1-9]\d{0,14}),"record_sha256":"([0-9a-f]{64})","checkpoint":(?:null|"([a-z.]{1,40})")\}\r?\n$/.exec(
      text,
    ) ?? [];
  const checkpoint = CHECKPOINTS.find((key) => key === `${COMMITS}/${name}`);
  const isWhole = recordSha256 !== undefined && (name === undefined || checkpoint !== undefined);
  return isWhole ? { version: Number(v), recordSha256, checkpoint } : undefined;
}

/** Reads the hint; undefined if it is missing or torn. @throws {ZarrStoreError} `io` */
export async function readLatest(store: Pick<ReadableStore, "get">): Promise<Latest | undefined> {
  const bytes = await store.get(LATEST);
  return bytes && decodeLatest(bytes);
}
