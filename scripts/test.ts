/**
 * Runs the checks and tests that the command line names, and ends with the line `N passed, N failed`, to which
 * `, N skipped` may follow. A check that fails counts as one failure.
 *
 * - `--checks`: types and lint come first
 * - `--count`: README.md says how many tests there are, and must be right where `CI` is set
 * - `--update-count`: puts README.md right
 * - all else goes to vitest, such as `--project=roi`
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withTestCount } from "./readme-test-count.ts";
import { closingLine, type TestTally, tallyOf, totalOf } from "./test-tally.ts";

const ROOT = resolve(import.meta.dirname, "..");
const README = join(ROOT, "README.md");

/** Cheapest first. */
const CHECKS = [
  ["types", "turbo", "run", "typecheck", "typecheck:root", "--output-logs=errors-only"],
  ["lint", "biome", "ci", "--colors=off", "."],
] as const;
const OWN_FLAGS = ["--checks", "--count", "--update-count"];

function main(args: readonly string[]): number {
  const checked = args.includes("--checks")
    ? CHECKS.map(([name, ...command]) => runCheck(name, command))
    : [];
  const tests = runTests(args.filter((arg) => !OWN_FLAGS.includes(arg)));
  if (args.includes("--count") || args.includes("--update-count")) {
    checked.push(checkCount(totalOf(tests), args.includes("--update-count")));
  }
  const tally = { ...tests, failed: tests.failed + checked.filter((passed) => !passed).length };
  console.log(closingLine(tally));
  return tally.failed === 0 ? 0 : 1;
}

/** One line for a check, and what it printed if it failed. */
function runCheck(name: string, [program, ...args]: readonly string[]): boolean {
  const startMs = performance.now();
  const { status, error, stdout, stderr } = spawnSync(String(program), args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, DO_NOT_TRACK: "1" },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status !== 0) {
    console.log(`${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`);
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${name}: ${status === 0 ? "passed" : "FAILED"} (${seconds} s)`);
  return status === 0;
}

function runTests(args: readonly string[]): TestTally {
  const folder = mkdtempSync(join(tmpdir(), "kym-test-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { status } = spawnSync("vitest", ["run", ...reporters, ...args], { cwd: ROOT, stdio: "inherit" });
    const tally = tallyOf(JSON.parse(readFileSync(report, "utf8")));
    // Such as an error outside every test.
    return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkCount(count: number, update: boolean): boolean {
  const stated = readFileSync(README, "utf8");
  const right = withTestCount(stated, count);
  if (stated === right) {
    return true;
  }
  if (update) {
    writeFileSync(README, right);
    return true;
  }
  console.log(`README.md does not say that there are ${count} tests: npx -y pnpm@12 test --update-count`);
  return !process.env["CI"];
}

process.exitCode = main(process.argv.slice(2));
