import { expect, test } from "vitest";
import { withTestCount } from "../../scripts/readme-test-count.ts";

const readme = "There are <!-- test-count -->7 tests.\n```\ntypes: passed\n7 passed, 0 failed\n```\n";

test("the number of tests is put right in the sentence and in the run shown, and nothing else changes", () => {
  expect(withTestCount(readme, 7)).toBe(readme);
  expect(withTestCount(readme, 12)).toBe(
    readme.replace(">7 tests", ">12 tests").replace("7 passed", "12 passed"),
  );
});

test("a README that states no number is refused", () => {
  expect(() => withTestCount("There are 7 tests.", 7)).toThrow("test-count");
  expect(() => withTestCount("<!-- test-count -->7", 7)).toThrow("closing line");
});
