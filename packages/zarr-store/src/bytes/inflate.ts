// Inflates zlib and gzip streams piece by piece, and never beyond a given size.

/** The wrapping of a deflate stream: `gzip` is RFC 1952, `zlib` is RFC 1950. */
export type DeflateFormat = "gzip" | "zlib";

export interface InflateOptions {
  readonly format: DeflateFormat;
  /** The most bytes that may come out. */
  readonly maxBytes: number;
  /** The likely size of the output, allocated at once. Default: sixteen times the input. */
  readonly likelyBytes?: number | undefined;
  /** Called before each piece; an error that it throws stops the work. */
  readonly check?: (() => void) | undefined;
  /**
   * Called if the stream goes on beyond `maxBytes`, or if other bytes follow it: they are left, and the first `maxBytes` are
   * returned. Without it both are errors.
   */
  readonly onMore?: (() => void) | undefined;
}

/** The names that Web streams use. */
const STREAM_FORMATS: Readonly<Record<DeflateFormat, CompressionFormat>> = { gzip: "gzip", zlib: "deflate" };
const PIECE_BYTES = 1 << 16;
const FOLLOWED = /junk|trailing|after (the )?end|past the end/i;

/**
 * Decompresses a whole stream and never allocates more than `maxBytes`.
 *
 * A result of exactly `maxBytes` has a buffer of its own. A shorter one may be a view of a larger buffer.
 *
 * @throws {Error} if the stream is damaged, cut short, too long, or followed by other bytes; and whatever `check` throws.
 */
export async function inflate(bytes: Uint8Array, options: InflateOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { format, maxBytes, check, onMore, likelyBytes = 16 * bytes.length } = options;
  const reader = piecesOf(bytes, check)
    .pipeThrough(new DecompressionStream(STREAM_FORMATS[format]))
    .getReader();
  let inflated = new Uint8Array(Math.min(maxBytes, likelyBytes));
  let sizeBytes = 0;
  let isDone = false;
  let isLeft = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      check?.();
      const end = sizeBytes + next.value.length;
      if (end > maxBytes) {
        if (onMore === undefined) {
          throw new Error(`more than ${maxBytes} bytes`);
        }
        inflated = inflated.length < maxBytes ? grown(inflated, sizeBytes, maxBytes) : inflated;
        inflated.set(next.value.subarray(0, maxBytes - sizeBytes), sizeBytes);
        sizeBytes = maxBytes;
        isLeft = true;
        onMore();
        break;
      }
      inflated = end > inflated.length ? grown(inflated, sizeBytes, Math.min(maxBytes, 2 * end)) : inflated;
      inflated.set(next.value, sizeBytes);
      sizeBytes = end;
    }
    isDone = !isLeft;
  } catch (error) {
    // Every runtime has its own words for bytes that follow the stream, which has come out whole by then.
    if (onMore === undefined || sizeBytes !== maxBytes || !FOLLOWED.test(String(error))) {
      throw error;
    }
    onMore();
  } finally {
    if (!isDone) {
      await reader.cancel().catch(() => undefined);
    }
  }
  return sizeBytes === inflated.length ? inflated : inflated.subarray(0, sizeBytes);
}

/** A stream of pieces. It is built by hand because not every browser has `ReadableStream.from`. */
function piecesOf(
  bytes: Uint8Array,
  check: InflateOptions["check"],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let start = 0;
  return new ReadableStream({
    pull: (controller) => {
      check?.();
      if (start < bytes.length) {
        controller.enqueue(new Uint8Array(bytes.subarray(start, start + PIECE_BYTES)));
        start += PIECE_BYTES;
      } else {
        controller.close();
      }
    },
  });
}

function grown(bytes: Uint8Array, sizeBytes: number, capacityBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacityBytes);
  larger.set(bytes.subarray(0, sizeBytes));
  return larger;
}
