// Scores windows in WebAssembly, two numbers an instruction.

import type { ArenaMemory } from "./arena.ts";
import type { Kernel, StoredOperator, StoredWindows } from "./kernel.ts";
import { SCORE_WASM } from "./score-wasm.ts";

const PAGE_BYTES = 65_536;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The kernel of `score.wat`, with memory of its own. Undefined where WebAssembly is missing, too old for SIMD, or
 * forbidden by the page.
 */
export async function wasmKernel(): Promise<Kernel | undefined> {
  try {
    compiled ??= WebAssembly.compile(bytesOf(SCORE_WASM));
    const { memory, score } = exportsOf(await WebAssembly.instantiate(await compiled, {}));
    return {
      memory: new GrowingMemory(memory),
      score: (operator, windows) => scoreWith(score, operator, windows),
    };
  } catch {
    return undefined;
  }
}

type Score = (...args: readonly number[]) => void;

function scoreWith(score: Score, operator: StoredOperator, windows: StoredWindows): void {
  const { rowCount, rowStarts, rowSums, weights, offsets, binCount } = operator;
  const { pixels, means, scores, groupCount } = windows;
  score(rowCount, rowStarts, rowSums, weights, offsets, binCount, pixels, means, scores, groupCount);
}

class GrowingMemory implements ArenaMemory {
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  grow(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    }
  }
}

function exportsOf({ exports }: WebAssembly.Instance): { memory: WebAssembly.Memory; score: Score } {
  return { memory: exports["memory"] as WebAssembly.Memory, score: exports["score"] as Score };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
