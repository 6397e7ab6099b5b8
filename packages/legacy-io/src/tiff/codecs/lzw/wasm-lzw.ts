// Decodes TIFF's LZW in WebAssembly, which copies eight bytes at a time.

import { LZW_WASM } from "./lzw-wasm.ts";
import { damagedLzw } from "./plain-lzw.ts";

const PAGE_BYTES = 2 ** 16;
/** Where input and output begin: behind the table and the single bytes. */
const DATA_FROM = 33_024;
/** The output is written eight bytes at a time. */
const ROOM_BYTES = 16;
/** Longer data are decoded elsewhere: memory of WebAssembly is never given back. */
const MOST_BYTES = 2 ** 22;

const ENDS_EARLY = 1;
const DAMAGED = 2;

interface WasmLzw {
  readonly memory: WebAssembly.Memory;
  readonly decode: (at: number, end: number, written: number, limit: number) => number;
  readonly status: WebAssembly.Global;
  readonly code: WebAssembly.Global;
  readonly free: WebAssembly.Global;
}

let instance: WasmLzw | null | undefined;

/** Whether data of this size are decoded here. */
export function fitsWasm(bytes: Uint8Array, target: Uint8Array): boolean {
  return bytes.length + target.length <= MOST_BYTES;
}

/**
 * Does what `decodeLzw` does, for data that begin with the most significant bit. Undefined where WebAssembly is missing, or
 * forbidden by the page.
 */
export function decodeLzwByWasm(
  bytes: Uint8Array,
  target: Uint8Array,
  check: () => void,
  onMore: () => void,
): number | undefined {
  instance = instance === undefined ? instantiate() : instance;
  if (instance === null) {
    return undefined;
  }
  check();
  const { memory, decode, status, code, free } = instance;
  const start = DATA_FROM + bytes.length;
  const missing = start + target.length + ROOM_BYTES - memory.buffer.byteLength;
  if (missing > 0) {
    memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
  const held = new Uint8Array(memory.buffer);
  held.set(bytes, DATA_FROM);
  const stop = decode(DATA_FROM, start, start, start + target.length);
  check();
  if (status.value === DAMAGED) {
    throw damagedLzw(code.value, free.value);
  }
  if (status.value === ENDS_EARLY) {
    onMore();
  }
  target.set(held.subarray(start, stop));
  return stop - start;
}

function instantiate(): WasmLzw | null {
  try {
    const bytes = Uint8Array.from(atob(LZW_WASM), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
    const { prepare, ...others } = exports;
    (prepare as () => void)();
    return others as unknown as WasmLzw;
  } catch {
    return null;
  }
}
