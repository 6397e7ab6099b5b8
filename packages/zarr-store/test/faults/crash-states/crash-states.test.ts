import { expect, it } from "vitest";
import { cutThePower } from "./crash-states.ts";

it("survives power cuts at some events, with what was not flushed lost", async () => {
  const { states, events } = await cutThePower(181);
  console.log(`${states} distinct crash states of ${events} events`);
  expect(states).toBeGreaterThan(20);
});
