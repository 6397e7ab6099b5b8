// Lets other work run while a long computation goes on.

/** The longest time that a computation holds the thread. */
const MOST_MILLISECONDS = 25;

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

/** A message to oneself comes after what waits already, and is not delayed as timers are in a browser. */
async function otherWork(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  port1.close();
}
