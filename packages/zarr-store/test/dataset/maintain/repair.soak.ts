import { expect, it } from "vitest";
import { repairAfterCrashes } from "./repair-after-crashes.ts";

it("repair brings every state that a crash leaves to rest, as the next writer would", async () => {
  const { crashes, repaired } = await repairAfterCrashes(1);
  expect(crashes).toBeGreaterThan(50);
  expect(repaired).toBeGreaterThan(20);
}, 300_000);
