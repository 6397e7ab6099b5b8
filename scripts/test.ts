// Runs the checks and tests that the command line names, and prints one final tally.

/**
 * The last line is `N passed, N failed`, perhaps with `, N skipped`. A check that fails counts as one failure.
 *
 * | argument | effect |
 * | --- | --- |
 * | `--checks` | types and lint run first, beside each other |
 * | `--count` | compares the number of tests with README.md; a difference fails if `CI` is set |
 * | `--update-count` | corrects the number in README.md |
 * | anything else | is passed to vitest, such as `--project=roi` |
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { withTestCount } from "./readme-test-count.ts";
import { closingLine, type TestTally, tallyOf, totalOf } from "./test-tally.ts";

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "..");
const README = join(ROOT, "README.md");

type Command = readonly [program: string, ...args: string[]];

const CHECKS: readonly (readonly [name: string, command: Command])[] = [
  // One thread checks each file once; more of them check twice what they share.
  ["types", ["tsc", "--singleThreaded", "--pretty", "false"]],
  ["lint", ["biome", "ci", "--colors=off", "."]],
];
const OWN_FLAGS: readonly string[] = ["--checks", "--count", "--update-count"];

async function main(args: readonly string[]): Promise<number> {
  const checks = args.includes("--checks") ? CHECKS : [];
  const passes = await Promise.all(checks.map(([name, command]) => passesCheck(name, command)));
  const tests = await runTests(args.filter((arg) => !OWN_FLAGS.includes(arg)));
  if (args.includes("--count") || args.includes("--update-count")) {
    passes.push(passesCount(totalOf(tests), args.includes("--update-count")));
  }
  const tally = { ...tests, failed: tests.failed + passes.filter((passed) => !passed).length };
  console.log(closingLine(tally));
  return tally.failed === 0 ? 0 : 1;
}

/** Prints one line per check, after its output if it failed. */
async function passesCheck(name: string, [program, ...args]: Command): Promise<boolean> {
  const startMs = performance.now();
  const failure = await execute(program, args, { cwd: ROOT, maxBuffer: Number.POSITIVE_INFINITY }).then(
    () => undefined,
    failureText,
  );
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(
    failure === undefined ? `${name}: passed (${seconds} s)` : `${failure}\n${name}: FAILED (${seconds} s)`,
  );
  return failure === undefined;
}

function failureText(error: unknown): string {
  const hasOutput = error instanceof Error && "stdout" in error && "stderr" in error;
  return (hasOutput ? `${error.stdout}${error.stderr}` : "") || String(error);
}

async function runTests(args: readonly string[]): Promise<TestTally> {
  const folder = mkdtempSync(join(tmpdir(), "kym-test-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const vitest = spawn("vitest", ["run", ...reporters, ...args], { cwd: ROOT, stdio: "inherit" });
    const [exitCode] = await once(vitest, "close");
    const tally = tallyOf(JSON.parse(readFileSync(report, "utf8")));
    // An error outside all tests fails the run, but no test.
    return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } catch (error) {
    console.log(`vitest wrote no report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function passesCount(count: number, update: boolean): boolean {
  const stated = readFileSync(README, "utf8");
  const right = withTestCount(stated, count);
  if (stated === right) {
    return true;
  }
  if (update) {
    writeFileSync(README, right);
    return true;
  }
  console.log(
    `README.md states another number of tests than ${count}. Run: npx -y pnpm@12 test --update-count`,
  );
  return !process.env["CI"];
}

process.exitCode = await main(process.argv.slice(2));
