// Loads parquet-wasm when the first table is read or written.

import type * as Library from "parquet-wasm";
import { ZarrStoreError } from "../../errors.ts";
import { parquetWasmSource } from "./parquet-wasm-source.ts";

/** The module parquet-wasm. */
export type ParquetWasm = typeof Library;

let loading: Promise<ParquetWasm> | undefined;

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
    const source = parquetWasmSource();
    await start(source === undefined ? undefined : { module_or_path: source });
  }
  return wasm;
}
