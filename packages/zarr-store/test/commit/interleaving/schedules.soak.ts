import { expect, it } from "vitest";
import { exploreSchedules } from "./schedules.ts";

it("at least 500 schedules of two or three writers and a reader", async () => {
  const { runs, commits, pairs } = await exploreSchedules(1500);
  expect(runs).toBeGreaterThanOrEqual(500);
  expect([commits, pairs].every((count) => count > 500)).toBe(true);
  console.log(`${runs} schedules: ${commits} commits, ${pairs} pairs read at one version`);
}, 600_000);
