// Runs the sides of a comparison in turn, round by round, and takes the time and the seconds of processors of each.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import process from "node:process";
import type { Sample, SideSamples } from "./goal.ts";

/** One of the things that are compared. */
export interface Side {
  readonly name: string;
  /** Comes before each run and is not timed. */
  readonly before?: () => Promise<unknown>;
  /** Returns its own sample if it counts for itself, as another process does. */
  readonly run: () => Promise<Sample | undefined>;
}

/** Makes a side of a function of this process. */
export function side(name: string, run: () => Promise<unknown>, before?: () => Promise<unknown>): Side {
  const quiet = async (): Promise<undefined> => {
    await run();
  };
  return before === undefined ? { name, run: quiet } : { name, before, run: quiet };
}

/** Runs A, B, C, then A, B, C again, `rounds` times after `warmUps` rounds that do not count. */
export async function runSides(
  rounds: number,
  sides: readonly Side[],
  { warmUps = 1 }: { readonly warmUps?: number } = {},
): Promise<SideSamples> {
  const samples = new Map<string, Sample[]>(sides.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const one of sides) {
      await one.before?.();
      const sample = await take(one);
      if (round >= 0) {
        samples.get(one.name)?.push(sample);
      }
    }
  }
  return samples;
}

async function take({ run }: Side): Promise<Sample> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const begun = performance.now();
  const own = await run();
  const value = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return own ?? { value, cpuMs: (user + system) / 1000 };
}

/** A program and its arguments; what it prints is returned as text. */
export interface Program {
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes with which it has not failed. Default: 0. */
  readonly exitCodes?: readonly number[];
}

const TIMES = /\nkym-bench ([\d.]+) ([\d.]+)\n$/;

/**
 * Runs a program to its end under bash, whose `time` counts it and its children to the millisecond.
 *
 * @throws {Error} with its last words if it fails
 */
export async function runProgram({ command, env, exitCodes = [0] }: Program): Promise<Sample> {
  const script = `TIMEFORMAT=$'\\nkym-bench %U %S'; time "$@" >/dev/null`;
  const begun = performance.now();
  const child = spawn("bash", ["-c", script, "bash", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    env: env ?? process.env,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [status] = await once(child, "close");
  const value = performance.now() - begun;
  const [, user = "", system = ""] = TIMES.exec(said) ?? [];
  if (!exitCodes.includes(status) || user === "") {
    throw new Error(`${command.join(" ")} ended with ${status}: ${said.slice(-500)}`);
  }
  return { value, cpuMs: 1000 * (Number(user) + Number(system)) };
}
