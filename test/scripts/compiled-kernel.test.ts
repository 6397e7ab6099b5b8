// Checks that the WebAssembly of each package is what its source compiles to.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { compiledKernelText, KERNELS } from "../../scripts/compiled-kernel.ts";

test.each(Object.values(KERNELS))(
  "the WebAssembly in the source is what %s.wat compiles to",
  async (path) => {
    const place = new URL(`../../packages/${path}`, import.meta.url).href;
    const source = await readFile(new URL(`${place}.wat`), "utf8");
    const compiled = await compiledKernelText(basename(path), source);
    expect(await readFile(new URL(`${place}-wasm.ts`), "utf8")).toBe(compiled);
  },
);
