import { inflate } from "../array/inflate.ts";
import { ZarrStoreError } from "../errors.ts";
import { gzip } from "../gzip.ts";
import { parseLossless, plainValue, serializeLossless } from "../json/lossless-json.ts";
import type { Logger } from "../logger.ts";
import type { KeyValueStore, ReadableStore } from "../store/key-value-store.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { isTooLarge } from "../store/unreadable.ts";
import { CHECKPOINT, stagedKey, stagingOf } from "./control-keys.ts";
import type { CommittedObject, Head } from "./head.ts";

/** The head at a version, and what the manifest says of its images, so that opening does not read the whole log. */
export interface Checkpoint {
  readonly version: number;
  readonly recordSha256: string;
  readonly txid: string;
  readonly objects: ReadonlyMap<StoreKey, CommittedObject>;
  /** Per image id, what the manifest keeps of it; opaque to the commit protocol. */
  readonly images: ReadonlyMap<string, unknown>;
  /** Its size in the store, packed. */
  readonly storedBytes: number;
}

const FORMAT = 1;
/** Against a hostile file: 10 000 images of 100 objects are 130 MB of text. */
const MAX_TEXT_BYTES = 1 << 30;

type WireObject = readonly [sha256: string, sizeBytes: number, txid: number, version: number];

/** Objects are grouped by record, transactions are named once: gzip does the rest. */
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
  return gzip(new TextEncoder().encode(serializeLossless(wire, { indent: 0 })));
}

/** Replaces the checkpoint by one rename. A failure leaves the one that was. @throws {ZarrStoreError} `io` */
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

/** The checkpoint of a store, undefined if there is none or it is damaged: it is derived and never an obstacle. */
export async function readCheckpoint(store: ReadableStore, logger: Logger): Promise<Checkpoint | undefined> {
  const unusable = (error: unknown): undefined => {
    logger.warn(`${CHECKPOINT} is not usable, reading the whole log: ${String(error)}`);
  };
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await store.get(CHECKPOINT);
  } catch (error) {
    if (!isTooLarge(error)) {
      throw error;
    }
    return unusable(error);
  }
  try {
    return bytes && decodeCheckpoint(await inflate(bytes, "gzip", MAX_TEXT_BYTES), bytes.length);
  } catch (error) {
    return unusable(error);
  }
}

function decodeCheckpoint(text: Uint8Array, storedBytes: number): Checkpoint {
  const wire = plainValue(
    parseLossless(new TextDecoder("utf-8", { fatal: true }).decode(text), { duplicateKeys: "error" }),
  );
  const { format, v, record_sha256: recordSha256, txid, txids, groups, images } = fieldsOf(wire);
  if (
    format !== FORMAT ||
    typeof v !== "number" ||
    typeof recordSha256 !== "string" ||
    typeof txid !== "string" ||
    !Array.isArray(txids)
  ) {
    throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT} has another format`, { path: CHECKPOINT });
  }
  const objects = new Map<StoreKey, CommittedObject>();
  for (const [group, members] of Object.entries(fieldsOf(groups))) {
    const prefix = group === "" ? "" : `${group}/`;
    for (const [name, object] of Object.entries(fieldsOf(members))) {
      objects.set(parseStoreKey(prefix + name), decodeObject(object, txids));
    }
  }
  return {
    version: v,
    recordSha256,
    txid,
    objects,
    images: new Map(Object.entries(fieldsOf(images))),
    storedBytes,
  };
}

function decodeObject(value: unknown, txids: readonly unknown[]): CommittedObject {
  const [sha256, sizeBytes, index, version]: unknown[] = Array.isArray(value) ? value : [];
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

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ZarrStoreError("invalid_metadata", `${CHECKPOINT}: expected an object`, { found: value });
  }
  return Object.fromEntries(Object.entries(value));
}
