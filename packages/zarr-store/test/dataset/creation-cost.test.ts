import { expect, it } from "vitest";
import { costRatios, creationCost } from "./creation-cost.ts";

/** 10 000 against 1 000 in `creation-cost.soak.ts`. */
it("1 000 images cost at most 12 times the calls and bytes of 100", async () => {
  const ratios = costRatios(await creationCost(1000, 10), await creationCost(100, 10));
  expect(ratios.calls).toBeLessThanOrEqual(12);
  expect(ratios.bytes).toBeLessThanOrEqual(12);
});
