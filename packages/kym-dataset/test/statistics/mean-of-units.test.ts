import { expect, test } from "vitest";
import { meanOfUnits, medianOfValues } from "../../src/statistics/index.ts";

test("each animal counts once in the mean, however many scans it has, and SEM is that of a sample of animals", () => {
  const values = [
    ...[1, 2, 3].map((value) => ({ value, unit: "A89" })),
    { value: 6, unit: "A90" },
    { value: 4, unit: "A91" },
  ];
  // Means 2, 6 and 4: standard deviation 2 with n - 1, divided by the root of 3.
  expect(meanOfUnits(values)).toEqual({ nUnits: 3, mean: 4, sem: Math.sqrt(4 / 3) });
});

test("one animal has a mean and no SEM, and none has neither", () => {
  expect(meanOfUnits([{ value: 3, unit: "A89" }])).toEqual({ nUnits: 1, mean: 3, sem: null });
  expect(meanOfUnits([])).toEqual({ nUnits: 0, mean: null, sem: null });
});

test.each([
  [[], null],
  [[3], 3],
  [[3, 1], 2],
  [[5, 1, 3], 3],
  [[-1, -10, 2, 10], 0.5],
])("the median of %j is %j, as numpy's", (values, median) => {
  expect(medianOfValues(values)).toBe(median);
});
