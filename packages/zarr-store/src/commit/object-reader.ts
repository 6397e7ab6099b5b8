// Reads committed objects from wherever their bytes are at the moment, and verifies every hash.

import { ZarrStoreError } from "../errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { BriefReadOptions, ReadOptions } from "../runtime/read-options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import { type GetOptions, isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import type { StoreKey } from "../store/store-key.ts";
import { isTooLarge } from "../store/unreadable.ts";
import type { EditRules } from "./content-rules.ts";
import { committedLineEnds, ONLY_LINE_ENDS } from "./foreign/other-line-ends.ts";
import { findOutsideEdit, type OutsideEdit } from "./foreign/outside-edit.ts";
import { listStaging } from "./list-staging.ts";
import type { CommitLog } from "./log/commit-log.ts";
import type { CommittedObject } from "./log/head.ts";
import { groupOf, isOwnFormat } from "./object-path.ts";
import { keyInAside, stagedKeys, stagingEntryKind } from "./records/control-keys.ts";

const MAX_ROUNDS = 6;

/** Where reads found their bytes; for tests and reports. */
export interface ReadCounts {
  fromPlace: number;
  fromStaging: number;
  fromAside: number;
  /** The largest number of rounds that one read needed while the head stayed the same. */
  roundsMax: number;
}

/** The bytes of an object, and their hash in the log. */
export interface ReadObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

/** How to judge Zarr nodes that other programs wrote to, and where to report them. */
export interface EditHandling {
  readonly rules: EditRules;
  readonly logger: Logger;
}

/**
 * Reads committed objects and verifies each by its hash, as docs/commit-protocol.md#reading describes. An object is in
 * one of three places:
 *
 * - at its path;
 * - in the staging of the transaction that wrote it, between the commit and its publication;
 * - in an aside, while a late deletion holds it.
 */
export class ObjectReader {
  readonly counts: ReadCounts = { fromPlace: 0, fromStaging: 0, fromAside: 0, roundsMax: 0 };
  readonly #store: ReadableStore;
  readonly #log: CommitLog;
  readonly #runtime: Runtime;
  readonly #edits: EditHandling | undefined;
  #hasWarned = false;

  constructor(store: ReadableStore, log: CommitLog, runtime: Runtime, edits?: EditHandling) {
    this.#store = store;
    this.#log = log;
    this.#runtime = runtime;
    this.#edits = edits;
  }

  /**
   * Returns what the log has at a path now. If memory has nothing, the log is read again before the answer is "absent".
   */
  async object(path: StoreKey): Promise<CommittedObject | undefined> {
    const group = groupOf(path);
    const known = (await this.#log.objectsOf(group)).get(path);
    if (known !== undefined) {
      return known;
    }
    return (await this.#log.refresh()) ? (await this.#log.objectsOf(group)).get(path) : undefined;
  }

  /**
   * Returns the bytes of an object, or undefined if the log has none at the path.
   *
   * @throws {ZarrStoreError} if the file is not what was committed: `modified_outside` if people may edit such a file,
   * `integrity` if they may not
   */
  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.readObject(path, options))?.bytes;
  }

  /** {@link read}, with the hash that the log has for these bytes: it may have advanced since the caller looked at it. */
  async readObject(path: StoreKey, options: BriefReadOptions = {}): Promise<ReadObject | undefined> {
    const { signal } = options;
    let first: BriefReadOptions | undefined = options;
    let round = 0;
    let found: Uint8Array<ArrayBuffer> | undefined;
    for (let object = await this.object(path); object !== undefined; object = this.#log.head.object(path)) {
      throwIfAborted(signal);
      const { version } = this.#log.head;
      for (const { key, count } of this.#places(path, object)) {
        // Only one result may lie in the caller's memory, because those that are not right are still needed.
        const bytes = await this.#getUnlessTooLarge(key, object, { signal, allocate: first?.allocate });
        if (bytes?.length === object.sizeBytes) {
          first?.onUnverified?.(bytes);
        }
        first = undefined;
        if (bytes !== undefined && (await this.#isCommitted(bytes, object))) {
          this.counts[count]++;
          this.counts.roundsMax = Math.max(this.counts.roundsMax, round);
          return { bytes, sha256: object.sha256 };
        }
        found = count === "fromPlace" ? bytes : found;
      }
      const committed = found && (await committedLineEnds(this.#runtime, object, found));
      if (committed !== undefined) {
        this.#warnOnce(
          `${path}: ${ONLY_LINE_ENDS}; the committed version is read. \`kym check --repair\` puts them back`,
        );
        return { bytes: committed, sha256: object.sha256 };
      }
      const edit = await this.#editOf(path, object, found);
      if (edit?.committed !== undefined) {
        this.#warnOnce(`${path} was ${edit.message}; the committed version is read`);
        return { bytes: edit.committed, sha256: object.sha256 };
      }
      await this.#log.refresh();
      if (this.#log.head.version !== version) {
        round = 0;
        continue;
      }
      const aside = await this.#readAside(path, object, { signal });
      if (aside !== undefined) {
        this.counts.fromAside++;
        this.counts.roundsMax = Math.max(this.counts.roundsMax, round);
        return { bytes: aside, sha256: object.sha256 };
      }
      round++;
      if (round >= MAX_ROUNDS) {
        throw await this.#mismatch(path, object, found);
      }
      await this.#runtime.sleepMs(2 ** round);
    }
    return undefined;
  }

  *#places(
    path: StoreKey,
    object: CommittedObject,
  ): IterableIterator<{ key: StoreKey; count: "fromPlace" | "fromStaging" }> {
    yield { key: path, count: "fromPlace" };
    for (const key of stagedKeys(object.txid, path)) {
      yield { key, count: "fromStaging" };
    }
  }

  /** No commit wrote such a value: it is damaged, and that it is longer is enough to say so. */
  async #getUnlessTooLarge(
    key: StoreKey,
    { sizeBytes: expectedBytes }: CommittedObject,
    options: Pick<GetOptions, "signal" | "allocate">,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await this.#store.get(key, { ...options, expectedBytes });
    } catch (error) {
      if (isTooLarge(error) && !isWritableStore(this.#store)) {
        return new Uint8Array();
      }
      throw error;
    }
  }

  async #isCommitted(bytes: Uint8Array<ArrayBuffer>, object: CommittedObject): Promise<boolean> {
    return bytes.length === object.sizeBytes && (await this.#runtime.sha256(bytes)) === object.sha256;
  }

  async #editOf(
    path: StoreKey,
    object: CommittedObject,
    found: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<OutsideEdit | undefined> {
    const context = this.#edits && { rules: this.#edits.rules, runtime: this.#runtime };
    return found && context && findOutsideEdit(context, path, object, found);
  }

  /** Warns about the first such file only; `check` lists all of them. */
  #warnOnce(message: string): void {
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#edits?.logger.warn(message);
    }
  }

  async #readAside(
    path: StoreKey,
    object: CommittedObject,
    options: ReadOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!isWritableStore(this.#store)) {
      return undefined;
    }
    for (const name of await listStaging(this.#store)) {
      if (stagingEntryKind(name) === "aside") {
        const key = keyInAside(name, path);
        const bytes = key && (await this.#store.get(key, options));
        if (bytes !== undefined && (await this.#isCommitted(bytes, object))) {
          return bytes;
        }
      }
    }
    return undefined;
  }

  async #mismatch(
    path: StoreKey,
    object: CommittedObject,
    found: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<ZarrStoreError> {
    const foundHash = found === undefined ? "no file" : await this.#runtime.sha256(found);
    const isEdit = !isOwnFormat(path) || (await this.#editOf(path, object, found))?.remedy === "adopt";
    const code = isEdit ? "modified_outside" : "integrity";
    const fault = isEdit || found === undefined ? undefined : await this.#edits?.rules.fault(path, found);
    const what =
      found === undefined
        ? "is missing"
        : code === "integrity"
          ? "is damaged"
          : "was changed outside the dataset";
    return new ZarrStoreError(
      code,
      `${path} ${what}: expected ${object.sha256}, found ${foundHash}${fault === undefined ? "" : `; ${fault}`}`,
      {
        path,
        expected: object.sha256,
        found: foundHash,
      },
    );
  }
}
