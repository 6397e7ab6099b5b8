// A zip file as a folder that can only be read.

import { crc32 as portableCrc32 } from "../bytes/crc32.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type { ByteRange, GetOptions, StoreEntry, StoreStat } from "../store/key-value-store.ts";
import { assertRange } from "../store/memory-store.ts";
import type { ReadOnlyStore } from "../store/read-only-store.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { findZipEnd, readBy, type ZipEnd } from "./find-zip-end.ts";
import { type Crc32, readEntryBytes, readStoredRange, zipEntryStart } from "./read-entry-bytes.ts";
import { readZipEntries, type ZipEntry } from "./read-zip-entries.ts";
import { DEFLATED } from "./zip-layout.ts";
import type { ZipSource } from "./zip-source.ts";

export interface ZipStoreOptions extends ReadOptions {
  /** Default: one in JavaScript. Node has a faster one. */
  readonly crc32?: Crc32 | undefined;
}

/** A zip file as a folder, with the comment of the file. */
export interface ZipStore extends ReadOnlyStore {
  readonly comment: Uint8Array<ArrayBuffer>;
  /** The keys of all files, sorted by code unit. */
  readonly keys: readonly StoreKey[];
}

/**
 * Opens a zip file as a folder that can only be read. The directory of the file is read now, each entry when it is asked for: with one
 * request, if it lies as close to the next as programs put it.
 *
 * Files may be stored or deflated, of 32 or 64 bits. Whatever the file says is bounded before it is believed: names stay below the
 * folder, no two entries share a byte, and a deflated entry becomes no longer than it says. `get` compares the CRC-32 of each entry and
 * its local header; `getRange` of a stored entry compares the header.
 *
 * Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10.
 *
 * @throws {ZarrStoreError} `invalid_file`, `invalid_name`, `not_supported` that name the entry, and whatever `source` throws
 * @example
 * const store = await openZip(zipSourceOf("upload.zip", bytes));
 * const dataset = await openDataset(store, { mode: "r" });
 */
export async function openZip(source: ZipSource, options: ZipStoreOptions = {}): Promise<ZipStore> {
  const { crc32 = portableCrc32, signal } = options;
  const end = await findZipEnd(source, { signal });
  const entries = await readZipEntries(source, end, { signal });
  return new ZipFolder(withTail(source, end.tail), entries, end.comment, crc32);
}

/** Entries that a writer has just written, as a folder, before the file has a directory. */
export function zipFolderOf(
  source: ZipSource,
  entries: readonly ZipEntry[],
  crc32: Crc32 = portableCrc32,
): ZipStore {
  return new ZipFolder(source, new Map(entries.map((entry) => [entry.name, entry])), new Uint8Array(), crc32);
}

/** The end of the file was read already, and with it the last entries. */
function withTail(source: ZipSource, tail: ZipEnd["tail"]): ZipSource {
  const { location, sizeBytes } = source;
  return {
    location,
    sizeBytes,
    read: (offset, length, options = {}) => readBy(source, tail, offset, length, options),
  };
}

type Children = Map<string, StoreEntry["kind"]>;

class ZipFolder implements ZipStore {
  readonly location: string;
  readonly isArchive = true;
  readonly comment: Uint8Array<ArrayBuffer>;
  readonly #source: ZipSource;
  readonly #entries: ReadonlyMap<StoreKey, ZipEntry>;
  readonly #crc32: Crc32;
  readonly #starts = new Map<StoreKey, number>();
  #folders: ReadonlyMap<string, Children> | undefined;

  constructor(
    source: ZipSource,
    entries: ReadonlyMap<StoreKey, ZipEntry>,
    comment: Uint8Array<ArrayBuffer>,
    crc32: Crc32,
  ) {
    this.location = source.location;
    this.comment = comment;
    this.#source = source;
    this.#entries = entries;
    this.#crc32 = crc32;
  }

  get keys(): readonly StoreKey[] {
    return [...this.#entries.keys()].sort();
  }

  async get(key: StoreKey, options: GetOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throwIfAborted(options.signal);
    const entry = this.#entries.get(parseStoreKey(key));
    return entry && readEntryBytes(this.#source, entry, this.#crc32, options);
  }

  async getRange(
    key: StoreKey,
    range: ByteRange,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throwIfAborted(options.signal);
    const entry = this.#entries.get(parseStoreKey(key));
    if (entry === undefined) {
      return undefined;
    }
    assertRange(key, range, entry.sizeBytes);
    if (entry.method === DEFLATED) {
      const bytes = await readEntryBytes(this.#source, entry, this.#crc32, options);
      return bytes.slice(range.offset, range.offset + range.length);
    }
    const start = this.#starts.get(entry.name) ?? (await zipEntryStart(this.#source, entry, options));
    this.#starts.set(entry.name, start);
    return readStoredRange(this.#source, start, range, options);
  }

  async list(prefix: StoreKey | "", options: ReadOptions = {}): Promise<readonly StoreEntry[]> {
    throwIfAborted(options.signal);
    const children = this.#tree().get(prefix);
    return [...(children ?? [])]
      .map(([name, kind]) => ({ name, kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(key: StoreKey | ""): Promise<StoreStat | undefined> {
    const entry = key === "" ? undefined : this.#entries.get(key);
    const isFolder = key === "" || this.#tree().has(key);
    const kind = entry !== undefined ? "file" : isFolder ? "directory" : undefined;
    return kind && { kind, sizeBytes: entry?.sizeBytes ?? 0, mtimeMs: 0, device: this.location };
  }

  /** The names in each folder. */
  #tree(): ReadonlyMap<string, Children> {
    this.#folders ??= treeOf(this.#entries.keys());
    return this.#folders;
  }
}

function treeOf(keys: Iterable<StoreKey>): ReadonlyMap<string, Children> {
  const folders = new Map<string, Children>([["", new Map()]]);
  const childrenOf = (folder: string): Children => {
    const known = folders.get(folder);
    if (known !== undefined) {
      return known;
    }
    const children: Children = new Map();
    folders.set(folder, children);
    add(folder, "directory");
    return children;
  };
  const add = (path: string, kind: StoreEntry["kind"]): void => {
    const slash = path.lastIndexOf("/");
    childrenOf(path.slice(0, Math.max(0, slash))).set(path.slice(slash + 1), kind);
  };
  for (const key of keys) {
    add(key, "file");
  }
  return folders;
}
