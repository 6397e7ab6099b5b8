/** A Parquet file over which parquet-wasm panics, and what reading says of it. */
import type { Table } from "apache-arrow";
import { tableFromRows } from "../../../src/table/arrow-table.ts";
import { decodeParquet } from "../../../src/table/parquet/parquet.ts";

/** Fifty rows of three types, with nulls. */
export function soundTable(): Table {
  const rows = Array.from({ length: 50 }, (_, id) => ({
    id,
    name: `é${id}`,
    speed: id % 3 === 0 ? null : id / 3,
  }));
  return tableFromRows(rows, {
    columns: [
      { name: "id", type: "int64" },
      { name: "name", type: "utf8" },
      { name: "speed", type: "float64" },
    ],
  });
}

/** Damages one byte after another until parquet-wasm panics instead of refusing. */
export async function findPanic(good: Uint8Array): Promise<Uint8Array> {
  for (let at = good.length - 9; at > 4; at -= 1) {
    for (const byte of [0, 1, 0x0f, 0x7f, 0xff]) {
      const damaged = good.slice();
      damaged[at] = byte;
      const error: unknown = await decodeParquet(damaged).catch((reason: unknown) => reason);
      if (error instanceof Error && error.cause instanceof WebAssembly.RuntimeError) {
        return damaged;
      }
    }
  }
  throw new Error("parquet-wasm no longer panics: the check for it can go");
}

/** The code of what a promise is rejected with, or `read`. */
export function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "read",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );
}
