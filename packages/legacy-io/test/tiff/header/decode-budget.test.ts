import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decodeBudget } from "../../../src/tiff/header/decode-budget.ts";
import { codeOf } from "../../support/caught.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("what is taken stays taken, what is lent is given back", async () => {
  const budget = decodeBudget(100, { maxMemoryBytes: 50, maxDecodeMs: 10 });
  budget.take(100, "pixels");
  budget.lend(50, "decoding");
  budget.lend(50, "decoding");
  expect(await codeOf(() => budget.lend(51, "decoding"))).toBe("not_supported");
  expect(await codeOf(() => budget.take(Number.NaN, "pixels"))).toBe("not_supported");
  budget.take(50, "pixels");
  expect(await codeOf(() => budget.take(1, "pixels"))).toBe("not_supported");
});

test("work counts, waiting does not", async () => {
  const budget = decodeBudget(100, { maxMemoryBytes: 50, maxDecodeMs: 10 });
  vi.advanceTimersByTime(10);
  budget.check();
  await budget.outside(async () => vi.advanceTimersByTime(500));
  await expect(
    budget.outside(async () => {
      vi.advanceTimersByTime(500);
      throw new Error("unplugged");
    }),
  ).rejects.toThrow("unplugged");
  budget.check();
  vi.advanceTimersByTime(1);
  expect(await codeOf(() => budget.check())).toBe("not_supported");
});
