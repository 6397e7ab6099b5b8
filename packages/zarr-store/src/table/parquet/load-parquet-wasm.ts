// Loads parquet-wasm when the first table is read or written, from where a browser was told.

import type * as Library from "parquet-wasm";
import { ZarrStoreError } from "../../errors.ts";

/**
 * The URL of `parquet_wasm_bg.wasm`, or its content: a `Response`, an `ArrayBuffer`, a typed array or a compiled
 * `WebAssembly.Module`. The type is `object` because a program without the library `DOM` does not know the last.
 */
export type ParquetWasmSource = string | URL | object;

/** The module parquet-wasm. */
export type ParquetWasm = typeof Library;

let wasmSource: ParquetWasmSource | undefined;
let loading: Promise<ParquetWasm> | undefined;

/**
 * Tells a browser where to find `parquet-wasm/esm/parquet_wasm_bg.wasm`. Call it before the first table is read or written.
 *
 * It is needed if the bundler does not put that file beside the script: Vite does, esbuild does not. Node ignores it.
 *
 * @example
 * setParquetWasm(new URL("./parquet_wasm_bg.wasm", import.meta.url));
 */
export function setParquetWasm(source: ParquetWasmSource): void {
  wasmSource = source;
}

/** Loads parquet-wasm once, on first use. After a failure the next use tries again. */
export function loadParquetWasm(): Promise<ParquetWasm> {
  loading ??= startParquetWasm().catch((cause: unknown) => {
    loading = undefined;
    throw new ZarrStoreError("io", "cannot load parquet-wasm; in a browser, see setParquetWasm", { cause });
  });
  return loading;
}

async function startParquetWasm(): Promise<ParquetWasm> {
  const wasm: ParquetWasm = await import("parquet-wasm");
  // In Node the module is ready when imported; everywhere else its default export must be called.
  const start: unknown = Reflect.get(wasm, "default");
  if (typeof start === "function") {
    await start(wasmSource === undefined ? undefined : { module_or_path: wasmSource });
  }
  return wasm;
}
