const FIRST_WINDOW_MS = 250;
const MAX_WINDOW_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;

export interface FailedAttempt {
  /** How many attempts were made again before this one. */
  readonly retry: number;
  /** What the server asked for, if it did. */
  readonly retryAfterMs: number | undefined;
  /** From 0 up to 1. */
  readonly random: number;
}

/**
 * How long to wait before the next attempt: anything up to a window that doubles each time ("full jitter"), on top of
 * what the server asked for. Undefined if the server asks for more than a minute: then there is no next attempt.
 */
export function decideRetryDelayMs({ retry, retryAfterMs, random }: FailedAttempt): number | undefined {
  const jitterMs = random * Math.min(MAX_WINDOW_MS, FIRST_WINDOW_MS * 2 ** retry);
  if (retryAfterMs === undefined) {
    return jitterMs;
  }
  return retryAfterMs > MAX_RETRY_AFTER_MS ? undefined : retryAfterMs + jitterMs;
}

/** The header `Retry-After` (RFC 9110, 10.2.3), seconds or a date; undefined for anything else. */
export function parseRetryAfterMs(header: string | null, nowEpochMs: number): number | undefined {
  if (header === null || /^\d+$/.test(header)) {
    return header === null ? undefined : Number(header) * 1000;
  }
  const epochMs = Date.parse(header);
  return Number.isNaN(epochMs) ? undefined : Math.max(0, epochMs - nowEpochMs);
}
