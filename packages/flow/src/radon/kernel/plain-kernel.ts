// Scores windows without WebAssembly: slower, and the same bits.

import { PlainMemory } from "./arena.ts";
import { type Kernel, LANES, type StoredOperator, type StoredWindows } from "./kernel.ts";

/** The kernel for runtimes that refuse WebAssembly, and what the tests compare the fast one with. */
export function plainKernel(): Kernel {
  const memory = new PlainMemory();
  return {
    memory,
    score: (operator, windows) => scoreWindows(memory.buffer, operator, windows),
  };
}

function scoreWindows(buffer: ArrayBuffer, operator: StoredOperator, windows: StoredWindows): void {
  const { binCount, rowCount } = operator;
  const numbers = new Float64Array(buffer);
  const starts = new Uint32Array(buffer, operator.rowStarts, rowCount + 1);
  const rowSums = new Float64Array(buffer, operator.rowSums, rowCount);
  const entryCount = starts[rowCount] ?? 0;
  const weights = new Float64Array(buffer, operator.weights, entryCount);
  const offsets = new Uint32Array(buffer, operator.offsets, entryCount);
  for (let lane = 0; lane < LANES * windows.groupCount; lane += 1) {
    const first = windows.pixels / 8 + lane;
    const mean = numbers[windows.means / 8 + lane] ?? 0;
    let total = 0;
    let squares = 0;
    for (let row = 0; row < rowCount; row += 1) {
      let sum = 0;
      for (let entry = starts[row] ?? 0; entry < (starts[row + 1] ?? 0); entry += 1) {
        sum += (weights[entry] ?? 0) * (numbers[first + (offsets[entry] ?? 0) / 8] ?? 0);
      }
      sum -= (rowSums[row] ?? 0) * mean;
      total += sum;
      squares += sum * sum;
    }
    const meanBin = total / binCount;
    numbers[windows.scores / 8 + lane] = squares / binCount - meanBin * meanBin;
  }
}
