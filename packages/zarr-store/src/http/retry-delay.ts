// Decides how long to wait before a request is retried.

const FIRST_WINDOW_MS = 250;
const MAX_WINDOW_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;

export interface FailedAttempt {
  /** How many retries came before this one. */
  readonly retry: number;
  /** The wait that the server asked for, if any. */
  readonly retryAfterMs: number | undefined;
  /** From 0 up to 1. */
  readonly random: number;
}

/**
 * Returns how long to wait before the next attempt; undefined if the server asks for more than a minute: do not retry.
 *
 * The wait is what the server asked for, plus a random part of a window that doubles each time ("full jitter").
 */
export function decideRetryDelayMs({ retry, retryAfterMs, random }: FailedAttempt): number | undefined {
  const jitterMs = random * Math.min(MAX_WINDOW_MS, FIRST_WINDOW_MS * 2 ** retry);
  if (retryAfterMs === undefined) {
    return jitterMs;
  }
  return retryAfterMs > MAX_RETRY_AFTER_MS ? undefined : retryAfterMs + jitterMs;
}

/** Parses the header `Retry-After` (RFC 9110, §10.2.3), seconds or a date; undefined for anything else. */
export function parseRetryAfterMs(header: string | null, nowEpochMs: number): number | undefined {
  if (header === null || /^\d+$/.test(header)) {
    return header === null ? undefined : Number(header) * 1000;
  }
  const epochMs = Date.parse(header);
  return Number.isNaN(epochMs) ? undefined : Math.max(0, epochMs - nowEpochMs);
}
