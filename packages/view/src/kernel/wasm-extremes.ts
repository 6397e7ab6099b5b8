// The least and the greatest of each column of small integers in WebAssembly, eight or sixteen pixels an instruction.

import { EXTREMES_WASM } from "./extremes-wasm.ts";

/** The types of pixels that it takes. */
export type SmallIntegerType = "uint8" | "int8" | "uint16" | "int16";

/** Takes whole rows into the least and the greatest of each column. Addresses are in bytes. */
type TakeRows = (pixels: number, rowBytes: number, rows: number, least: number, greatest: number) => void;

/** The module, with the memory that it works in: first pixels, then as many least ones as a piece of them can have, then greatest. */
export interface WasmExtremes extends Readonly<Record<SmallIntegerType, TakeRows>> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The most bytes of pixels at once. */
  readonly pieceBytes: number;
  readonly least: number;
  readonly greatest: number;
}

/** Rows are as long as this at least, and at most a quarter of a piece: it needs a piece, and a row more, for each of the others. */
export const LEAST_ROW_BYTES = 16;
export const MOST_ROW_BYTES: number = 2 ** 16;
/** A piece, and what comes of it, stay in a processor's cache. */
const PIECE_BYTES = 2 ** 18;

let instance: WasmExtremes | null | undefined;

/**
 * The module of this thread, which is made when it is first asked for. Null where WebAssembly is missing, too old for SIMD, or
 * forbidden by the page.
 */
export function wasmExtremes(): WasmExtremes | null {
  if (instance === undefined) {
    instance = instantiate();
  }
  return instance;
}

function instantiate(): WasmExtremes | null {
  try {
    const code = Uint8Array.from(atob(EXTREMES_WASM), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {});
    const take = (name: SmallIntegerType): TakeRows => exports[name] as TakeRows;
    const { buffer } = exports["memory"] as WebAssembly.Memory;
    return {
      ...{ uint8: take("uint8"), int8: take("int8"), uint16: take("uint16"), int16: take("int16") },
      bytes: new Uint8Array(buffer),
      pieceBytes: PIECE_BYTES,
      least: PIECE_BYTES,
      greatest: 2 * PIECE_BYTES + MOST_ROW_BYTES,
    };
  } catch {
    return null;
  }
}
