import { expect, it } from "vitest";
import { dieDuringUpgrade } from "./die-during-upgrade.ts";

it("a writer that dies during the upgrade leaves version 2 or 3, both whole, at every step", {
  timeout: 300_000,
}, async () => {
  const versions = await dieDuringUpgrade();
  expect([...versions].sort()).toEqual([2, 3]);
});
