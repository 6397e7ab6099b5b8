// Recycles the memory that ingest reads files into.

const STEP_BYTES = 2 ** 20;
/** Larger buffers are left to the garbage collector, because a few of them would be most of a process's memory. */
const MAX_KEPT_BYTES = 16 * 2 ** 20;

/**
 * A pool of memory for files that are read one after another. Allocating a new buffer for each file means zeroing it,
 * and collecting thousands of them takes longer than reading the files.
 */
export class ReusedBuffers {
  readonly #free: ArrayBuffer[] = [];

  /** Lends `sizeBytes` bytes of arbitrary content until the caller gives them back. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= sizeBytes);
    const [found] = index < 0 ? [] : this.#free.splice(index, 1);
    if (found === undefined) {
      // Replace a buffer that is too small, so that the pool never holds more buffers than were in use at once.
      this.#free.pop();
    }
    const buffer = found ?? new ArrayBuffer(Math.ceil(sizeBytes / STEP_BYTES) * STEP_BYTES);
    return new Uint8Array(buffer, 0, sizeBytes);
  }

  /** Takes bytes back. The caller must not use them any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength <= MAX_KEPT_BYTES) {
      this.#free.push(buffer);
    }
  }
}
