// Tests what a comparison of two builds concludes from its rounds.

import { expect, test } from "vitest";
import {
  compareRounds,
  medianRange,
  type Round,
  spreadOf,
  verdictOn,
} from "../../bench/against/compare-rounds.ts";

/** Rounds on a machine that is slow at times. The old build varies by `swayed`, the new one takes `ratio` times as long. */
function rounds({ ratio, sway, count = 15 }: { ratio: number; sway: number; count?: number }): Round[] {
  return Array.from({ length: count }, (_, round) => {
    const machine = round % 4 === 0 ? 30 : 10;
    const swayed = round % 2 === 0 ? sway : 1 / sway;
    return { new: machine * ratio, old: machine, oldAgain: machine * swayed };
  });
}

test("a new build that takes a fifth more in each round is slower, however much the machine sways between rounds", () => {
  const { ratio, oldOverOld, verdict } = compareRounds(rounds({ ratio: 1.2, sway: 1.01 }));
  expect(ratio.median).toBeCloseTo(1.2, 1);
  expect(oldOverOld.low).toBeCloseTo(1 / 1.01);
  expect(oldOverOld.high).toBeCloseTo(1.01);
  expect(verdict).toBe("more");
});

test("a new build that takes a fifth less in each round is faster", () => {
  expect(compareRounds(rounds({ ratio: 0.8, sway: 1.01 })).verdict).toBe("less");
});

test("a new build within five percent is as fast, whichever side it lies on", () => {
  expect(compareRounds(rounds({ ratio: 1.04, sway: 1 })).verdict).toBe("within 5 %");
  expect(compareRounds(rounds({ ratio: 0.96, sway: 1 })).verdict).toBe("within 5 %");
  expect(compareRounds(rounds({ ratio: 1.06, sway: 1 })).verdict).toBe("more");
});

test("a difference no larger than the old build's from itself is put down to its spread", () => {
  expect(compareRounds(rounds({ ratio: 1.3, sway: 1.3 })).verdict).toBe("within the old build's spread");
  expect(verdictOn(1.2, 1.25)).toBe("within the old build's spread");
  expect(verdictOn(1 / 1.2, 1.25)).toBe("within the old build's spread");
  expect(verdictOn(1.26, 1.25)).toBe("more");
});

test("the spread of the old build counts alike in whichever of its two processes was slower", () => {
  expect(spreadOf({ median: 1, low: 0.8, high: 1.1 })).toBeCloseTo(1.25);
  expect(spreadOf({ median: 1, low: 0.95, high: 1.3 })).toBeCloseTo(1.3);
});

test("a comparison tells the median times of both builds, the old one's from both of its processes", () => {
  const compared = compareRounds([
    { new: 12, old: 10, oldAgain: 20 },
    { new: 14, old: 11, oldAgain: 21 },
    { new: 13, old: 12, oldAgain: 22 },
  ]);
  expect([compared.new, compared.old]).toEqual([13, 16]);
});

test.each([
  [5, 1, 5],
  [6, 1, 6],
  [9, 2, 8],
  [15, 4, 12],
  [40, 14, 27],
])(
  "the range of the median of %i values reaches from the %i. to the %i., as the tables of order statistics say",
  (count, low, high) => {
    const values = Array.from({ length: count }, (_, index) => count - index);
    expect(medianRange(values)).toEqual({ median: (count + 1) / 2, low, high });
  },
);

test("one round that went wrong moves neither the median nor its range", () => {
  const values = [1, 1.01, 0.99, 1.02, 0.98, 1, 1.01, 0.99, 1, 50];
  const { median, low, high } = medianRange(values);
  expect(median).toBe(1);
  expect(low).toBeGreaterThan(0.97);
  expect(high).toBeLessThan(1.03);
});
