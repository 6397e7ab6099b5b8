/** Runs what is asked for under one key one after the other, in the order of asking; different keys do not wait. */
export class TurnQueue<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  async run<T>(key: Key, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) {
        this.#last.delete(key);
      }
    }
  }

  /** Returns when nothing is under way, whether it failed or not. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) {
      await Promise.allSettled(this.#last.values());
    }
  }
}
