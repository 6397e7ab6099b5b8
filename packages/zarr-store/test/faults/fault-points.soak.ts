import { afterAll, describe, expect, it } from "vitest";
import { type FaultTally, failEachCall, OPERATIONS } from "./fault-points.ts";

// In this order: the last test counts what the others have failed.
/** Each call is failed with `every` 1, which takes twice as long: 11 068 points. */
const EVERY = 2;

describe("every second call of the file system fails in turn", { shuffle: false }, () => {
  const tally: FaultTally = { triples: new Set(), outcomes: new Map() };

  it.each(OPERATIONS)(
    "during $name",
    async (operation) => {
      const before = tally.triples.size;
      await failEachCall(operation, { every: EVERY }, tally);
      expect(tally.triples.size).toBeGreaterThan(before);
    },
    400_000,
  );

  it("at more than 4 000 points", () => {
    expect(tally.triples.size).toBeGreaterThan(4000);
  });

  afterAll(() => {
    const outcomes = [...tally.outcomes].map(([what, count]) => `${count} ${what}`).join(", ");
    console.log(`failed at ${tally.triples.size} points (operation, call, fault): ${outcomes}`);
  });
});
