/** Inflates what zlib, gzip and their like packed, piece by piece, and never further than it may. */
export type DeflateFormat = "gzip" | "zlib";

export interface InflateOptions {
  /** `gzip` is RFC 1952, `zlib` RFC 1950. */
  readonly format: DeflateFormat;
  /** What comes out has at most so many bytes. */
  readonly maxBytes: number;
  /** How many will probably come out: room for them is made at once. Default: sixteen times what goes in. */
  readonly likelyBytes?: number | undefined;
  /** Called before each piece; what it throws ends the work. */
  readonly check?: (() => void) | undefined;
}

/** As Web streams call the formats. */
const STREAM_FORMATS: Readonly<Record<DeflateFormat, CompressionFormat>> = { gzip: "gzip", zlib: "deflate" };
const PIECE_BYTES = 1 << 16;

/**
 * Decompresses a whole stream. What is beyond `maxBytes` is never made room for. What comes out has memory of its own if it
 * has exactly `maxBytes`, else it may be a view of more.
 *
 * @throws {Error} for a stream that is damaged, cut short, followed by other bytes, or too long; and what `check` throws.
 */
export async function inflate(bytes: Uint8Array, options: InflateOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { format, maxBytes, check, likelyBytes = 16 * bytes.length } = options;
  const reader = piecesOf(bytes, check)
    .pipeThrough(new DecompressionStream(STREAM_FORMATS[format]))
    .getReader();
  let inflated = new Uint8Array(Math.min(maxBytes, likelyBytes));
  let sizeBytes = 0;
  let isDone = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      check?.();
      const end = sizeBytes + next.value.length;
      if (end > maxBytes) {
        throw new Error(`more than ${maxBytes} bytes`);
      }
      inflated = end > inflated.length ? grown(inflated, sizeBytes, Math.min(maxBytes, 2 * end)) : inflated;
      inflated.set(next.value, sizeBytes);
      sizeBytes = end;
    }
    isDone = true;
  } finally {
    if (!isDone) {
      await reader.cancel().catch(() => undefined);
    }
  }
  return sizeBytes === inflated.length ? inflated : inflated.subarray(0, sizeBytes);
}

/** Not every browser makes a stream of a generator. */
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
