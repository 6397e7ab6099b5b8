// Decodes zstd with the decoder of the geotiff package, for platforms without one of their own (browsers).

import { damagedZstd, type ZstdFrame, zstdFrames } from "./zstd-frames.ts";

const ZSTD = 50000;
/** Allowance for the bound being too high: the header of a compressed block gives only its compressed size. */
const SLACK_BYTES = 1 << 20;

/**
 * Decompresses zstd frames, one after another. geotiff's decoder cannot be stopped, so the blocks of a frame are counted
 * first: their number limits what it can allocate. Frames that go on beyond `maxBytes` are left, and `onMore` is called.
 * @throws {LegacyIoError} `invalid_file` if the data is damaged, cut off, or can decode to far more than `maxBytes`
 */
export async function decodeZstdWithGeotiff(
  bytes: Uint8Array,
  maxBytes: number,
  onMore: () => void = () => undefined,
  check: () => void = () => undefined,
): Promise<Uint8Array> {
  const frames = zstdFrames(bytes, check);
  const decoded: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const frame of frames) {
    if (sizeBytes >= maxBytes) {
      onMore();
      break;
    }
    const piece = await decodeFrame(frame, maxBytes - sizeBytes);
    if (piece.byteLength > maxBytes - sizeBytes) {
      onMore();
    }
    decoded.push(piece.subarray(0, maxBytes - sizeBytes));
    sizeBytes = Math.min(maxBytes, sizeBytes + piece.byteLength);
  }
  return joined(decoded, sizeBytes);
}

async function decodeFrame({ bytes, bound }: ZstdFrame, maxBytes: number): Promise<Uint8Array> {
  if (bound > 2 * maxBytes + SLACK_BYTES) {
    throw damagedZstd(`it can decode to ${bound} bytes, its rows have ${maxBytes}`);
  }
  const { getDecoder } = await import("geotiff");
  try {
    const decoder = await getDecoder(ZSTD, {
      tileWidth: 1,
      tileHeight: 1,
      predictor: 1,
      bitsPerSample: 8,
      planarConfiguration: 1,
    });
    return new Uint8Array(await decoder.decode(new Uint8Array(bytes).buffer));
  } catch (cause) {
    throw damagedZstd(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function joined([first, ...others]: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  if (first !== undefined && others.length === 0) {
    return first;
  }
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of first === undefined ? [] : [first, ...others]) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
