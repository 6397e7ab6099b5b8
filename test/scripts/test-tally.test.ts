// Tests the line that counts passed, failed and skipped tests.

import { expect, test } from "vitest";
import { closingLine, tallyOf, totalOf } from "../../scripts/test-tally.ts";

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

test("tests are counted by how they ended, whatever was not run as skipped", () => {
  const report = {
    testResults: [file("passed", "passed", "skipped", "todo"), file("failed", "failed", "passed")],
  };
  expect(tallyOf(report)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  expect(totalOf(tallyOf(report))).toBe(5);
});

test("a file that cannot be loaded is a failure, and so is one that fails after its tests passed", () => {
  const report = { testResults: [file("failed"), file("failed", "passed")] };
  expect(tallyOf(report)).toEqual({ passed: 1, failed: 2, skipped: 0 });
});

test.each([undefined, {}, { testResults: {} }, { testResults: [{}] }])("%j is no report", (report) => {
  expect(() => tallyOf(report)).toThrow("not a report of vitest");
});

test("the closing line names the skipped tests only if there are any", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
});
