// Memory for compressed chunks that is used again for one after the other: new memory costs as much as hashing what is read into it.

/** The most pieces that are kept, and the largest: what a few reads at once need of usual chunks. */
const MOST_KEPT = 4;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

const kept: Uint8Array<ArrayBuffer>[] = [];

/** Memory that one read has for itself until it gives it back. */
export class ChunkMemory {
  #bytes: Uint8Array<ArrayBuffer> | undefined = kept.pop();

  /** So many bytes, with any content. They are valid until the next call, or until {@link giveBack}. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined || this.#bytes.length < sizeBytes) {
      // An eighth more, because chunks of like images differ a little.
      this.#bytes = new Uint8Array(sizeBytes + (sizeBytes >>> 3));
    }
    return this.#bytes.subarray(0, sizeBytes);
  }

  /** Lets the next read have the memory. Nothing may be read from it any more. */
  giveBack(): void {
    if (this.#bytes !== undefined && this.#bytes.length <= MAX_KEPT_BYTES && kept.length < MOST_KEPT) {
      kept.push(this.#bytes);
    }
    this.#bytes = undefined;
  }
}
