// Checks that the WebAssembly of `@kym/flow` is what its source compiles to.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compiledKernelText } from "../../scripts/compiled-kernel.ts";

test("the WebAssembly in the source is what score.wat compiles to", async () => {
  const folder = new URL("../../packages/flow/src/radon/kernel/", import.meta.url);
  const source = await readFile(new URL("score.wat", folder), "utf8");
  expect(await readFile(new URL("score-wasm.ts", folder), "utf8")).toBe(await compiledKernelText(source));
});
