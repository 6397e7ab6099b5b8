import { registry } from "zarrita";
import type { ZstdCodec } from "./zstd.ts";
import { zstdDecodedSizeBound } from "./zstd-frame.ts";

const BLOSC_HEADER_BYTES = 16;
const LZ4_HEADER_BYTES = 4;
const ZSTD_BLOCK_BYTES = 128 * 1024;

/** Zstandard in WebAssembly, loaded when it is first needed. */
export const portableZstd: ZstdCodec = {
  async compress(bytes, level) {
    const codec = await loadCodec("zstd", { level });
    return plain(await codec.encode(bytes));
  },
  async decompress(bytes, maxSizeBytes) {
    // A frame that does not state its size is judged by its blocks, of which the last may promise more than it holds.
    if (zstdDecodedSizeBound(bytes) > maxSizeBytes + ZSTD_BLOCK_BYTES) {
      throw new Error(`more than ${maxSizeBytes} bytes`);
    }
    const codec = await loadCodec("zstd", {});
    return plain(await codec.decode(bytes));
  },
};

/**
 * Undoes a Blosc 1 frame. Its header is checked first: the decoder believes it.
 *
 * @see https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
 * @throws {Error} for a frame that is cut short, or decodes to more than `maxSizeBytes`.
 */
export async function decodeBlosc(bytes: Uint8Array, maxSizeBytes: number): Promise<Uint8Array> {
  if (bytes.length < BLOSC_HEADER_BYTES) {
    throw new Error(`a Blosc frame has at least ${BLOSC_HEADER_BYTES} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decodedBytes = view.getUint32(4, true);
  const blockBytes = view.getUint32(8, true);
  const frameBytes = view.getUint32(12, true);
  if (frameBytes !== bytes.length || decodedBytes > maxSizeBytes || blockBytes > Math.max(decodedBytes, 1)) {
    throw new Error(
      `a Blosc frame of ${frameBytes} bytes, ${decodedBytes} decoded in blocks of ${blockBytes}; ` +
        `there are ${bytes.length}, and at most ${maxSizeBytes} are expected`,
    );
  }
  const codec = await loadCodec("blosc", {});
  return codec.decode(bytes);
}

/**
 * Undoes LZ4 as numcodecs writes it: the decoded size in four bytes, then a block.
 *
 * @throws {Error} for a size beyond `maxSizeBytes`, or a damaged block.
 */
export async function decodeLz4(bytes: Uint8Array, maxSizeBytes: number): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decodedBytes = bytes.length < LZ4_HEADER_BYTES ? -1 : view.getInt32(0, true);
  if (decodedBytes < 0 || decodedBytes > maxSizeBytes) {
    throw new Error(
      `an LZ4 block of ${decodedBytes} bytes decoded, where at most ${maxSizeBytes} are expected`,
    );
  }
  const codec = await loadCodec("lz4", {});
  return codec.decode(bytes);
}

interface WasmCodec {
  encode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  decode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

async function loadCodec(
  name: "zstd" | "blosc" | "lz4",
  configuration: Readonly<Record<string, unknown>>,
): Promise<WasmCodec> {
  const entry = await registry.get(name)?.();
  if (entry === undefined) {
    throw new Error(`zarrita has no codec ${name}`);
  }
  return entry.fromConfig(configuration, { dataType: "uint8", shape: [], codecs: [], fillValue: null });
}

/** The same bytes, over memory that is known not to be shared between threads. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}
