// The writer lock while its holder has it: keeps it fresh, and releases it.

import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { LOCK, lockOwnerKey, staleLockKey } from "../records/control-keys.ts";

/** How often a release is tried. A lock left behind costs every other writer a minute. */
const RELEASE_ATTEMPTS = 3;

/**
 * The writer lock of its present holder. If another writer has taken it over, the holder's file is gone, and the holder
 * touches nothing.
 */
export class HeldLock {
  readonly #context: CommitContext;
  readonly #txid: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #turn: 0 | 1 = 0;
  #refreshing: Promise<void> = Promise.resolve();
  #isLost = false;
  #isGivenUp = false;

  constructor(context: CommitContext, txid: string, refreshEveryMs: number) {
    this.#context = context;
    this.#txid = txid;
    this.#timer = setInterval(() => {
      this.#refreshing = this.#refreshing.then(() => this.#refresh());
    }, refreshEveryMs);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
    const { logger } = this.#context;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#tryRelease();
        return;
      } catch (error) {
        if (attempt >= RELEASE_ATTEMPTS) {
          logger.warn(`could not release ${LOCK}: ${String(error)}`);
          return;
        }
      }
    }
  }

  async #tryRelease(): Promise<void> {
    const { store, logger } = this.#context;
    this.#isLost ||= !this.#isGivenUp && (await store.remove(this.#ownerKey)) !== "removed";
    if (this.#isLost) {
      logger.warn(`${LOCK} was taken over by another writer while this one held it`);
      return;
    }
    this.#isGivenUp = true;
    await removeLock(this.#context);
  }

  get #ownerKey(): StoreKey {
    return lockOwnerKey(this.#txid, this.#turn);
  }

  /**
   * Renames the owner file. This updates the modification time of the lock's directory, which the other writers watch.
   */
  async #refresh(): Promise<void> {
    const { store, logger } = this.#context;
    const turn = this.#turn === 0 ? 1 : 0;
    try {
      if (!this.#isLost && (await store.move(this.#ownerKey, lockOwnerKey(this.#txid, turn))) === "moved") {
        this.#turn = turn;
      } else {
        this.#isLost = true;
      }
    } catch (error) {
      logger.warn(`could not refresh ${LOCK}: ${String(error)}`);
    }
  }
}

/**
 * Removes the lock after this process has removed its owner file. If anything else is in the lock's directory, moves
 * the directory out of the way instead.
 */
export async function removeLock({ store, runtime }: CommitContext): Promise<void> {
  if ((await store.remove(LOCK)) === "not_empty") {
    await store.move(LOCK, staleLockKey(runtime.newId()));
  }
}
