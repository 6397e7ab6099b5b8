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

/** How a gzip member begins: two bytes of magic, and the only method that there is. Source: RFC 1952, §2.3. */
const MEMBER_MAGIC = [0x1f, 0x8b, 8] as const;
const LEAST_MEMBER_BYTES = 18;
/** How many places that only look like the start of a member are tried in one file. */
const MAX_FALSE_STARTS = 64;

/**
 * Decompresses a whole stream and never allocates more than `maxBytes`. A gzip file may have several members, one after
 * another, as `cat a.gz b.gz` and bgzip make them.
 *
 * A result of exactly `maxBytes` has a buffer of its own. A shorter one may be a view of a larger buffer.
 *
 * @throws {Error} if the stream is damaged, cut short, too long, or followed by other bytes; and whatever `check` throws.
 */
export async function inflate(bytes: Uint8Array, options: InflateOptions): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await inflateStream(bytes, options);
  } catch (error) {
    const isTooLong = error instanceof RangeError;
    const members =
      options.format === "gzip" && !isTooLong ? await inflateMembers(bytes, options) : undefined;
    if (members === undefined) {
      throw error;
    }
    return members;
  }
}

/**
 * Decompresses several gzip members. Not every runtime does so by itself: `DecompressionStream` refuses bytes after the first
 * member. A member ends where the next one begins; whether a place is such a beginning shows when the bytes before it are a
 * whole member, checksum included.
 *
 * @returns undefined if the bytes are not several members
 * @throws {Error} if they are more than `maxBytes`, and whatever `check` throws
 */
async function inflateMembers(
  bytes: Uint8Array,
  options: InflateOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  let falseStarts = 0;
  let start = 0;
  let stop = nextMember(bytes, LEAST_MEMBER_BYTES);
  while (stop !== undefined || parts.length > 0) {
    options.check?.();
    const part = bytes.subarray(start, stop);
    try {
      const inflated = await inflateStream(part, {
        ...options,
        likelyBytes: undefined,
        maxBytes: options.maxBytes - sizeBytes,
      });
      parts.push(inflated);
      sizeBytes += inflated.length;
      start = stop ?? bytes.length;
    } catch (error) {
      falseStarts++;
      if (error instanceof RangeError) {
        throw new RangeError(`more than ${options.maxBytes} bytes`);
      }
      if (stop === undefined || falseStarts > MAX_FALSE_STARTS) {
        return undefined;
      }
    }
    if (start === bytes.length) {
      return joined(parts, sizeBytes);
    }
    stop = nextMember(bytes, Math.max(stop ?? 0, start) + (start === stop ? LEAST_MEMBER_BYTES : 1));
  }
  return undefined;
}

/** The offset from `from` on at which a gzip member may begin; undefined if no place does. */
function nextMember(bytes: Uint8Array, from: number): number | undefined {
  const [first, second, method] = MEMBER_MAGIC;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    const flags = bytes[at + 3] ?? 0xff;
    if (bytes[at + 1] === second && bytes[at + 2] === method && flags < 0x20) {
      return at;
    }
  }
  return undefined;
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function inflateStream(bytes: Uint8Array, options: InflateOptions): Promise<Uint8Array<ArrayBuffer>> {
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
          throw new RangeError(`more than ${maxBytes} bytes`);
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
