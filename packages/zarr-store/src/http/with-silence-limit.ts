import { HttpFault } from "./http-fault.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a request whose signal is aborted when the caller aborts, or when nothing was heard from the server for a while:
 * `run` calls `heard` for every sign of life. However long a body is, it may take its time as long as it moves.
 *
 * @throws {HttpFault} after the silence
 */
export async function withSilenceLimit<T>(
  limitMs: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const silence = new HttpFault(`nothing was heard for ${limitMs} ms`, { found: "timeout" });
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
