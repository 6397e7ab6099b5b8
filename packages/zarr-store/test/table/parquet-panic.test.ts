import { expect, test } from "vitest";
import { tableFromRows } from "../../src/table/arrow-table.ts";
import { decodeParquet, encodeParquet } from "../../src/table/parquet.ts";

// In a file, and so a process, of its own: it leaves parquet-wasm broken.
test("a good file is never called bad, even when panics over damaged ones have broken parquet-wasm", async () => {
  const rows = Array.from({ length: 50 }, (_, id) => ({
    id,
    name: `é${id}`,
    speed: id % 3 === 0 ? null : id / 3,
  }));
  const table = tableFromRows(rows, {
    columns: [
      { name: "id", type: "int64" },
      { name: "name", type: "utf8" },
      { name: "speed", type: "float64" },
    ],
  });
  const good = await encodeParquet(table);
  const damaged = await findPanic(good);

  const codes = new Set<unknown>();
  for (let attempt = 0; attempt < 3000 && !codes.has("io"); attempt += 1) {
    codes.add(await codeOf(decodeParquet(damaged)));
  }
  expect([...codes]).toEqual(["invalid_file", "io"]);
  expect(await codeOf(decodeParquet(good))).toBe("io");
  expect(await codeOf(encodeParquet(table))).toBe("io");
}, 60_000);

/** Damages one byte after another until parquet-wasm panics instead of refusing. */
async function findPanic(good: Uint8Array): Promise<Uint8Array> {
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

function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "read",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );
}
