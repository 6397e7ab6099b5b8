// The options that every read has.

/** The options of every read: a signal that aborts it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}
