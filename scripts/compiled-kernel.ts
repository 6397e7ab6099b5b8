// From WebAssembly text to a TypeScript module that holds the compiled bytes.

import wabt from "wabt";

/** The module that `packages/flow/src/radon/kernel/score-wasm.ts` is, for the text of `score.wat`. */
export async function compiledKernelText(source: string): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat("score.wat", source, { simd: true });
  parsed.validate();
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return `// What \`score.wat\` compiles to, in base64. \`scripts/compile-flow-kernel.ts\` writes this file.

export const SCORE_WASM =
  "${Buffer.from(buffer).toString("base64")}";
`;
}
