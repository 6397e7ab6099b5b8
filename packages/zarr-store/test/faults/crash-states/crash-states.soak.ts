import { expect, it } from "vitest";
import { cutThePower } from "./crash-states.ts";

it("survives a power cut at every event, with what was not flushed lost", { timeout: 600_000 }, async () => {
  const { states, events } = await cutThePower(1);
  console.log(`${states} distinct crash states of ${events} events`);
  expect(states).toBeGreaterThanOrEqual(2000);
});
