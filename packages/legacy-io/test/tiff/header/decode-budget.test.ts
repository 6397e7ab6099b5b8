import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decodeBudget } from "../../../src/tiff/header/decode-budget.ts";
import { codeOf } from "../../support/caught.ts";

const LIMITS = { maxMemoryBytes: 50, maxWorkBytes: 1000, maxDecodeMs: 10, maxWaitMs: 60_000 };
let cpuMs = 0;

beforeEach(() => {
  cpuMs = 0;
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  vi.spyOn(process, "threadCpuUsage").mockImplementation(() => ({ user: cpuMs * 1000, system: 0 }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Time in which this thread works. */
function work(ms: number): void {
  vi.advanceTimersByTime(ms);
  cpuMs += ms;
}

test("what is taken stays taken, what is lent is given back", async () => {
  const budget = decodeBudget(100, LIMITS);
  budget.take(100, "pixels");
  budget.lend(50, "decoding");
  budget.lend(50, "decoding");
  expect(await codeOf(() => budget.lend(51, "decoding"))).toBe("not_supported");
  expect(await codeOf(() => budget.take(Number.NaN, "pixels"))).toBe("not_supported");
  budget.take(50, "pixels");
  expect(await codeOf(() => budget.take(1, "pixels"))).toBe("not_supported");
});

test("the processor's time counts, that of other programs and of other tasks does not", async () => {
  const budget = decodeBudget(100, LIMITS);
  work(9.9);
  vi.advanceTimersByTime(5000);
  budget.check();
  await budget.outside(async () => work(500));
  await expect(
    budget.outside(async () => {
      work(500);
      throw new Error("unplugged");
    }),
  ).rejects.toThrow("unplugged");
  budget.check();
  work(1);
  expect(await codeOf(() => budget.check())).toBe("not_supported");
});

test("the limit of time is for 16 MiB, and grows with the file", async () => {
  const budget = decodeBudget(2 ** 26, LIMITS);
  work(39.9);
  budget.check();
  work(1);
  expect(await codeOf(() => budget.check())).toBe("not_supported");
});

test("without the processor's time bytes alone count", async () => {
  vi.spyOn(process, "threadCpuUsage").mockImplementation(() => ({ user: 0, system: 0 }));
  const budget = decodeBudget(100, LIMITS);
  work(1e9);
  budget.check();
  budget.work(400, 200);
  budget.work(1000, 0);
  budget.work(200, 0);
  expect(await codeOf(() => budget.work(1, 0))).toBe("not_supported");
});

test("a source that gives nothing for a minute is given up", async () => {
  // All budgets share one timer, and the tests before this one have started it with another clock.
  vi.resetModules();
  const fresh = await import("../../../src/tiff/header/decode-budget.ts");
  const budget = fresh.decodeBudget(100, LIMITS);
  const read = budget.outside(() => new Promise(() => undefined)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(await Promise.race([read, "waiting"])).toBe("waiting");
  await vi.advanceTimersByTimeAsync(1);
  expect(await read).toMatchObject({ code: "io", message: expect.stringContaining("maxWaitMs") });
});
