// Interrupts long decoding now and then, so that timers and aborts get their turn.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";

const LONGEST_RUN_MS = 40;

/**
 * Makes a function to call between pieces of long synchronous work. It yields to timers, and thus to an abort, every 40 ms: then
 * it returns a promise to wait for.
 * It throws `aborted`, or `not_supported` once the budget's time is over.
 */
export function createPause(
  signal: AbortSignal | undefined,
  budget: DecodeBudget,
): () => Promise<void> | undefined {
  let lastMs = performance.now();
  const yieldToTimers = async (): Promise<void> => {
    await budget.outside(() => new Promise((resolve) => setTimeout(resolve, 0)));
    lastMs = performance.now();
    throwIfAborted(signal, LegacyIoError);
  };
  return () => {
    throwIfAborted(signal, LegacyIoError);
    budget.check();
    return performance.now() - lastMs > LONGEST_RUN_MS ? yieldToTimers() : undefined;
  };
}
