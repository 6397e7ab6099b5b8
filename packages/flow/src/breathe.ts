// Lets other work run while a long computation goes on.

/** After so long a computation lets other work run. What it does at once may end some 20 ms later. */
const MOST_MILLISECONDS = 10;

/** Called often by a computation. Now and then it lets other work run, and then looks whether the computation is to end. */
export type Breathe = () => Promise<void> | undefined;

/**
 * Makes the function that a computation calls often, at least every few milliseconds. It returns undefined while the
 * thread may be held, so that the caller awaits nothing.
 *
 * @throws the reason of `signal`, from the promises of the returned function
 */
export function makeBreathe(signal: AbortSignal | undefined): Breathe {
  let since = performance.now();
  return () => {
    if (performance.now() - since < MOST_MILLISECONDS) {
      return undefined;
    }
    return otherWork().then(() => {
      since = performance.now();
      signal?.throwIfAborted();
    });
  };
}

/** What Node, Deno and Bun have for this. In Node the first message of a port would load `fetch` before, some 20 ms. */
const { setImmediate: runSoon } = globalThis as { readonly setImmediate?: (run: () => void) => unknown };

/** Elsewhere, a message to oneself comes after what waits already, and is not delayed as timers are in a browser. */
async function otherWork(): Promise<void> {
  if (runSoon !== undefined) {
    await new Promise<void>((resolve) => {
      runSoon(resolve);
    });
    return;
  }
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  port1.close();
}
