// From WebAssembly text to a TypeScript module that holds the compiled bytes.

import wabt from "wabt";

/** The WebAssembly of the packages: where the text of each lies, below `packages/`. */
export const KERNELS = {
  flow: "flow/src/radon/kernel/score",
  "legacy-io": "legacy-io/src/tiff/codecs/lzw/lzw",
  view: "view/src/kernel/extremes",
} as const;

/** The module that `score-wasm.ts` is, for the text of `score.wat`. */
export async function compiledKernelText(name: string, source: string): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat(`${name}.wat`, source, { simd: true });
  parsed.validate();
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return `// What \`${name}.wat\` compiles to, in base64. \`scripts/compile-kernel.ts\` writes this file.

export const ${name.toUpperCase()}_WASM =
  "${Buffer.from(buffer).toString("base64")}";
`;
}
