import { memoryStore } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { parentKey, parseStoreKey, type StoreKey } from "../../../src/store/store-key.ts";
import { interceptStore } from "../../../src/testing/index.ts";

/** A file apart from its names. Its bytes are written once. */
interface Inode {
  readonly bytes: Uint8Array;
  /** Which sync of the trace made the bytes lasting. */
  syncedAt: number;
}

/** One atomic change of the names of a disk, or a flush, or that a commit was acknowledged. */
export type DiskEvent =
  | { readonly kind: "file" | "link"; readonly key: StoreKey; readonly inode: Inode }
  | { readonly kind: "directory"; readonly key: StoreKey }
  | { readonly kind: "remove"; readonly key: StoreKey }
  | {
      readonly kind: "move";
      readonly from: StoreKey;
      readonly key: StoreKey;
      readonly inode: Inode | undefined;
    }
  | { readonly kind: "sync"; readonly keys: readonly (StoreKey | "")[] }
  | { readonly kind: "acknowledged"; readonly version: number };

/** What a power cut makes of bytes that were not flushed. */
export type DataLoss = "none" | "torn" | "empty";

export interface CrashState {
  readonly store: KeyValueStore;
  /** Names and bytes, to tell whether two cuts leave the same. */
  readonly image: string;
}

/**
 * Records what is done to a disk, and tells what a power cut may leave of it. The model:
 *
 * - An event before the cut is lasting once a directory that it changes was flushed after it. Until then it may be
 *   lost, alone or with others, whatever their order.
 * - A rename is atomic. It is lasting when the directory of either name was flushed.
 * - Events that need a lost one (a file in a directory that was never made) are lost with it.
 * - Bytes are lasting once their file was flushed. Until then the file may have its name, and be empty or half there.
 */
export class CrashDisk {
  readonly events: DiskEvent[] = [];
  readonly store: KeyValueStore;
  readonly #inodes = new Map<string, Inode>();

  constructor(nowEpochMs: () => number) {
    const disk = memoryStore({ nowEpochMs });
    this.store = interceptStore(disk, async ({ method, keys, bytes }, run) => {
      const [first = "", second = ""] = keys;
      if (method === "sync") {
        const result = await run();
        this.#sync(keys.map((key) => (key === "" ? "" : parseStoreKey(key))));
        return result;
      }
      if (["get", "getRange", "list", "stat"].includes(method)) {
        return run();
      }
      const key = parseStoreKey(first);
      const missing = method === "move" || method === "remove" ? [] : await missingAbove(disk, key);
      const result = await run();
      if (
        result === false ||
        result === "absent" ||
        result === "not_empty" ||
        result === "blocked" ||
        result === "no_parent"
      ) {
        return result;
      }
      this.events.push(...missing.map((above): DiskEvent => ({ kind: "directory", key: above })));
      if (method === "put") {
        this.#name("file", key, { bytes: new Uint8Array(bytes ?? []), syncedAt: Number.POSITIVE_INFINITY });
      } else if (method === "putNew") {
        const inode = this.#inodes.get(second);
        if (inode === undefined) {
          throw new Error(`${second} was linked but never written`);
        }
        this.#name("link", key, inode);
      } else if (method === "move") {
        this.#move(key, parseStoreKey(second));
      } else {
        this.events.push({ kind: method === "remove" ? "remove" : "directory", key });
        this.#inodes.delete(method === "remove" ? key : "");
      }
      return result;
    });
  }

  /** Numbers of events before `end` that a cut there may undo. */
  pending(end: number): readonly number[] {
    const pending: number[] = [];
    const flushed = new Set<string>();
    for (let at = end - 1; at >= 0; at--) {
      const event = this.events[at];
      if (event?.kind === "sync") {
        for (const key of event.keys) {
          flushed.add(key);
        }
      } else if (event !== undefined && event.kind !== "acknowledged") {
        const names = event.kind === "move" ? [event.key, event.from] : [event.key];
        if (!names.some((key) => flushed.has(parentKey(key) ?? ""))) {
          pending.push(at);
        }
      }
    }
    return pending.reverse();
  }

  /** What is on the disk if the power goes before event `end` and takes the events in `lost`. */
  async cut(
    end: number,
    lost: ReadonlySet<number>,
    loss: DataLoss,
    nowEpochMs: () => number,
  ): Promise<CrashState> {
    const store = memoryStore({ nowEpochMs });
    const isThere = async (key: StoreKey | undefined): Promise<boolean> =>
      key === undefined || (await store.stat(key))?.kind === "directory";
    const bytesOf = ({ bytes, syncedAt }: Inode): Uint8Array =>
      syncedAt < end || loss === "none" ? bytes : bytes.subarray(0, loss === "torn" ? bytes.length >> 1 : 0);
    for (const [at, event] of this.events.slice(0, end).entries()) {
      if (lost.has(at) || event.kind === "sync" || event.kind === "acknowledged") {
        continue;
      }
      if (!(await isThere(parentKey(event.key)))) {
        continue;
      }
      if (event.kind === "directory" || event.kind === "remove") {
        await (event.kind === "directory" ? store.makeDirectory(event.key) : store.remove(event.key));
      } else if (event.inode === undefined) {
        if (event.kind === "move") {
          await store.move(event.from, event.key);
        }
      } else if ((await store.stat(event.key))?.kind !== "directory") {
        if (event.kind === "move") {
          await store.remove(event.from);
        }
        await store.put(event.key, bytesOf(event.inode));
      }
    }
    return { store, image: await imageOf(store, "") };
  }

  #name(kind: "file" | "link", key: StoreKey, inode: Inode): void {
    this.#inodes.set(key, inode);
    this.events.push({ kind, key, inode });
  }

  #move(from: StoreKey, key: StoreKey): void {
    this.events.push({ kind: "move", from, key, inode: this.#inodes.get(from) });
    for (const [path, inode] of [...this.#inodes]) {
      if (path === from || path.startsWith(`${from}/`)) {
        this.#inodes.delete(path);
        this.#inodes.set(key + path.slice(from.length), inode);
      }
    }
  }

  #sync(keys: readonly (StoreKey | "")[]): void {
    for (const key of keys) {
      const inode = this.#inodes.get(key);
      if (inode !== undefined) {
        inode.syncedAt = Math.min(inode.syncedAt, this.events.length);
      }
    }
    this.events.push({ kind: "sync", keys });
  }
}

/** The directories above a key that are not there, the outermost first. */
async function missingAbove(store: KeyValueStore, key: StoreKey): Promise<readonly StoreKey[]> {
  const missing: StoreKey[] = [];
  for (let above = parentKey(key); above !== undefined; above = parentKey(above)) {
    if ((await store.stat(above)) === undefined) {
      missing.unshift(above);
    }
  }
  return missing;
}

async function imageOf(store: KeyValueStore, prefix: StoreKey | ""): Promise<string> {
  const lines: string[] = [];
  for (const { name, kind } of await store.list(prefix)) {
    const key = parseStoreKey(prefix === "" ? name : `${prefix}/${name}`);
    lines.push(
      kind === "directory"
        ? `${key}/\n${await imageOf(store, key)}`
        : `${key} ${Buffer.from((await store.get(key)) ?? []).toString("base64")}\n`,
    );
  }
  return lines.join("");
}
