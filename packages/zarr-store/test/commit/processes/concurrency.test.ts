import { it } from "vitest";
import { expectNothingLost } from "./expect-nothing-lost.ts";

const SMALL = { workers: 3, commits: 4 };

/** Every mode, with and without the lock, and larger crowds, in `concurrency.soak.ts`. */
it("three processes that merge at the same time, with the writer lock: nothing acknowledged is lost or doubled", async () => {
  await expectNothingLost({ ...SMALL, mode: "merge" });
});

it("three processes that commit at the same time, without the writer lock: nothing acknowledged is lost or doubled", async () => {
  await expectNothingLost({ ...SMALL, mode: "disjoint", isLockDisabled: true });
});

it("processes that are killed and stopped at any step, with a reader and gc beside, lose nothing", async () => {
  const chance = { kill: 0.01, stop: 0.04 };
  await expectNothingLost({
    ...SMALL,
    mode: "churn",
    isLockDisabled: true,
    chance,
    readers: 1,
    hasGcBeside: true,
  });
});
