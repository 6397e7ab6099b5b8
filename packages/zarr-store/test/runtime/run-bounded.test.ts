import fc from "fast-check";
import { expect, test } from "vitest";
import { runBounded } from "../../src/runtime/run-bounded.ts";

test("every item is run once, and never more than the limit at the same time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 5 }),
      fc.scheduler(),
      async (count, limit, scheduler) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const done: number[] = [];
        let running = 0;
        const begun: number[] = [];
        const work = async (item: number): Promise<void> => {
          begun.push(item);
          running += 1;
          expect(running).toBeLessThanOrEqual(limit);
          await scheduler.schedule(Promise.resolve());
          running -= 1;
          done.push(item);
        };
        await scheduler.waitFor(runBounded(items, work, { concurrency: limit }));
        expect(begun).toEqual(items);
        expect(done.toSorted((a, b) => a - b)).toEqual(items);
      },
    ),
  );
});

test("the first error ends it: what has begun ends, nothing more begins", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 1) {
      throw new Error("one");
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    ended.push(item);
  };
  await expect(runBounded([0, 1, 2, 3, 4, 5], work, { concurrency: 2 })).rejects.toThrow("one");
  expect({ begun, ended }).toEqual({ begun: [0, 1], ended: [0] });
});

test("an abort ends it: what has begun ends, nothing more begins, and it fails as aborted", async () => {
  const controller = new AbortController();
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    ended.push(item);
  };
  await expect(
    runBounded([0, 1, 2, 3], work, { concurrency: 2, signal: controller.signal }),
  ).rejects.toMatchObject({ code: "aborted" });
  expect(ended).toEqual([0, 1]);
});
