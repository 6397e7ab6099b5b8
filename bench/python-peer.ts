import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hasPython, runPython } from "../test/interop/python-environment.ts";

/** What a Python library says that it took, and the SHA-256 of what it read. */
export interface PeerAnswer {
  readonly ms: number;
  readonly sha256: string;
}

/** A Python with a library that stays, so that its start is not measured. */
export interface PythonPeer {
  readonly library: string;
  ask(request: readonly unknown[]): Promise<PeerAnswer>;
  end(): void;
}

/** Runs `<library>_peer.py`. Undefined, the reason said aloud, where there is no Python for it. */
export async function startPython(
  library: "tifffile" | "pandas" | "ingest",
): Promise<PythonPeer | undefined> {
  if (!(await hasPython())) {
    return undefined;
  }
  const python = (await runPython("import sys; print(sys.executable)")).trim();
  const child = spawn(python, [join(import.meta.dirname, `${library}_peer.py`)], {
    stdio: ["pipe", "pipe", "inherit"],
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

/** Round by round against a library that times itself, so that the way to it costs nothing; prints the ratios. */
export async function comparePython(
  peer: PythonPeer | undefined,
  rounds: number,
  subject: () => Promise<unknown>,
  request: readonly string[],
  times = 1,
): Promise<void> {
  if (peer === undefined) {
    console.log("  Python: not measured, there is none for it");
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
