import { describe, it } from "vitest";
import { expectNothingLost } from "./expect-nothing-lost.ts";
import type { CrowdMode } from "./worker-plan.ts";

const MODES: readonly CrowdMode[] = ["disjoint", "merge", "churn", "table"];
const SMALL = { workers: 4, commits: 6 };

describe.each([
  { name: "with the writer lock", isLockDisabled: false },
  { name: "without the writer lock", isLockDisabled: true },
])("four processes that commit at the same time, $name", ({ isLockDisabled }) => {
  it.each(MODES)("%s: all acknowledged are present, none is lost, none doubled", async (mode) => {
    await expectNothingLost({ ...SMALL, mode, isLockDisabled });
  });
});

it.each(MODES)(
  "%s, killed and stopped at any step, with readers and gc beside: nothing is lost",
  async (mode) => {
    await expectNothingLost({
      ...SMALL,
      mode,
      isLockDisabled: mode === "churn",
      chance: { kill: 0.01, stop: 0.04 },
      readers: 1,
      hasGcBeside: true,
    });
  },
);
