// Writes and reads the checkpoint: the head at one version, so that opening a dataset does not read the whole log.

import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { gzipSealFault, sealGzip } from "../../bytes/sealed-gzip.ts";
import { ZarrStoreError } from "../../errors.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { KeyValueStore, ReadableStore } from "../../store/key-value-store.ts";
import { keyBelow, parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { isTooLarge, isUnpackedOnTheWay } from "../../store/unreadable.ts";
import { groupOf } from "../object-path.ts";
import { CHECKPOINT, stagedKey, stagingOf } from "./control-keys.ts";
import type { CommittedObject, Head } from "./head.ts";

/** The head at one version, and what the manifest says about its images. */
export interface Checkpoint {
  readonly version: number;
  readonly recordSha256: string;
  readonly txid: string;
  /** By group, as in {@link Head.groups}. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<StoreKey, CommittedObject>>;
  /** What the manifest keeps about each image, by image id; the commit protocol does not interpret it. */
  readonly images: ReadonlyMap<string, unknown>;
  /** Its compressed size in the store. */
  readonly storedBytes: number;
  /** Why these bytes, although readable, are not what any writer wrote. Readers may still use the checkpoint. */
  readonly fault: string | undefined;
}

const FORMAT = 1;
/** A bound against a hostile file. 10 000 images of 100 objects make 130 MB of text. */
const MAX_TEXT_BYTES = 1 << 30;

type WireObject = readonly [sha256: string, sizeBytes: number, txid: number, version: number];

/**
 * Encodes the head as sealed gzip. Objects are grouped by record and each transaction is named once, so that gzip packs
 * them well. No record hashes a checkpoint, so the gzip carries a seal of its own.
 */
export async function encodeCheckpoint(
  head: Head,
  images: ReadonlyMap<string, unknown>,
): Promise<Uint8Array<ArrayBuffer>> {
  const txids = new Map<string, number>();
  const indexOf = (txid: string): number => {
    const index = txids.get(txid) ?? txids.size;
    txids.set(txid, index);
    return index;
  };
  const groups: Record<string, Record<string, WireObject>> = {};
  for (const group of [...head.groups()].sort()) {
    const skip = group === "" ? 0 : group.length + 1;
    groups[group] = Object.fromEntries(
      [...head.objectsOf(group)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, object]): [string, WireObject] => [
          path.slice(skip),
          [object.sha256, object.sizeBytes, indexOf(object.txid), object.version],
        ]),
    );
  }
  const { version, recordSha256, txid } = head;
  const wire = {
    format: FORMAT,
    v: version,
    record_sha256: recordSha256,
    txid,
    groups,
    txids: [...txids.keys()],
    images: Object.fromEntries(images),
  };
  return sealGzip(await gzip(new TextEncoder().encode(serializeLossless(wire, { indent: 0 }))));
}

/**
 * Replaces the checkpoint by one rename. After a failure the old one is still there.
 *
 * @throws {ZarrStoreError} `io`
 */
export async function replaceCheckpoint(
  store: KeyValueStore,
  bytes: Uint8Array<ArrayBuffer>,
  id: string,
): Promise<void> {
  const txid = `checkpoint-${id}`;
  const staged = stagedKey(txid, "checkpoint.json.gz");
  try {
    await store.put(staged, bytes);
    await store.sync([staged]);
    const outcome = await store.move(staged, CHECKPOINT);
    if (outcome !== "moved") {
      throw new ZarrStoreError("io", `cannot put ${CHECKPOINT} in place: ${outcome}`, {
        path: CHECKPOINT,
        found: outcome,
      });
    }
  } catch (error) {
    await store.remove(staged).catch(() => undefined);
    await store.remove(stagingOf(txid)).catch(() => undefined);
    throw error;
  }
  await store.remove(stagingOf(txid)).catch(() => undefined);
}

/**
 * Reads the checkpoint of a store. Undefined if it is missing, or if it is damaged, with a warning: a checkpoint only
 * repeats the log, so its loss never stops a reader.
 */
export async function readCheckpoint(store: ReadableStore, logger: Logger): Promise<Checkpoint | undefined> {
  const unusable = (error: unknown): undefined => {
    logger.warn(`${CHECKPOINT} is not usable, reading the whole log: ${String(error)}`);
  };
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await store.get(CHECKPOINT);
  } catch (error) {
    if (!isTooLarge(error) && !isUnpackedOnTheWay(error)) {
      throw error;
    }
    return unusable(error);
  }
  try {
    if (bytes === undefined) {
      return undefined;
    }
    const contents = decodeCheckpoint(await inflate(bytes, { format: "gzip", maxBytes: MAX_TEXT_BYTES }));
    return { ...contents, storedBytes: bytes.length, fault: gzipSealFault(bytes) };
  } catch (error) {
    return unusable(error);
  }
}

function decodeCheckpoint(text: Uint8Array): Omit<Checkpoint, "storedBytes" | "fault"> {
  const wire = parsePlain(new TextDecoder("utf-8", { fatal: true }).decode(text));
  const { format, v, record_sha256: recordSha256, txid, txids, groups: wireGroups, images } = fieldsOf(wire);
  if (
    format !== FORMAT ||
    typeof v !== "number" ||
    typeof recordSha256 !== "string" ||
    typeof txid !== "string" ||
    !Array.isArray(txids)
  ) {
    throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT} has another format`, { path: CHECKPOINT });
  }
  return {
    version: v,
    recordSha256,
    txid,
    groups: decodeGroups(fieldsOf(wireGroups), txids),
    images: new Map(Object.entries(fieldsOf(images))),
  };
}

/** Decodes the objects of each group. A name that occurs in every image is checked only once. */
function decodeGroups(
  wireGroups: Readonly<Record<string, unknown>>,
  txids: readonly unknown[],
): ReadonlyMap<string, ReadonlyMap<StoreKey, CommittedObject>> {
  const names = new Map<string, StoreKey>();
  const groups = new Map<string, ReadonlyMap<StoreKey, CommittedObject>>();
  for (const [group, members] of Object.entries(wireGroups)) {
    const parent = group === "" ? undefined : parseStoreKey(group);
    const objects = new Map<StoreKey, CommittedObject>();
    let isOwn = parent === undefined || groupOf(keyBelow(parent, parent)) === group;
    for (const [name, object] of Object.entries(fieldsOf(members))) {
      const key = names.get(name) ?? parseStoreKey(name);
      names.set(name, key);
      isOwn &&= parent !== undefined || groupOf(key) === "";
      objects.set(parent === undefined ? key : keyBelow(parent, key), decodeObject(object, txids));
    }
    if (!isOwn) {
      throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT}: ${group} has objects of another group`, {
        path: CHECKPOINT,
        found: group,
      });
    }
    groups.set(group, objects);
  }
  return groups;
}

function decodeObject(value: unknown, txids: readonly unknown[]): CommittedObject {
  const wire: readonly unknown[] = Array.isArray(value) ? value : [];
  const [sha256, sizeBytes, index, version] = [wire[0], wire[1], wire[2], wire[3]];
  const txid = typeof index === "number" ? txids[index] : undefined;
  if (
    typeof sha256 !== "string" ||
    typeof sizeBytes !== "number" ||
    typeof txid !== "string" ||
    typeof version !== "number"
  ) {
    throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT} has a malformed object`, { found: value });
  }
  return { sha256, sizeBytes, txid, version };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT}: expected an object`, { found: value });
  }
  return value as Readonly<Record<string, unknown>>;
}
