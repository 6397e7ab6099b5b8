/** What every read takes: a signal that ends it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}
