// Gives up waiting for sources that give nothing, with one timer for all of them.

import { LegacyIoError } from "../../errors.ts";

interface Waiting {
  readonly untilMs: number;
  readonly giveUp: () => void;
}

const waiting = new Set<Waiting>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Waits at most so many milliseconds. Throws `io` after that; the wait itself cannot be ended. */
export function waitAtMost<T>(pending: Promise<T>, maxWaitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const one: Waiting = {
      untilMs: performance.now() + maxWaitMs,
      giveUp: () => {
        const message = `the source of the TIFF gave nothing for ${maxWaitMs} ms, the limit maxWaitMs`;
        reject(new LegacyIoError("io", message, { expected: maxWaitMs }));
      },
    };
    waiting.add(one);
    if (timer === undefined) {
      timer = startTimer(maxWaitMs);
    }
    pending.then(
      (value) => {
        waiting.delete(one);
        resolve(value);
      },
      (error: unknown) => {
        waiting.delete(one);
        reject(error);
      },
    );
  });
}

/** Starting a timer for each read would cost more than the read. */
function startTimer(ms: number): ReturnType<typeof setTimeout> {
  const started = setTimeout(lookAtAll, ms);
  if (typeof started === "object") {
    started.unref();
  }
  return started;
}

function lookAtAll(): void {
  timer = undefined;
  const nowMs = performance.now();
  let nextMs = Number.POSITIVE_INFINITY;
  for (const one of waiting) {
    if (one.untilMs <= nowMs) {
      waiting.delete(one);
      one.giveUp();
    } else {
      nextMs = Math.min(nextMs, one.untilMs - nowMs);
    }
  }
  if (nextMs < Number.POSITIVE_INFINITY) {
    timer = startTimer(nextMs);
  }
}
