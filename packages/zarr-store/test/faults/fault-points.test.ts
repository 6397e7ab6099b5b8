import { afterAll, describe, expect, it } from "vitest";
import { FAULTS, type FaultTally, failEachCall, OPERATIONS } from "./fault-points.ts";

const EVERY = 59;

/** A share of what `fault-points.soak.ts` does: each fault at other calls. */
describe.each(OPERATIONS)("one call of the file system fails during $name", (operation) => {
  it.each([...FAULTS.entries()])("%i: %s", async (index, fault) => {
    const tally: FaultTally = { triples: new Set(), outcomes: new Map() };
    await failEachCall(operation, fault, { every: EVERY, first: index * 13 }, tally);
    total += tally.triples.size;
  });
});

let total = 0;

afterAll(() => {
  expect(total).toBeGreaterThan(50);
  console.log(`failed at ${total} points (operation, call, fault): each left the version before or after`);
});
