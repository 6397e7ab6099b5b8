// Keeps what a commit replaces or deletes, and what it was told to keep, so that it can be read later (`__history/<sha256>`).

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { isKeptPath } from "../object-path.ts";
import type { CommitOp } from "../records/commit-record.ts";
import { HISTORY, historyKey, stagedHistoryName, stagedKey, stagingOf } from "../records/control-keys.ts";
import { conflictError } from "../write/conflict-error.ts";
import type { Transaction } from "../write/transaction.ts";

/** A larger object is not kept. */
export const MAX_HISTORY_BYTES: number = 16 * 1024 * 1024;

/** Each name takes a look whether it is there already, which waits for the file system. */
const NAMED_AT_ONCE = 16;

/** What one commit keeps. */
export interface KeptHistory {
  /**
   * What must be flushed before the version is claimed: the files, their folder, and, once in a session, the root that names
   * the folder.
   */
  readonly keys: readonly (StoreKey | "")[];
  /** The hashes of what should have been kept and could not be read. The commit's record lists them. */
  readonly lost: readonly string[];
  /** The size in bytes of what is kept because the transaction asked for it, by hash. The commit's record lists them. */
  readonly asked: ReadonlyMap<string, number>;
}

/** What a commit keeps in a dataset whose format has no history. */
export const NO_HISTORY: KeptHistory = { keys: [], lost: [], asked: new Map() };

/**
 * Keeps the bytes that one commit replaces or deletes. Each is written to staging from memory, as it was read: a link to the
 * file would change with it, as soon as another program wrote into that file. When all of them are there, they get their
 * names, each by one rename. So no object is ever half there under its name, and one of equal bytes may be replaced.
 */
export class HistoryKeeper {
  readonly #context: CommitContext;
  readonly #transaction: Transaction;
  readonly #staged = new Set<string>();

  constructor(context: CommitContext, transaction: Transaction) {
    this.#context = context;
    this.#transaction = transaction;
  }

  /** Stages what a commit replaces, if the bytes are those that the log has and such an object is kept. */
  async offer({ path, prev }: CommitOp, bytes: Uint8Array, sha256: string): Promise<void> {
    const isWanted = prev === sha256 && isKeptPath(path) && bytes.length <= MAX_HISTORY_BYTES;
    if (isWanted) {
      await this.#stage(sha256, bytes);
    }
  }

  /**
   * Gives everything that these ops replace or delete, and what the transaction was asked to keep, its name in the history. What was not offered is read from wherever it is
   * now. If its bytes are gone, that is logged, and the commit goes on.
   *
   * @throws {ZarrStoreError} `conflict` if the staged files are gone, `io`
   */
  async keep(ops: readonly CommitOp[]): Promise<KeptHistory> {
    const lost = new Set<string>();
    for (const op of ops) {
      if (op.prev !== null && this.#isMissing(op.path, op.prev) && !(await this.#offerCommitted(op))) {
        lost.add(op.prev);
      }
    }
    const asked = new Map<string, number>();
    for (const [sha256, bytes] of this.#transaction.asked.bytes) {
      if (bytes.length <= MAX_HISTORY_BYTES) {
        await this.#stage(sha256, bytes);
        asked.set(sha256, bytes.length);
      }
    }
    // The first makes the folder, if it is not there.
    const [first, ...others] = this.#staged;
    await (first !== undefined && this.#name(first));
    await runBounded(others, (sha256) => this.#name(sha256), { concurrency: NAMED_AT_ONCE });
    const keys = [...this.#staged].map(historyKey);
    const root = this.#context.session.isHistoryNamed ? [] : ([""] as const);
    return { keys: keys.length === 0 ? [] : [...keys, HISTORY, ...root], lost: [...lost], asked };
  }

  async #stage(sha256: string, bytes: Uint8Array): Promise<void> {
    if (!this.#staged.has(sha256)) {
      this.#staged.add(sha256);
      await this.#transaction.staging.put(stagedHistoryName(sha256), bytes, "alone");
    }
  }

  #isMissing(path: StoreKey, prev: string): boolean {
    const sizeBytes = this.#context.log.head.object(path)?.sizeBytes ?? 0;
    return isKeptPath(path) && sizeBytes <= MAX_HISTORY_BYTES && !this.#staged.has(prev);
  }

  /** Reads an object that is not at its path: it is still staged, or a deletion holds it. */
  async #offerCommitted(op: CommitOp): Promise<boolean> {
    const { logger, runtime } = this.#context;
    try {
      const bytes = await this.#transaction.reader.read(op.path);
      if (bytes !== undefined) {
        await this.offer(op, bytes, await runtime.sha256(bytes));
      }
    } catch (error) {
      if (!isZarrStoreError(error, "modified_outside", "integrity")) {
        throw error;
      }
      // An earlier commit may have kept the same bytes. They are kept anew, since a collection may remove the older file.
      const kept = op.prev === null ? undefined : await this.#context.store.get(historyKey(op.prev));
      if (kept !== undefined && (await runtime.sha256(kept)) === op.prev) {
        await this.offer(op, kept, op.prev);
      } else {
        logger.warn(`what this commit replaces at ${op.path} is not kept: ${error.message}`);
      }
    }
    return op.prev !== null && this.#staged.has(op.prev);
  }

  async #name(sha256: string): Promise<void> {
    const { store } = this.#context;
    const staged = stagedKey(this.#transaction.txid, stagedHistoryName(sha256));
    const key = historyKey(sha256);
    // An earlier commit may rest on the file that is there. It may only be replaced by one that survives a power cut as well.
    if ((await store.stat(key)) !== undefined) {
      await store.sync([staged]);
    }
    let outcome = await store.move(staged, key);
    if (outcome === "no_parent") {
      await store.makeDirectory(HISTORY);
      outcome = await store.move(staged, key);
    }
    if (outcome === "absent") {
      throw conflictError([stagingOf(this.#transaction.txid)], "the staged files are gone");
    }
    if (outcome !== "moved") {
      throw new ZarrStoreError(
        "io",
        `cannot keep what this commit replaces as ${key}: something is in its place`,
        {
          path: key,
          found: outcome,
        },
      );
    }
  }
}
