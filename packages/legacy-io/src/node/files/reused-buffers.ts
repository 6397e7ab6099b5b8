const STEP_BYTES = 2 ** 20;
/** A larger one is given to the garbage collector: a few of them would be most of what a process holds. */
const MAX_KEPT_BYTES = 16 * 2 ** 20;

/**
 * Memory for files that are read one after another. A new buffer for each is zeroed first, and thousands of them keep the
 * garbage collector busy for longer than the reading takes.
 */
export class ReusedBuffers {
  readonly #free: ArrayBuffer[] = [];

  /** So many bytes, whatever is in them. They are the caller's until he gives them back. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= sizeBytes);
    const [found] = index < 0 ? [] : this.#free.splice(index, 1);
    if (found === undefined) {
      // In place of one that is too small, so that there are never more than were in use at once.
      this.#free.pop();
    }
    const buffer = found ?? new ArrayBuffer(Math.ceil(sizeBytes / STEP_BYTES) * STEP_BYTES);
    return new Uint8Array(buffer, 0, sizeBytes);
  }

  /** Nothing may look at these bytes any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength <= MAX_KEPT_BYTES) {
      this.#free.push(buffer);
    }
  }
}
