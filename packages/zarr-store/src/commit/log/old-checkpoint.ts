// Encodes and decodes the checkpoint of a dataset of version 2, and the objects of any checkpoint.

import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { gzipSealFault, sealGzip } from "../../bytes/sealed-gzip.ts";
import { ZarrStoreError } from "../../errors.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import { keyBelow, parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { groupOf } from "../object-path.ts";
import type { CommittedObject, Head, WholeContents } from "./head.ts";

type WireObject = readonly [sha256: string, sizeBytes: number, txid: number, version: number];

/** The objects of some groups, as they stand in a checkpoint. Each transaction is named once. */
export interface WireObjects {
  readonly groups: Readonly<Record<string, Readonly<Record<string, WireObject>>>>;
  readonly txids: readonly string[];
}

const FORMAT = 1;

/** Encodes the objects of these groups of a head. Objects are sorted, so that gzip packs them well. */
export function encodeObjects(head: Head, groups: readonly string[]): WireObjects {
  const txids = new Map<string, number>();
  const indexOf = (txid: string): number => {
    const index = txids.get(txid) ?? txids.size;
    txids.set(txid, index);
    return index;
  };
  const wire: Record<string, Record<string, WireObject>> = {};
  for (const group of groups) {
    const skip = group === "" ? 0 : group.length + 1;
    wire[group] = Object.fromEntries(
      [...head.objectsOf(group)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, object]): [string, WireObject] => [
          path.slice(skip),
          [object.sha256, object.sizeBytes, indexOf(object.txid), object.version],
        ]),
    );
  }
  return { groups: wire, txids: [...txids.keys()] };
}

/** Encodes the head of a dataset that is not upgraded yet, as one sealed gzip of JSON. */
export async function encodeOldCheckpoint(
  head: Head,
  images: ReadonlyMap<string, unknown>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { version, recordSha256, txid } = head;
  const { groups, txids } = encodeObjects(head, [...head.groups()].sort());
  const wire = {
    format: FORMAT,
    v: version,
    record_sha256: recordSha256,
    txid,
    groups,
    txids,
    images: Object.fromEntries(images),
  };
  return sealGzip(await gzip(new TextEncoder().encode(serializeLossless(wire, { indent: 0 }))));
}

/** @throws {Error} if the bytes are not a checkpoint */
export async function decodeOldCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
  maxTextBytes: number,
): Promise<WholeContents> {
  const text = await inflate(bytes, { format: "gzip", maxBytes: maxTextBytes });
  const wire = parsePlain(new TextDecoder("utf-8", { fatal: true }).decode(text));
  const { format, v, record_sha256: recordSha256, txid, txids, groups, images } = fieldsOf(wire);
  if (
    format !== FORMAT ||
    typeof v !== "number" ||
    typeof recordSha256 !== "string" ||
    typeof txid !== "string"
  ) {
    throw new ZarrStoreError("invalid_metadata", "the checkpoint has another format");
  }
  return {
    version: v,
    recordSha256,
    txid,
    groups: decodeObjects(groups, txids),
    images: new Map(Object.entries(fieldsOf(images))),
    fault: gzipSealFault(bytes),
  };
}

/** Names that were checked already: one that occurs in every image is checked only once. */
export type CheckedNames = Map<string, StoreKey>;

/** Decodes the objects of each group. @throws {ZarrStoreError} `invalid_metadata` */
export function decodeObjects(
  wireGroups: unknown,
  wireTxids: unknown,
): ReadonlyMap<string, ReadonlyMap<StoreKey, CommittedObject>> {
  const txids: readonly unknown[] = Array.isArray(wireTxids) ? wireTxids : [];
  const names: CheckedNames = new Map();
  const groups = Object.entries(fieldsOf(wireGroups));
  return new Map(groups.map(([group, members]) => [group, decodeGroup(group, members, txids, names)]));
}

/** Decodes the objects of one group. @throws {ZarrStoreError} `invalid_metadata` */
export function decodeGroup(
  group: string,
  members: unknown,
  txids: readonly unknown[],
  names: CheckedNames,
): ReadonlyMap<StoreKey, CommittedObject> {
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
    const message = `the checkpoint has objects of another group in ${group}`;
    throw new ZarrStoreError("invalid_metadata", message, { found: group });
  }
  return objects;
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
    throw new ZarrStoreError("invalid_metadata", "the checkpoint has a malformed object", { found: value });
  }
  return { sha256, sizeBytes, txid, version };
}

/** @throws {ZarrStoreError} `invalid_metadata` if the value is not a JSON object */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ZarrStoreError(
      "invalid_metadata",
      "the checkpoint is not as a writer writes it: expected an object",
      { found: value },
    );
  }
  return value as Readonly<Record<string, unknown>>;
}
