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
        const all = runBounded(items, limit, async (item, index) => {
          expect(index).toBe(item);
          running += 1;
          expect(running).toBeLessThanOrEqual(limit);
          await scheduler.schedule(Promise.resolve());
          running -= 1;
          done.push(item);
        });
        await scheduler.waitFor(all);
        expect(done.toSorted((a, b) => a - b)).toEqual(items);
      },
    ),
  );
});

test("the first error ends it: what has begun ends, nothing more begins", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  await expect(
    runBounded([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 1) {
        throw new Error("one");
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
      ended.push(item);
    }),
  ).rejects.toThrow("one");
  expect({ begun, ended }).toEqual({ begun: [0, 1], ended: [0] });
});
