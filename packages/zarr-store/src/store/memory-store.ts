// A store in memory, for tests and for datasets that are not kept.

import { ZarrStoreError } from "../errors.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type {
  ByteRange,
  KeyValueStore,
  MoveOutcome,
  RemoveOutcome,
  StoreEntry,
  StoreStat,
} from "./key-value-store.ts";
import { parentKey, parseStoreKey, type StoreKey } from "./store-key.ts";

type FileNode = { readonly kind: "file"; bytes: Uint8Array<ArrayBuffer>; mtimeMs: number };
type DirectoryNode = { readonly kind: "directory"; readonly children: Map<string, Node>; mtimeMs: number };
type Node = FileNode | DirectoryNode;

/**
 * Makes a store in memory that behaves like a POSIX file system. An empty directory stays, a link shares a file, and a
 * move replaces a file or an empty directory. Values are copied on the way in and out.
 *
 * @example
 * const dataset = await openDataset(memoryStore());
 */
export function memoryStore(options: { readonly nowEpochMs?: () => number } = {}): KeyValueStore {
  return new MemoryStore(options.nowEpochMs ?? ((): number => 0));
}

class MemoryStore implements KeyValueStore {
  readonly location = "memory";
  readonly #root: DirectoryNode = { kind: "directory", children: new Map(), mtimeMs: 0 };
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async get(key: StoreKey, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throwIfAborted(options.signal);
    const node = this.#find(key);
    return node?.kind === "file" ? node.bytes.slice() : undefined;
  }

  async getRange(
    key: StoreKey,
    range: ByteRange,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throwIfAborted(options.signal);
    const node = this.#find(key);
    if (node?.kind !== "file") {
      return undefined;
    }
    assertRange(key, range, node.bytes.length);
    return node.bytes.slice(range.offset, range.offset + range.length);
  }

  async list(prefix: StoreKey | "", options: ReadOptions = {}): Promise<readonly StoreEntry[]> {
    throwIfAborted(options.signal);
    const node = this.#find(prefix);
    if (node?.kind !== "directory") {
      return [];
    }
    return [...node.children]
      .map(([name, child]) => ({ name, kind: child.kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(key: StoreKey | ""): Promise<StoreStat | undefined> {
    const node = this.#find(key);
    return (
      node && {
        kind: node.kind,
        sizeBytes: node.kind === "file" ? node.bytes.length : 0,
        mtimeMs: node.mtimeMs,
        device: "memory",
      }
    );
  }

  async put(key: StoreKey, bytes: Uint8Array): Promise<void> {
    const parent = this.#makeParents(key);
    const name = lastSegment(key);
    const existing = parent.children.get(name);
    if (existing?.kind === "directory") {
      throw new ZarrStoreError("io", `cannot write ${key}: it is a directory`, { path: key });
    }
    if (existing === undefined) {
      this.#setChild(parent, name, { kind: "file", bytes: new Uint8Array(bytes), mtimeMs: this.#now() });
    } else {
      existing.bytes = new Uint8Array(bytes);
      existing.mtimeMs = this.#now();
    }
  }

  async putNew(key: StoreKey, from: StoreKey): Promise<boolean> {
    const source = this.#find(from);
    if (source?.kind !== "file") {
      throw new ZarrStoreError("not_found", `cannot link ${from} to ${key}: no such file`, { path: from });
    }
    const parent = this.#makeParents(key);
    const name = lastSegment(key);
    if (parent.children.has(name)) {
      return false;
    }
    this.#setChild(parent, name, source);
    return true;
  }

  async makeDirectory(key: StoreKey): Promise<boolean> {
    const parent = this.#makeParents(key);
    const name = lastSegment(key);
    const existing = parent.children.get(name);
    if (existing !== undefined) {
      if (existing.kind === "file") {
        throw new ZarrStoreError("io", `cannot make directory ${key}: a file is there`, { path: key });
      }
      return false;
    }
    this.#setChild(parent, name, { kind: "directory", children: new Map(), mtimeMs: this.#now() });
    return true;
  }

  async move(from: StoreKey, to: StoreKey): Promise<MoveOutcome> {
    const source = this.#find(from);
    const sourceParent = this.#parent(from);
    if (source === undefined || sourceParent === undefined) {
      return "absent";
    }
    const targetParent = this.#parentNode(to);
    if (targetParent === undefined) {
      return "no_parent";
    }
    if (targetParent.kind === "file") {
      return "blocked";
    }
    const target = targetParent.children.get(lastSegment(to));
    if (target !== undefined && !isReplaceable(source, target)) {
      return "blocked";
    }
    if (target !== source) {
      this.#deleteChild(sourceParent, lastSegment(from));
      this.#setChild(targetParent, lastSegment(to), source);
    }
    return "moved";
  }

  async remove(key: StoreKey): Promise<RemoveOutcome> {
    const node = this.#find(key);
    const parent = this.#parent(key);
    if (node === undefined || parent === undefined) {
      return "absent";
    }
    if (node.kind === "directory" && node.children.size > 0) {
      return "not_empty";
    }
    this.#deleteChild(parent, lastSegment(key));
    return "removed";
  }

  /** Only checks the keys: memory has nothing to flush to. */
  async sync(keys: readonly (StoreKey | "")[]): Promise<void> {
    for (const key of keys) {
      segmentsOf(key);
    }
  }

  #setChild(parent: DirectoryNode, name: string, child: Node): void {
    parent.children.set(name, child);
    parent.mtimeMs = this.#now();
  }

  #deleteChild(parent: DirectoryNode, name: string): void {
    parent.children.delete(name);
    parent.mtimeMs = this.#now();
  }

  #find(key: StoreKey | ""): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const segment of segmentsOf(key)) {
      node = node?.kind === "directory" ? node.children.get(segment) : undefined;
    }
    return node;
  }

