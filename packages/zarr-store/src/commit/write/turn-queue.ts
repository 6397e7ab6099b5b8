// A queue that keeps the changes of one path in order.

/** Runs the tasks of one key one after the other, in the order of the calls. Tasks of different keys do not wait. */
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

  /** Waits until no task is running, whether tasks failed or not. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) {
      await Promise.allSettled(this.#last.values());
    }
  }
}
