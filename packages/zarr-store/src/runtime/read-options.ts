// The options that every read has.

/** The options of every read: a signal that aborts it. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The options of a read of bytes that are decoded at once, and not kept. */
export interface BriefReadOptions extends ReadOptions {
  /** Gives memory for so many bytes, in which the result may lie. The caller uses it again later. */
  readonly allocate?: ((sizeBytes: number) => Uint8Array<ArrayBuffer>) | undefined;
  /**
   * Is told the bytes before their hash is compared, so that another thread can decode them meanwhile. What comes of them counts
   * only if the read returns these very bytes.
   */
  readonly onUnverified?: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
}
