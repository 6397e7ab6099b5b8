import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideRetryDelayMs, parseRetryAfterMs } from "../../src/http/retry-delay.ts";

describe("the wait before the next attempt", () => {
  it("is anywhere in a window that doubles, up to ten seconds", () => {
    const latest = (retry: number): number | undefined =>
      decideRetryDelayMs({ retry, retryAfterMs: undefined, random: 1 });
    expect([0, 1, 2, 3, 4].map(latest)).toEqual([250, 500, 1000, 2000, 4000]);
    expect(latest(1000)).toBe(10_000);
    expect(decideRetryDelayMs({ retry: 3, retryAfterMs: undefined, random: 0 })).toBe(0);
  });

  it("is never shorter than the server asked for, and none at all if that is more than a minute", () => {
    const attempt = fc.record({
      retry: fc.nat(),
      retryAfterMs: fc.nat({ max: 120_000 }),
      random: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    });
    fc.assert(
      fc.property(attempt, (failed) => {
        const delayMs = decideRetryDelayMs(failed);
        if (failed.retryAfterMs > 60_000) {
          expect(delayMs).toBeUndefined();
        } else {
          expect(delayMs).toBeGreaterThanOrEqual(failed.retryAfterMs);
          expect(delayMs).toBeLessThanOrEqual(failed.retryAfterMs + 10_000);
        }
      }),
    );
  });
});

describe("the header Retry-After", () => {
  const now = Date.parse("2026-01-31T12:00:00Z");

  it.each<readonly [string | null, number | undefined]>([
    ["0", 0],
    ["120", 120_000],
    ["Sat, 31 Jan 2026 12:00:05 GMT", 5000],
    ["Sat, 31 Jan 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    ["1.5s", undefined],
    [null, undefined],
  ])("as %j means %j ms", (header, milliseconds) => {
    expect(parseRetryAfterMs(header, now)).toBe(milliseconds);
  });
});
