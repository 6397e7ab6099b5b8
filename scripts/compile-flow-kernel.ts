// Compiles the WebAssembly of `@kym/flow` from its source. The build runs it, and a test checks that nothing changes.

import { readFile, writeFile } from "node:fs/promises";
import { compiledKernelText } from "./compiled-kernel.ts";

const folder = new URL("../packages/flow/src/radon/kernel/", import.meta.url);
const source = await readFile(new URL("score.wat", folder), "utf8");

await writeFile(new URL("score-wasm.ts", folder), await compiledKernelText(source));
