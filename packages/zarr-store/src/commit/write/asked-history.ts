// What a transaction was asked to keep in the history, although no object has or had these bytes.

import type { Runtime } from "../../runtime/runtime.ts";

/**
 * The bytes that a commit keeps in the history besides what it replaces. They stay in memory until the commit, which writes them
 * again in each of its rounds. They are not a change: a commit that changes nothing keeps nothing.
 */
export class AskedHistory {
  readonly #runtime: Pick<Runtime, "sha256">;
  readonly #assertOpen: () => void;
  readonly #bytes = new Map<string, Uint8Array<ArrayBuffer>>();

  /** @param assertOpen throws if the transaction takes no more changes */
  constructor(runtime: Pick<Runtime, "sha256">, assertOpen: () => void) {
    this.#runtime = runtime;
    this.#assertOpen = assertOpen;
  }

  /** The bytes by their hash. */
  get bytes(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
    return this.#bytes;
  }

  /**
   * Keeps bytes, and returns their SHA-256. The bytes must not change afterwards.
   *
   * @throws {ZarrStoreError} `invalid_argument` if the transaction is being committed or has ended
   */
  async keep(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    this.#assertOpen();
    const sha256 = await this.#runtime.sha256(bytes);
    this.#bytes.set(sha256, bytes);
    return sha256;
  }
}
