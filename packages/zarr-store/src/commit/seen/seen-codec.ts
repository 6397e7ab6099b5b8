// Writes and reads the file that says what was seen at the last look.

import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { gzipSealFault, sealGzip } from "../../bytes/sealed-gzip.ts";
import { isObject } from "../../json/is-object.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import type { SeenFile } from "./is-trusted.ts";

const FORMAT = 1;
/** A file has about 200 bytes of text. */
export const MAX_SEEN_FILES = 1_000_000;
const MAX_TEXT_BYTES = 1 << 28;

const TIME = /^\d{1,20}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Encodes what was seen in one place as sealed gzip: 64-bit numbers are text, because a `double` would round them. */
export async function encodeSeen(
  place: string,
  files: ReadonlyMap<StoreKey, SeenFile>,
): Promise<Uint8Array<ArrayBuffer>> {
  const wire: Record<string, readonly (string | number)[]> = {};
  for (const [path, seen] of files) {
    const times = [seen.mtimeNs, seen.ctimeNs, seen.lookedNs].map(String);
    wire[path] = [seen.sizeBytes, ...times, seen.inode === undefined ? "" : String(seen.inode), seen.sha256];
  }
  const text = JSON.stringify({ format: FORMAT, place, files: wire });
  return sealGzip(await gzip(new TextEncoder().encode(text)));
}

/**
 * Decodes what was seen in a place. A file that is damaged, of another format or of another place says nothing: it can be
 * made again.
 */
export async function decodeSeen(bytes: Uint8Array, place: string): Promise<ReadonlyMap<StoreKey, SeenFile>> {
  const files = new Map<StoreKey, SeenFile>();
  for (const [path, value] of await openSeen(bytes, place)) {
    const seen = parseSeen(value);
    if (seen !== undefined && isStoreKey(path)) {
      files.set(path, seen);
    }
  }
  return files;
}

/** The same, each entry as it stands in the file: most looks need few of them. See {@link parseSeen}. */
export async function openSeen(bytes: Uint8Array, place: string): Promise<ReadonlyMap<string, unknown>> {
  const wire = await unpack(bytes);
  return isObject(wire) && wire["format"] === FORMAT && wire["place"] === place && isObject(wire["files"])
    ? new Map(Object.entries(wire["files"]).slice(0, MAX_SEEN_FILES))
    : new Map();
}

async function unpack(bytes: Uint8Array): Promise<unknown> {
  if (gzipSealFault(bytes) !== undefined) {
    return undefined;
  }
  try {
    const text = await inflate(bytes, { format: "gzip", maxBytes: MAX_TEXT_BYTES });
    // Sealed, so that it is as it was written, or it is not read.
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    return value;
  } catch {
    return undefined;
  }
}

/** What an entry says; undefined if it says nothing. */
export function parseSeen(value: unknown): SeenFile | undefined {
  const [size, mtime, ctime, looked, inode, sha256]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (
    !(Number.isSafeInteger(size) && typeof size === "number" && size >= 0) ||
    !isTime(mtime) ||
    !isTime(ctime) ||
    !isTime(looked) ||
    !(inode === "" || isTime(inode)) ||
    !(typeof sha256 === "string" && SHA256.test(sha256))
  ) {
    return undefined;
  }
  return {
    sizeBytes: size,
    mtimeNs: BigInt(mtime),
    ctimeNs: BigInt(ctime),
    lookedNs: BigInt(looked),
    ...(inode !== "" && { inode: BigInt(inode) }),
    sha256,
  };
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && TIME.test(value);
}
