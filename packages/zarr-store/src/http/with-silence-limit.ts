// Ends a request when the server has been silent for too long.

import { HttpFault } from "./http-fault.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a request with a limit on silence rather than on its whole duration, so that a long body may take its time.
 *
 * The signal that `run` gets is aborted when the caller aborts, or when `run` has not called `heard` for `limitMs`.
 *
 * @throws {HttpFault} if the server was silent for `limitMs`.
 */
export async function withSilenceLimit<T>(
  limitMs: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const silence = new HttpFault(`the server was silent for ${limitMs} ms`, { found: "timeout" });
  const startTimer = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => controller.abort(silence), Math.min(limitMs, MAX_TIMER_MS));
  let timer = startTimer();
  const heard = (): void => {
    clearTimeout(timer);
    timer = startTimer();
  };
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await run(controller.signal, heard);
  } catch (error) {
    throw controller.signal.reason === silence ? silence : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
