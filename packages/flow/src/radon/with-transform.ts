// Keeps the operators that were used last, so that the next image of the same width need not make them.

import { plainKernel } from "./kernel/plain-kernel.ts";
import { wasmKernel } from "./kernel/wasm-kernel.ts";
import type { WindowSize } from "./operator.ts";
import { RadonTransform } from "./transform.ts";

interface Kept {
  readonly size: WindowSize;
  readonly transform: RadonTransform;
}

/** The one that was used last. While it is in use it is not here, so that two runs at once do not share it. */
let last: Kept | undefined;

/** Runs with the transform for a size of window, which nobody else uses meanwhile. */
export async function withTransform<T>(
  size: WindowSize,
  run: (transform: RadonTransform) => Promise<T>,
): Promise<T> {
  const kept = last;
  last = undefined;
  const transform =
    kept?.size.lines === size.lines && kept.size.columns === size.columns
      ? kept.transform
      : new RadonTransform((await wasmKernel()) ?? plainKernel(), size);
  try {
    return await run(transform);
  } finally {
    last = { size, transform };
  }
}
