// Runs the command in the process of the test, and keeps its output.
import { expect } from "vitest";
import { runCommandLine } from "../../src/run-command-line.ts";
import { type TestHostOptions, testHost } from "./test-host.ts";

/** How a run of the command ended, and what it wrote. */
export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command, and checks that it removes its listeners, so that another run can follow. */
export async function kym(args: readonly string[], options: TestHostOptions = {}): Promise<Run> {
  const host = testHost(options);
  const exitCode = await runCommandLine(args, host);
  expect(host.listeners, "listeners that the command left behind").toBe(0);
  return { exitCode, ...host.written };
}

/** Runs the command with `--json` and gives back the parsed object. */
export async function kymJson(args: readonly string[], options: TestHostOptions = {}): Promise<Envelope> {
  const { stdout } = await kym([...args, "--json"], options);
  return JSON.parse(stdout);
}

/** What `--json` prints. `data` is whatever the command says; a test looks into it. */
export interface Envelope {
  readonly ok: boolean;
  readonly kind: string;
  readonly schemaVersion: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it looks at
  readonly data: any;
  readonly warnings: readonly string[];
  readonly error?: string;
  readonly message?: string;
  readonly hint?: string | null;
}
