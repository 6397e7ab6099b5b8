import { describe, expect, it } from "vitest";
import { expectBad, expectNothingBad } from "./expect-explored.ts";
import { BROKEN_IN_SMALL, SMALL } from "./log-scenarios.ts";

/** Larger ones in `log-model.soak.ts`. */
describe("claiming, packing and history in every order of their steps, with a power cut at each", () => {
  it.each(SMALL)("$name: nothing is lost, left, hidden, forked or stuck", (scenario) => {
    const { states, cuts } = expectNothingBad(scenario);
    expect(states).toBeGreaterThan(300);
    expect(cuts).toBeGreaterThan(30);
  });

  it.each(BROKEN_IN_SMALL)("$protocol: the model sees that this is wrong", expectBad);
});
