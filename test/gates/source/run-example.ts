// Runs examples of pages: one as its reader would, with any Node, or many in turn.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Example } from "./readme-example.ts";
import { REPOSITORY_ROOT } from "./source-tree.ts";

export interface ExampleRun {
  readonly stdout: string;
  /** Empty if the program ended with 0. */
  readonly failure: string;
}

/** The Node that runs an example, and its flags. */
export interface ExampleNode {
  readonly program: string;
  readonly flags: readonly string[];
}

/** This Node, with the sources of the packages. */
export const THIS_NODE: ExampleNode = { program: process.execPath, flags: ["--conditions=@kym/source"] };

/** Two pages of a folder may have examples at the same line. */
function fileOf({ path, line }: Pick<Example, "path" | "line">, how: string): string {
  const name = `.example-of-${basename(path, ".md")}-line-${line}${how}.ts`;
  return resolve(REPOSITORY_ROOT, dirname(path), name);
}

/** Runs an example as if its file were beside its page, in an empty working folder. */
export function runExample({ path, line, code }: Example, node: ExampleNode = THIS_NODE): ExampleRun {
  const file = fileOf({ path, line }, "");
  const cwd = mkdtempSync(join(tmpdir(), "kym-example-"));
  try {
    writeFileSync(file, code);
    const { status, stdout, stderr } = spawnSync(node.program, [...node.flags, file], {
      cwd,
      encoding: "utf8",
      timeout: 60_000,
    });
    return { stdout, failure: status === 0 ? "" : stderr || `ended with ${status}` };
  } finally {
    rmSync(file, { force: true });
    rmSync(cwd, { recursive: true });
  }
}

/** Runs files in turn, each in a folder of its own, and prints the `ExampleRun` of each as one line of JSON. */
const RUNNER = `
  import { mkdtempSync, rmSync } from "node:fs";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import process from "node:process";
  import { pathToFileURL } from "node:url";
  const write = process.stdout.write;
  for (const file of JSON.parse(process.env.KYM_EXAMPLES)) {
    const cwd = mkdtempSync(join(tmpdir(), "kym-example-"));
    process.chdir(cwd);
    const run = { stdout: "", failure: "" };
    process.stdout.write = (text) => { run.stdout += text; return true; };
    try {
      await import(pathToFileURL(file));
      await new Promise((resolve) => setImmediate(resolve));
      run.failure = process.exitCode ? "ended with " + process.exitCode : "";
    } catch (error) {
      run.failure = String(error?.stack ?? error);
    }
    process.stdout.write = write;
    process.exitCode = 0;
    process.chdir(tmpdir());
    rmSync(cwd, { recursive: true });
    console.log(JSON.stringify(run));
  }
`;

/**
 * Runs examples in turn in one process, each as if its file were beside its page, in an empty working folder. This costs
 * a fraction of {@link runExample}, which shows as well that an example ends by itself.
 */
export function runExamplesInTurn(examples: readonly Example[]): readonly ExampleRun[] {
  const files = examples.map((example) => fileOf(example, "-in-turn"));
  try {
    for (const [index, { code }] of examples.entries()) {
      writeFileSync(files[index] ?? "", code);
    }
    const args = [...THIS_NODE.flags, "--input-type=module", "--eval", RUNNER];
    const env = { ...process.env, KYM_EXAMPLES: JSON.stringify(files) };
    const { stdout, stderr } = spawnSync(THIS_NODE.program, args, {
      encoding: "utf8",
      env,
      timeout: 120_000,
    });
    const lines = stdout.split("\n").slice(0, -1);
    return files.map((_, index): ExampleRun => {
      const line = lines[index];
      return line === undefined
        ? { stdout: "", failure: `the process ended before: ${stderr}` }
        : JSON.parse(line);
    });
  } finally {
    for (const file of files) {
      rmSync(file, { force: true });
    }
  }
}
