import { describe, expect, it } from "vitest";
import { MEDIA, type Medium } from "../../support/simulated-writers.ts";
import { interleaveAlong, interleaveTwo, PAIRS } from "./interleaving.ts";

const TIMEOUT_MS = 300_000;
/** Every call in memory; in a folder every fifth, since each is a world on disk. */
const STRIDE: Readonly<Record<Medium, number>> = {
  memory: 1,
  local: 5,
  "memory without hard links": 1,
  "local without hard links": 5,
};

describe.each<Medium>(MEDIA)("a second writer before every store call of the first, in %s", (medium) => {
  it.each(PAIRS.map((pair, offset) => ({ ...pair, offset })))(
    "$name",
    async ({ offset, ...pair }) => {
      const points = await interleaveAlong(medium, pair, { stride: STRIDE[medium], offset });
      expect(points).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );
});

it("two more writers before every two calls of a deletion, each of them", () => interleaveTwo(1), TIMEOUT_MS);
