// Runs an example of a page as its reader would, with any Node.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
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

/** Runs an example as if its file were beside its page, in an empty working folder. */
export function runExample({ path, line, code }: Example, node: ExampleNode = THIS_NODE): ExampleRun {
  const file = resolve(REPOSITORY_ROOT, dirname(path), `.example-line-${line}.ts`);
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
