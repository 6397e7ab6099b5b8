// Gives up waiting for sources that give nothing, with one timer for all of them.

import { LegacyIoError } from "../../errors.ts";

interface Waiting {
  readonly untilMs: number;
  readonly giveUp: () => void;
}

/** The longest wait that a timer can have; it would end at once after a longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const waiting = new Set<Waiting>();
let timer: ReturnType<typeof setTimeout> | undefined;
let timerAtMs = Number.POSITIVE_INFINITY;

/**
 * Waits at most so many milliseconds. Throws `io` after that; the wait itself cannot be ended.
 * @param source whatever gives nothing, for the message
 */
export function waitAtMost<T>(
  pending: Promise<T>,
  maxWaitMs: number,
  source = "the source of the TIFF",
): Promise<T> {
  return new Promise((resolve, reject) => {
    const untilMs = performance.now() + maxWaitMs;
    const one: Waiting = {
      untilMs,
      giveUp: () => {
        const message = `${source} gave nothing for ${maxWaitMs} ms, the limit maxWaitMs`;
        reject(new LegacyIoError("io", message, { expected: maxWaitMs }));
      },
    };
    waiting.add(one);
    // A read of many bytes may take longer than the next one.
    if (timer === undefined || untilMs < timerAtMs) {
      startTimer(maxWaitMs);
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
function startTimer(ms: number): void {
  clearTimeout(timer);
  const waitMs = Math.min(ms, LONGEST_TIMER_MS);
  timerAtMs = performance.now() + waitMs;
  timer = setTimeout(lookAtAll, waitMs);
  if (typeof timer === "object") {
    timer.unref();
  }
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
  if (waiting.size > 0) {
    startTimer(nextMs);
  }
}
