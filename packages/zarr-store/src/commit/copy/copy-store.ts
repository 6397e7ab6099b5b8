// Copies one version of a store, with the log up to it and the history that this names, beside writers (`kym copy`).

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { KeyValueStore, ReadableStore } from "../../store/key-value-store.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import type { NeededHistory } from "../content-rules.ts";
import { bytesWithHash } from "../foreign/other-line-ends.ts";
import { encodeHistoryStart, historyStart } from "../history/history-start.ts";
import { findNeededHistory } from "../history/needed-history.ts";
import type { CommittedObject } from "../log/head.ts";
import { encodeLatest } from "../log/latest.ts";
import { decodeCommitPack } from "../records/commit-pack.ts";
import {
  commitKey,
  firstOfBlock,
  HISTORY_START,
  historyKey,
  LATEST,
  packKey,
} from "../records/control-keys.ts";
import { mayBePacked } from "../records/stored-records.ts";
import { VersionFiles } from "./version-files.ts";

export interface CopyProgress {
  readonly done: number;
  readonly total: number;
  /** The object that was copied last. */
  readonly path: string;
}

export interface CopyStoreOptions extends ReadOptions {
  /** The version to copy. Default: the newest. */
  readonly version?: number | undefined;
  readonly runtime: Pick<Runtime, "sha256">;
  /** What the history must keep besides what the log names. */
  readonly neededHistory?: NeededHistory | undefined;
  /** Copies a file of the source to the same key of the target without reading it, where it can. What it copied is verified. */
  readonly clone?: ((key: StoreKey) => Promise<boolean>) | undefined;
  /**
   * Makes an object again that follows from others, if later commits replaced it. `then` gives the bytes that a path had in the version
   * that is copied. What it returns is verified.
   */
  readonly makeAgain?:
    | ((path: StoreKey, sha256: string, then: ReadThen) => Promise<Uint8Array<ArrayBuffer> | undefined>)
    | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

type ReadThen = (path: StoreKey) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** What was copied. Plain JSON. */
export interface CopyReport {
  readonly version: number;
  /** The objects of the version, and the bytes of these, in bytes. */
  readonly objects: number;
  readonly sizeBytes: number;
  /** How many objects of the history were copied, and how many that the log names were not there. */
  readonly history: { readonly copied: number; readonly missing: number };
  /** Paths where another program's file is, which no commit wrote: the copy has what was committed. Sorted; empty for an older version. */
  readonly notCopied: readonly string[];
}

const AT_ONCE = 8;

/**
 * Copies a version into an empty store. Everything is verified by its hash. Writers may go on: if an object of the newest version is
 * replaced and gone before it was copied, a later version is copied in its place.
 *
 * The target is whole only when this returns: build it where no reader looks, and give it its name then.
 *
 * @throws {ZarrStoreError} `not_found` for a store without commits, a version that does not exist, or one of which an object is
 * neither in its place nor in the history; `integrity` for a damaged log or a lost object of the newest version; `io`, `aborted`
 */
export async function copyStore(
  source: ReadableStore,
  target: KeyValueStore,
  options: CopyStoreOptions,
): Promise<CopyReport> {
  return new StoreCopy(source, target, options).run();
}

class StoreCopy {
  readonly #source: ReadableStore;
  readonly #target: KeyValueStore;
  readonly #options: CopyStoreOptions;
  readonly #version: VersionFiles;
  /** The hash that each path has in the target by now. */
  readonly #copied = new Map<StoreKey, string>();
  readonly #written: StoreKey[] = [];
  /** Objects whose bytes were not at their path. */
  readonly #elsewhere = new Set<StoreKey>();

  constructor(source: ReadableStore, target: KeyValueStore, options: CopyStoreOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#version = new VersionFiles(source, options);
  }

  async run(): Promise<CopyReport> {
    const { version: wanted } = this.#options;
    await this.#version.open();
    for (;;) {
      const gone = await this.#copyObjects();
      if (gone.length === 0) {
        break;
      }
      await this.#version.goOnFrom(gone);
    }
    const history = await this.#copyHistory();
    await this.#copyLog();
    const notCopied = wanted === undefined ? await this.#editsInSource() : [];
    await this.#target.sync(withFolders([...this.#copied.keys(), ...this.#written]));
    const { head } = this.#version;
    const objects = [...head.objects()];
    const sizeBytes = objects.reduce((sum, [, object]) => sum + object.sizeBytes, 0);
    return { version: head.version, objects: objects.length, sizeBytes, history, notCopied };
  }

