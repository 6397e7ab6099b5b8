// Compiles the WebAssembly of the package that is named from its source. Its build runs it, and a test checks that nothing changes.

import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { argv } from "node:process";
import { compiledKernelText, KERNELS } from "./compiled-kernel.ts";

for (const [, path] of Object.entries(KERNELS).filter(([name]) => name === argv[2])) {
  const place = new URL(`../packages/${path}`, import.meta.url).href;
  const source = await readFile(new URL(`${place}.wat`), "utf8");
  await writeFile(new URL(`${place}-wasm.ts`), await compiledKernelText(basename(path), source));
}
