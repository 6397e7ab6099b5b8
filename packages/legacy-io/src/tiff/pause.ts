import { throwIfAborted } from "../errors.ts";

const LONGEST_RUN_MS = 40;

/**
 * A function to call between pieces of long synchronous work: it lets timers, and with them an abort, have their turn
 * now and then. Throws `aborted`.
 */
export function createPause(signal: AbortSignal | undefined): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    throwIfAborted(signal);
    if (performance.now() - lastMs > LONGEST_RUN_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastMs = performance.now();
      throwIfAborted(signal);
    }
  };
}
