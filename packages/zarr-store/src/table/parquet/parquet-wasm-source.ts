// Keeps where a browser finds the WebAssembly of parquet-wasm.

/**
 * The URL of `parquet_wasm_bg.wasm`, or its content: a `Response`, an `ArrayBuffer`, a typed array or a compiled
 * `WebAssembly.Module`. The type is `object` because a program without the library `DOM` does not know the last.
 */
export type ParquetWasmSource = string | URL | object;

let wasmSource: ParquetWasmSource | undefined;

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

/** Where the WebAssembly is; undefined if nobody told. */
export function parquetWasmSource(): ParquetWasmSource | undefined {
  return wasmSource;
}