  #parentNode(key: StoreKey): Node | undefined {
    const parent = parentKey(parseStoreKey(key));
    return parent === undefined ? this.#root : this.#nearest(parent);
  }

  /** Returns the node at a key, the file that stands on the way to it, or undefined. */
  #nearest(key: StoreKey): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const segment of segmentsOf(key)) {
      if (node?.kind !== "directory") {
        return node;
      }
      node = node.children.get(segment);
    }
    return node;
  }

  #parent(key: StoreKey): DirectoryNode | undefined {
    const node = this.#parentNode(key);
    return node?.kind === "directory" ? node : undefined;
  }

  #makeParents(key: StoreKey): DirectoryNode {
    let node: DirectoryNode = this.#root;
    for (const segment of segmentsOf(key).slice(0, -1)) {
      let child: Node | undefined = node.children.get(segment);
      if (child === undefined) {
        child = { kind: "directory", children: new Map(), mtimeMs: this.#now() };
        this.#setChild(node, segment, child);
      }
      if (child.kind === "file") {
        throw new ZarrStoreError("io", `cannot write ${key}: ${segment} is a file`, { path: key });
      }
      node = child;
    }
    return node;
  }
}

function isReplaceable(source: Node, target: Node): boolean {
  return source.kind === "file"
    ? target.kind === "file"
    : target.kind === "directory" && target.children.size === 0;
}

function segmentsOf(key: StoreKey | ""): readonly string[] {
  return key === "" ? [] : parseStoreKey(key).split("/");
}

function lastSegment(key: StoreKey): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** @throws {ZarrStoreError} `invalid_argument` if the range goes beyond a value of `sizeBytes` */
export function assertRange(key: string, range: ByteRange, sizeBytes: number): void {
  const { offset, length } = range;
  const legal = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!legal || offset + length > sizeBytes) {
    throw new ZarrStoreError(
      "invalid_argument",
      `${key} has ${sizeBytes} bytes: cannot read ${offset}..${offset + length}`,
      {
        path: key,
        expected: sizeBytes,
        found: offset + length,
      },
    );
  }
}
