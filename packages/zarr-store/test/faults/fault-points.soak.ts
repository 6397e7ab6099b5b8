import { afterAll, describe, expect, it } from "vitest";
import { FAULTS, type FaultTally, failEachCall, OPERATIONS } from "./fault-points.ts";

const tally: FaultTally = { triples: new Set(), outcomes: new Map() };

describe.each(OPERATIONS)("each call of the file system fails in turn during $name", (operation) => {
  it.each(FAULTS)(
    "%s",
    async (fault) => {
      const before = tally.triples.size;
      await failEachCall(operation, fault, { every: 1 }, tally);
      expect(tally.triples.size).toBeGreaterThan(before);
    },
    240_000,
  );
});

it("at more than 1 000 points", () => {
  expect(tally.triples.size).toBeGreaterThan(1000);
});

afterAll(() => {
  const outcomes = [...tally.outcomes].map(([what, count]) => `${count} ${what}`).join(", ");
  console.log(`failed at ${tally.triples.size} points (operation, call, fault): ${outcomes}`);
});
