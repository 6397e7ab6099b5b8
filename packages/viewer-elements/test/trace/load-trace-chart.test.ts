// Checks that a browser without a language is recognised, for which uPlot would throw.

import { expect, test } from "vitest";
import { isLanguage } from "../../src/trace/load-trace-chart.ts";

test.each([
  ["en-US", true],
  ["de", true],
  ["en-US@posix", false],
  ["C", false],
])("%s: %s", (word, expected) => {
  expect(isLanguage(word)).toBe(expected);
});
