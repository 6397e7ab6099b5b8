// Starts a Python library to compare with, which times itself.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { hasPython, runPython } from "../../test/interop/python-environment.ts";

/** The time that a Python library took, and the SHA-256 of the values it read. */
export interface PeerAnswer {
  readonly ms: number;
  /** What the processor spent on it, if the peer says it: a busy machine does not change it. */
  readonly cpuMs?: number;
  readonly sha256: string;
}

/** A Python process with its library, which keeps running, so that its start is not measured. */
export interface PythonPeer {
  readonly library: string;
  ask(request: readonly unknown[]): Promise<PeerAnswer>;
  end(): void;
}

/** The scripts that end in `_peer.py`. */
export type PeerName = "tifffile" | "pandas" | "ingest" | "zarr" | "tensorstore" | "flow" | "tables";

/**
 * Runs `<library>_peer.py` with the Python that `KYM_PYTHON` names, or that of the interop tests. If none of
 * them has the library, prints the reason and returns undefined.
 */
export async function startPython(library: PeerName): Promise<PythonPeer | undefined> {
  const given = process.env["KYM_PYTHON"];
  if (given === undefined && !(await hasPython())) {
    return undefined;
  }
  const python = given ?? (await runPython("import sys; print(sys.executable)")).trim();
  return startPeer(python, library);
}

/** Runs it with a certain Python, in a certain environment. */
export function startPeer(
  python: string,
  library: PeerName,
  env: NodeJS.ProcessEnv = process.env,
): PythonPeer {
  const child = spawn(python, [join(import.meta.dirname, `${library}_peer.py`)], {
    stdio: ["pipe", "pipe", "inherit"],
    env,
  });
  const lines = createInterface({ input: child.stdout });
  return {
    library,
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const [line] = await once(lines, "line");
      return JSON.parse(line);
    },
    end: () => child.stdin.end(),
  };
}

/**
 * Compares with a Python library round by round and prints the ratios. The library times itself, so calling it
 * costs nothing.
 */
export async function comparePython(
  peer: PythonPeer | undefined,
  rounds: number,
  subject: () => Promise<unknown>,
  request: readonly string[],
  times = 1,
): Promise<void> {
  if (peer === undefined) {
    console.log("  Python: not measured, no Python with this library was found");
    return;
  }
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    globalThis.gc?.();
    const begun = performance.now();
    await subject();
    const ms = performance.now() - begun;
    const theirs = (await peer.ask(request)).ms * times;
    if (round > 0) {
      ratios.push(ms / theirs);
    }
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const best = sorted[0] ?? Number.NaN;
  console.log(
    `  ${median.toFixed(2)} of the time of ${peer.library}, ${(1 / median).toFixed(2)} times as fast (best ${best.toFixed(2)})`,
  );
}
