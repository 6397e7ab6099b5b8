// Tests that the number of tests in the README is corrected, and nothing else.

import { expect, test } from "vitest";
import { withTestCount } from "../../scripts/readme-test-count.ts";

const readme = "There are <!-- test-count -->7 tests, and 7 packages.\n";

test("the number of tests is put right, and nothing else changes", () => {
  expect(withTestCount(readme, 7)).toBe(readme);
  expect(withTestCount(readme, 12)).toBe(readme.replace(">7 tests", ">12 tests"));
});

test("a README that states no number is refused", () => {
  expect(() => withTestCount("There are 7 tests.", 7)).toThrow("test-count");
});
