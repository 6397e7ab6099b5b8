// Zstandard where Node's zlib is not available, as in a browser.

import type { ZstdCodec } from "./zstd.ts";
import { zstdDecodedSizeBound } from "./zstd-decoded-size-bound.ts";

/** Slack for a frame that does not state its size: its blocks give a bound, and each may announce more than it holds. */
const BOUND_SLACK_BYTES = 64 * 1024 * 1024;

/** Zstandard in WebAssembly, by zarrita's codec, which is loaded on first use. */
export const portableZstd: ZstdCodec = {
  async compress(bytes, level) {
    const codec = await loadZstd(level);
    return plain(await codec.encode(bytes));
  },
  async decompress(bytes, maxSizeBytes) {
    if (zstdDecodedSizeBound(bytes) > maxSizeBytes + BOUND_SLACK_BYTES) {
      throw new Error(`more than ${maxSizeBytes} bytes`);
    }
    const codec = await loadZstd(1);
    return plain(await codec.decode(bytes));
  },
};

interface WasmCodec {
  encode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  decode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

async function loadZstd(level: number): Promise<WasmCodec> {
  // Not before it is needed: Node, and each of its threads, never does.
  const { registry } = await import("zarrita");
  const entry = await registry.get("zstd")?.();
  if (entry === undefined) {
    throw new Error("zarrita has no zstd");
  }
  return entry.fromConfig({ level }, { dataType: "uint8", shape: [], codecs: [], fillValue: null });
}

/** Returns the same bytes, copied if their memory is shared between threads. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}
