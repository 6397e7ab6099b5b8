import { expect, it } from "vitest";
import { exploreSchedules } from "./schedules.ts";

/** At full size in `schedules.soak.ts`. */
it("writers and a reader in random orders of their calls lose nothing and see only whole versions", async () => {
  const { runs, commits, pairs } = await exploreSchedules(40);
  expect([commits, pairs].every((count) => count > 20)).toBe(true);
  console.log(`${runs} schedules: ${commits} commits, ${pairs} pairs read at one version`);
});
