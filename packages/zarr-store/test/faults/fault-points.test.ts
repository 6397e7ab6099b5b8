import { expect, it } from "vitest";
import { type FaultTally, failEachCall, OPERATIONS } from "./fault-points.ts";

/** A share of what `fault-points.soak.ts` does. */
it.each(OPERATIONS)(
  "a call of the file system that fails during $name leaves the version before or after",
  async (operation) => {
    const tally: FaultTally = { triples: new Set(), outcomes: new Map() };
    await failEachCall(operation, { every: 97 }, tally);
    expect(tally.triples.size).toBeGreaterThan(0);
    console.log(`failed at ${tally.triples.size} points (operation, call, fault)`);
  },
);
