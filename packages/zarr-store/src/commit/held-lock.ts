import type { StoreKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";
import { LOCK, lockOwnerKey, staleLockKey } from "./control-keys.ts";

/** The writer lock in the hands of its holder. A holder that was taken over finds its file gone, and touches nothing. */
export class HeldLock {
  readonly #context: CommitContext;
  readonly #txid: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #turn: 0 | 1 = 0;
  #refreshing: Promise<void> = Promise.resolve();
  #isLost = false;

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
    const { store, logger } = this.#context;
    try {
      if (!this.#isLost && (await store.remove(this.#ownerKey)) === "removed") {
        await removeLock(this.#context);
        return;
      }
      logger.warn(`${LOCK} was taken over by another writer while this one held it`);
    } catch (error) {
      logger.warn(`could not release ${LOCK}: ${String(error)}`);
    }
  }

  get #ownerKey(): StoreKey {
    return lockOwnerKey(this.#txid, this.#turn);
  }

  /** The rename changes the time of the lock's directory, which is what others look at. */
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

/** Removes the lock whose owner's file this process has just removed; what else may lie there goes out of the way. */
export async function removeLock({ store, runtime }: CommitContext): Promise<void> {
  if ((await store.remove(LOCK)) === "not_empty") {
    await store.move(LOCK, staleLockKey(runtime.newId()));
  }
}
