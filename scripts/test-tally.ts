// Counts the tests of a run from vitest's JSON report.

/** The result of a test run. */
export interface TestTally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TestResult {
  readonly status: string;
}

interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly TestResult[];
}

/**
 * Counts the tests in a report of vitest's JSON reporter. A file that failed outside its tests counts as one
 * failure. Throws if `report` is not such a report.
 */
export function tallyOf(report: unknown): TestTally {
  const files = parseFiles(report);
  const statuses = files.flatMap((file) => {
    const tests = file.assertionResults.map(({ status }) => status);
    return file.status === "failed" && !tests.includes("failed") ? [...tests, "failed"] : tests;
  });
  const passed = statuses.filter((status) => status === "passed").length;
  const failed = statuses.filter((status) => status === "failed").length;
  return { passed, failed, skipped: statuses.length - passed - failed };
}

export function totalOf({ passed, failed, skipped }: TestTally): number {
  return passed + failed + skipped;
}

/** The last line of a run, read by people and by `.ci/run`. */
export function closingLine({ passed, failed, skipped }: TestTally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function parseFiles(report: unknown): readonly FileResult[] {
  if (!isRecord(report) || !Array.isArray(report["testResults"])) {
    throw new Error("not a report of vitest: it has no testResults");
  }
  return report["testResults"].map(parseFile);
}

function parseFile(file: unknown): FileResult {
  if (!isRecord(file) || !Array.isArray(file["assertionResults"])) {
    throw new Error("not a report of vitest: a file has no assertionResults");
  }
  return {
    status: String(file["status"]),
    assertionResults: file["assertionResults"].map((result: unknown) => ({
      status: String(isRecord(result) ? result["status"] : undefined),
    })),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