  /** Copies what the target lacks of the head, and removes what is not in it. Returns the paths whose bytes are gone. */
  async #copyObjects(): Promise<readonly StoreKey[]> {
    for (const path of [...this.#copied.keys()]) {
      if (this.#version.head.object(path) === undefined) {
        await this.#target.remove(path);
        this.#copied.delete(path);
      }
    }
    const objects = [...this.#version.head.objects()];
    const gone: StoreKey[] = [];
    let done = 0;
    const copy = async ([path, object]: readonly [StoreKey, CommittedObject]): Promise<void> => {
      if (this.#copied.get(path) !== object.sha256 && !(await this.#copyObject(path, object))) {
        gone.push(path);
      }
      done++;
      this.#options.onProgress?.({ done, total: objects.length, path });
    };
    await runBounded(objects, copy, { concurrency: AT_ONCE, signal: this.#options.signal });
    const left: StoreKey[] = [];
    for (const path of gone.sort()) {
      const object = this.#version.head.object(path);
      if (object !== undefined && !(await this.#makeAgain(path, object))) {
        left.push(path);
      }
    }
    return left;
  }

  async #copyObject(path: StoreKey, object: CommittedObject): Promise<boolean> {
    const { runtime, clone } = this.#options;
    if (!this.#copied.has(path) && (await clone?.(path)) === true) {
      this.#copied.set(path, "");
      const bytes = await this.#target.get(path, { expectedBytes: object.sizeBytes });
      if (bytes?.length === object.sizeBytes && (await runtime.sha256(bytes)) === object.sha256) {
        this.#copied.set(path, object.sha256);
        return true;
      }
    }
    const found = await this.#version.find(path, object);
    if (found === undefined) {
      return false;
    }
    if (!found.isInPlace) {
      this.#elsewhere.add(path);
    }
    await this.#write(path, found.bytes);
    this.#copied.set(path, object.sha256);
    return true;
  }

  /** What is in the place of objects that came from elsewhere, unless a later commit put it there. */
  async #editsInSource(): Promise<readonly StoreKey[]> {
    await this.#version.refresh();
    const edits: StoreKey[] = [];
    for (const path of [...this.#elsewhere].sort()) {
      if (await this.#version.isEdited(path)) {
        edits.push(path);
      }
    }
    return edits;
  }

  /** Makes an object again from others of the version, which are in the target by now. */
  async #makeAgain(path: StoreKey, { sha256 }: CommittedObject): Promise<boolean> {
    const { makeAgain, runtime } = this.#options;
    const then: ReadThen = async (other) => {
      const isThere = this.#version.head.object(other)?.sha256 === this.#copied.get(other);
      return isThere ? this.#target.get(other) : undefined;
    };
    const bytes = await makeAgain?.(path, sha256, then);
    if (bytes === undefined || (await runtime.sha256(bytes)) !== sha256) {
      return false;
    }
    await this.#write(path, bytes);
    this.#copied.set(path, sha256);
    return true;
  }

  /** Writes a file and reads it back. */
  async #write(key: StoreKey, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { sha256 } = this.#options.runtime;
    await this.#target.put(key, bytes);
    const back = await this.#target.get(key, { expectedBytes: bytes.length });
    if (back?.length !== bytes.length || (await sha256(back)) !== (await sha256(bytes))) {
      throw new ZarrStoreError("integrity", `${key} reads back with other bytes than were written`, {
        path: key,
      });
    }
  }

  async #copyHistory(): Promise<CopyReport["history"]> {
    const { runtime, neededHistory, signal } = this.#options;
    const needed = await findNeededHistory(
      neededHistory,
      this.#version.head,
      (path) => this.#target.get(path),
      signal,
    );
    const hashes = [...new Set([...this.#version.names.kept.keys(), ...needed])];
    let copied = 0;
    const start = await historyStart(this.#source);
    let missing = 0;
    let left = 0;
    const copy = async (hash: string): Promise<void> => {
      const key = historyKey(hash);
      const found = await this.#source.get(key, { ...(signal && { signal }) });
      const bytes = found && (await bytesWithHash(runtime, hash, found));
      if (bytes !== undefined) {
        await this.#write(key, bytes);
        this.#written.push(key);
        copied++;
        return;
      }
      const named = this.#version.names.kept.get(hash);
      missing += named === undefined ? 0 : 1;
      left += named !== undefined && named.version <= start ? 1 : 0;
    };
    await runBounded(hashes, copy, { concurrency: AT_ONCE, signal });
    if (left > 0) {
      await this.#write(HISTORY_START, encodeHistoryStart(Math.min(start, this.#version.head.version)));
      this.#written.push(HISTORY_START);
    }
    return { copied, missing };
  }

  /** Copies the packs of old blocks, and writes all other records as files: byte for byte what their writers wrote. */
  async #copyLog(): Promise<void> {
    const { version: newest, recordSha256, nextRecordFormat } = this.#version.head;
    let packed: ReadonlySet<number> = new Set();
    for (let version = 1; version <= newest; version++) {
      throwIfAborted(this.#options.signal);
      if (firstOfBlock(version) === version) {
        packed = mayBePacked(version, newest) ? await this.#copyPack(version) : new Set();
      }
      if (!packed.has(version)) {
        await this.#write(commitKey(version), await this.#version.recordFile(version));
        this.#written.push(commitKey(version));
      }
    }
    if (nextRecordFormat === 2) {
      await this.#target.put(LATEST, encodeLatest({ version: newest, recordSha256, checkpoint: undefined }));
    }
  }

  /** Copies the pack of a block. Returns the versions that are in it. */
  async #copyPack(first: number): Promise<ReadonlySet<number>> {
    const key = packKey(first);
    const bytes = await this.#source.get(key);
    if (bytes === undefined) {
      return new Set();
    }
    const pack = await decodeCommitPack(bytes, first, this.#options.runtime.sha256);
    await this.#write(key, bytes);
    this.#written.push(key);
    return new Set(pack.keys());
  }
}

/** The keys and all folders above them. */
function withFolders(keys: readonly StoreKey[]): readonly (StoreKey | "")[] {
  const all = new Set<StoreKey | "">([...keys, ""]);
  for (const key of keys) {
    for (let folder = parentKey(key); folder !== undefined && !all.has(folder); folder = parentKey(folder)) {
      all.add(folder);
    }
  }
  return [...all];
}
