// Remembers the hashes of files over sessions, so that files which did not change are not read again.

import { isZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { isWritableStore, type ReadableStore, type StoreStat } from "../../store/key-value-store.ts";
import { isListableStore, type ReadOnlyStore } from "../../store/read-only-store.ts";
import { isStoreKey, joinKey, type StoreKey } from "../../store/store-key.ts";
import { isSeenName, SEEN, seenKey } from "../records/control-keys.ts";
import { isTrusted, type Place, type SeenFile } from "./is-trusted.ts";
import { placeName, readPlace } from "./place-of-store.ts";
import { encodeSeen, MAX_SEEN_FILES, openSeen, parseSeen } from "./seen-codec.ts";

/** So many machines and file systems have a file of their own; then the oldest goes. */
const MAX_PLACES = 16;

/** Only places that keep nanoseconds have a file. */
const PLACE: Place = { keepsNanoseconds: true };

export interface OpenSeenOptions {
  /** Whether looks are remembered. If not, nothing is written, and only earlier looks are used. */
  readonly remembers: boolean;
}

/**
 * What was seen of the files at earlier looks. It is derived: it may be lost, a read-only medium does without, and nothing
 * may be overwritten because of it.
 */
export class SeenFiles {
  readonly #store: ReadOnlyStore;
  readonly #place: string;
  /** The store's time before the looks of this session; undefined if they are not remembered. */
  readonly #lookedNs: bigint | undefined;
  /** What was noted in this session. */
  readonly #noted = new Map<string, SeenFile>();
  /** Earlier looks, not parsed yet. */
  readonly #earlier: ReadonlyMap<string, unknown>;
  #isChanged = false;

  private constructor(
    store: ReadOnlyStore,
    place: string,
    lookedNs: bigint | undefined,
    earlier: ReadonlyMap<string, unknown>,
  ) {
    this.#store = store;
    this.#place = place;
    this.#lookedNs = lookedNs;
    this.#earlier = earlier;
  }

  /** Reads what was seen from this machine; undefined where nothing is known and nothing can be remembered. */
  static async open(
    store: ReadableStore,
    runtime: Pick<Runtime, "sha256" | "writer" | "newId">,
    { remembers }: OpenSeenOptions,
  ): Promise<SeenFiles | undefined> {
    const place = isListableStore(store) ? await placeName(store, runtime) : undefined;
    if (place === undefined || !isListableStore(store)) {
      return undefined;
    }
    const now = remembers && isWritableStore(store) ? await readPlace(store, runtime) : undefined;
    const bytes = await unlessIo(store.get(seenKey(place)));
    const lookedNs = now?.keepsNanoseconds === true ? now.nowNs : undefined;
    return bytes === undefined && lookedNs === undefined
      ? undefined
      : new SeenFiles(store, place, lookedNs, bytes === undefined ? new Map() : await openSeen(bytes, place));
  }

  /** The hash of a file, if it is certain that the file has not changed since it was hashed. */
  trustedHash(path: StoreKey, stat: StoreStat): string | undefined {
    const seen = this.lastLook(path);
    return seen !== undefined && isTrusted(seen, stat, PLACE) ? seen.sha256 : undefined;
  }

  /** What the last look found at a path, whether or not it can be trusted. */
  lastLook(path: string): SeenFile | undefined {
    return this.#noted.get(path) ?? parseSeen(this.#earlier.get(path));
  }

  /** Notes the hash of a file. `stat` must have been made before the file was read. */
  note(path: StoreKey, { sizeBytes, mtimeNs, ctimeNs, inode }: StoreStat, sha256: string): void {
    const lookedNs = this.#lookedNs;
    if (lookedNs === undefined || mtimeNs === undefined || ctimeNs === undefined) {
      return;
    }
    if (this.#earlier.size + this.#noted.size < MAX_SEEN_FILES || this.#earlier.has(path)) {
      this.#noted.set(path, { sizeBytes, mtimeNs, ctimeNs, inode, sha256, lookedNs });
      this.#isChanged = true;
    }
  }

  /** Keeps what was noted, of the files that are still there. Does nothing if that is not possible. */
  async save(isLive: (path: StoreKey) => boolean): Promise<void> {
    const store = this.#store;
    const paths = new Set([...this.#earlier.keys(), ...this.#noted.keys()].filter(isStoreKey));
    const live = [...paths].filter(isLive);
    const isChanged = this.#isChanged || live.length < paths.size;
    if (this.#lookedNs === undefined || !isChanged || !isWritableStore(store)) {
      return;
    }
    const files = new Map<StoreKey, SeenFile>();
    for (const path of live) {
      const seen = this.lastLook(path);
      if (seen !== undefined) {
        files.set(path, seen);
      }
    }
    await unlessIo(
      (async (): Promise<void> => {
        await store.put(seenKey(this.#place), await encodeSeen(this.#place, files));
        await removeOldPlaces(store);
      })(),
    );
    this.#isChanged = false;
  }
}

async function removeOldPlaces(
  store: ReadOnlyStore & { remove(key: StoreKey): Promise<unknown> },
): Promise<void> {
  const keys = (await store.list(SEEN))
    .filter(({ name }) => isSeenName(name))
    .map(({ name }) => `${SEEN}/${name}`)
    .filter(isStoreKey);
  if (keys.length <= MAX_PLACES) {
    return;
  }
  const ages = await Promise.all(
    keys.map(async (key) => ({ key: joinKey(key), mtimeMs: (await store.stat(key))?.mtimeMs ?? 0 })),
  );
  for (const { key } of ages.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(MAX_PLACES)) {
    await store.remove(key);
  }
}

async function unlessIo<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isZarrStoreError(error, "io", "invalid_name", "not_supported")) {
      throw error;
    }
    return undefined;
  }
}
