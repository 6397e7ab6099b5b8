// The build of the last commit that knows only version 2, as programs that labs may still run.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { BuildError } from "../../bench/against/build-error.ts";
import { buildCommit, hashOfCommit } from "../../bench/against/commit-build.ts";
import { LAST_OF_VERSION_2 } from "../support/golden-dataset.ts";

/** The root of its tree, built once into `.cache/builds`; or why it cannot be made: a shallow clone lacks the commit. */
export type OlderBuild = { readonly root: string } | { readonly missing: string };

export function findOlderBuild(): OlderBuild {
  try {
    hashOfCommit(LAST_OF_VERSION_2);
  } catch (error) {
    if (!(error instanceof BuildError)) {
      throw error;
    }
    console.warn(`\nThe tests of older builds are SKIPPED: ${error.message}\n`);
    return { missing: error.message };
  }
  return { root: buildCommit(LAST_OF_VERSION_2) };
}

export interface OlderRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs that build's `kym`. */
export async function olderKym(root: string, args: readonly string[]): Promise<OlderRun> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, "apps/cli/dist/main.js"), ...args],
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}

/** A program that opened a dataset with that build and has not written yet. */
export interface OlderSession {
  /** Lets it save that many images, `older-0` and so on, until one fails; says what became of that. */
  save(most: number): Promise<OlderSave>;
}

export interface OlderSave {
  /** How many images it was told are saved. */
  readonly saved: number;
  /** The error after them; empty if there was none. */
  readonly message: string;
}

/** Starts such a program; it is open when this returns. */
export async function openOlderSession(root: string, folder: string): Promise<OlderSession> {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "older-session.ts"),
      JSON.stringify({ root, folder }),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await nextLine(lines, child);
  return {
    save: async (most) => {
      child.stdin.end(`${most}\n`);
      return JSON.parse(await nextLine(lines, child));
    },
  };
}

async function nextLine(lines: AsyncIterator<string>, child: ChildProcess): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) {
    const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
    throw new Error(`the session ended with ${code}`);
  }
  return value;
}
