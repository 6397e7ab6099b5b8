// Reads and replaces the checkpoint: the head at one version, so that opening a dataset does not read the whole log.

import type { Gunzip, Runtime } from "../../runtime/runtime.ts";
import type { KeyValueStore, ReadableStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { isTooLarge, isUnpackedOnTheWay } from "../../store/unreadable.ts";
import { isFileOf } from "../records/commit-record.ts";
import { CHECKPOINT, OLD_CHECKPOINT } from "../records/control-keys.ts";
import { readStoredRecord } from "../records/read-record.ts";
import { replaceFile } from "../records/replace-file.ts";
import type { CheckpointContents, Head, WholeContents } from "./head.ts";
import type { Latest } from "./latest.ts";
import { decodeOldCheckpoint, encodeOldCheckpoint } from "./old-checkpoint.ts";
import {
  decodeSectionedCheckpoint,
  encodeSectionedCheckpoint,
  openSectionedCheckpoint,
} from "./sectioned-checkpoint.ts";

/** Where a checkpoint is. */
interface Stored {
  readonly key: StoreKey;
  /** Its compressed size in the store. */
  readonly storedBytes: number;
}

/** A checkpoint in a store. What an entry says is decoded when it is first asked for. */
export interface Checkpoint extends CheckpointContents, Stored {}

/** A checkpoint of which every entry was decoded. */
export interface WholeCheckpoint extends WholeContents, Stored {}

/** A bound against a hostile file. 10 000 images of 100 objects make 130 MB of text. */
const MAX_TEXT_BYTES = 1 << 30;
/** Hashes do not pack: text of ours is three to six times its packed size. A file with far more is not ours. */
const MAX_UNPACKED_RATIO = 24;
const LEAST_LIMIT_BYTES = 1 << 20;

/** The most text that a checkpoint of this size is unpacked to. What its size says bounds it before it is read. */
function maxTextBytes(storedBytes: number): number {
  return Math.min(MAX_TEXT_BYTES, Math.max(LEAST_LIMIT_BYTES, storedBytes * MAX_UNPACKED_RATIO));
}

/** Encodes the head in the form of the dataset's version. */
export async function encodeCheckpoint(
  head: Head,
  images: ReadonlyMap<string, unknown>,
): Promise<{ readonly key: StoreKey; readonly bytes: Uint8Array<ArrayBuffer> }> {
  return head.nextRecordFormat === 1
    ? { key: OLD_CHECKPOINT, bytes: await encodeOldCheckpoint(head, images) }
    : { key: CHECKPOINT, bytes: await encodeSectionedCheckpoint(head, images) };
}

/**
 * Replaces the checkpoint by one rename. After a failure the old one is still there.
 *
 * @throws {ZarrStoreError} `io`
 */
export async function replaceCheckpoint(
  store: KeyValueStore,
  { key, bytes }: { readonly key: StoreKey; readonly bytes: Uint8Array<ArrayBuffer> },
  { newId, writer }: Pick<Runtime, "newId" | "writer">,
): Promise<void> {
  const txid = `checkpoint-${newId()}`;
  await replaceFile(store, key, bytes, { txid, writer, durability: "batched" });
}

/** Tells of a checkpoint that is damaged. */
type OnUnusable = (key: StoreKey, why: string) => void;

/**
 * Opens the checkpoint of a store: that of version 3, or, where that cannot be used, the one that was left from
 * version 2. Undefined if both are missing or damaged: a checkpoint only repeats the log, so its loss never stops a reader.
 *
 * @param onUnusable is told of each one that is damaged
 * @param hint tells which checkpoint there is
 * @param gunzip unpacks its parts faster than streams do
 * @throws {ZarrStoreError} `io`
 */
export async function openCheckpoint(
  store: ReadableStore,
  onUnusable: OnUnusable,
  hint?: Latest,
  gunzip?: Gunzip,
): Promise<Checkpoint | undefined> {
  const named = hint === undefined ? CHECKPOINT : hint.checkpoint;
  const keys = named === CHECKPOINT ? BOTH : named === undefined ? [] : [named];
  return firstUsable<CheckpointContents>(store, keys, onUnusable, (bytes, maxTextBytes) =>
    openSectionedCheckpoint(bytes, maxTextBytes, gunzip),
  );
}

/** As {@link openCheckpoint}, with every entry decoded: a bad one makes it unusable. @throws {ZarrStoreError} `io` */
export async function readCheckpoint(
  store: ReadableStore,
  onUnusable: OnUnusable,
): Promise<WholeCheckpoint | undefined> {
  return firstUsable<WholeContents>(store, BOTH, onUnusable, decodeSectionedCheckpoint);
}

/**
 * Whether the file of the record that a checkpoint was made at says that it is this record. Of a sound record this is
 * certain, without parsing all of it.
 *
 * @throws {ZarrStoreError} `io`
 */
export async function isAtItsRecord(store: ReadableStore, checkpoint: Checkpoint): Promise<boolean> {
  const { version, recordSha256, txid, key } = checkpoint;
  const bytes = await readStoredRecord(store, version);
  const format = key === OLD_CHECKPOINT ? 1 : 2;
  return bytes !== undefined && isFileOf(bytes, { format, version, txid, sha256: recordSha256 });
}

const BOTH: readonly StoreKey[] = [CHECKPOINT, OLD_CHECKPOINT];

/** Decodes a checkpoint of version 3. */
type Decode<T> = (bytes: Uint8Array<ArrayBuffer>, maxTextBytes: number) => Promise<T>;

async function firstUsable<T extends CheckpointContents>(
  store: ReadableStore,
  keys: readonly StoreKey[],
  onUnusable: OnUnusable,
  decode: Decode<T | WholeContents>,
): Promise<((T | WholeContents) & Stored) | undefined> {
  for (const key of keys) {
    try {
      const checkpoint = await decodeAt(store, key, key === CHECKPOINT ? decode : decodeOldCheckpoint);
      if (checkpoint !== undefined) {
        return checkpoint;
      }
    } catch (error) {
      if (error instanceof Unusable) {
        onUnusable(key, `${key} is not usable, reading the log instead: ${whatIsWrong(error.cause)}`);
      } else {
        throw error;
      }
    }
  }
  return undefined;
}

class Unusable extends Error {}

/** An error of a decoder that met what it does not expect says nothing to people. */
function whatIsWrong(cause: unknown): string {
  const isSurprise = cause instanceof TypeError || cause instanceof SyntaxError;
  return cause instanceof Error && !isSurprise ? cause.message : "it is damaged, and cannot be decoded";
}

async function decodeAt<T>(
  store: ReadableStore,
  key: StoreKey,
  decode: Decode<T>,
): Promise<(T & Stored) | undefined> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await store.get(key);
  } catch (cause) {
    throw isTooLarge(cause) || isUnpackedOnTheWay(cause) ? new Unusable("", { cause }) : cause;
  }
  if (bytes === undefined) {
    return undefined;
  }
  try {
    return { ...(await decode(bytes, maxTextBytes(bytes.length))), key, storedBytes: bytes.length };
  } catch (cause) {
    throw new Unusable("", { cause });
  }
}
