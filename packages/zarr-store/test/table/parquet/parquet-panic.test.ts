import { expect, test } from "vitest";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { codeOf, findPanic, soundTable } from "./parquet-panic.ts";

// Only one panic: some 700 break parquet-wasm in this process, which is what `parquet-panic.soak.ts` does in another.
test("a damaged file over which parquet-wasm panics is refused, and a good one is read after it", async () => {
  const good = await encodeParquet(soundTable());
  expect(await codeOf(decodeParquet(await findPanic(good)))).toBe("invalid_file");
  expect((await decodeParquet(good)).numRows).toBe(50);
});
