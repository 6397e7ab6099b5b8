import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";

const LONGEST_RUN_MS = 40;

/**
 * A function to call between pieces of long synchronous work: it lets timers, and with them an abort, have their turn
 * now and then. Throws `aborted`, and `not_supported` once the time of the budget is up.
 */
export function createPause(signal: AbortSignal | undefined, budget: DecodeBudget): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    throwIfAborted(signal, LegacyIoError);
    budget.check();
    if (performance.now() - lastMs > LONGEST_RUN_MS) {
      await budget.outside(() => new Promise((resolve) => setTimeout(resolve, 0)));
      lastMs = performance.now();
      throwIfAborted(signal, LegacyIoError);
    }
  };
}
