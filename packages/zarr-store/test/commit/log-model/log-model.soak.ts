import { describe, expect, it } from "vitest";
import { expectBad, expectNothingBad } from "./expect-explored.ts";
import { BROKEN_IN_LARGE, LARGE } from "./log-scenarios.ts";

describe("three that claim, pack, keep history or read, in every order of their steps, with a power cut at each", () => {
  it.each(LARGE)("$name: nothing is lost, left, hidden, forked or stuck", (scenario) => {
    expect(expectNothingBad(scenario).states).toBeGreaterThan(40_000);
  });

  it.each(BROKEN_IN_LARGE)("$protocol: the model sees that this is wrong", expectBad);
});
