import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { hasPython, runPython } from "../test/interop/python-environment.ts";

/** What a peer says that it took, and the SHA-256 of the pixels. */
export interface PeerAnswer {
  readonly ms: number;
  readonly sha256: string;
}

/** A Python that stays, so that its start is not measured. */
export interface PythonPeer {
  ask(request: readonly unknown[]): Promise<PeerAnswer>;
  end(): void;
}

/** A script of this folder, a line of JSON for a question and one for the answer. Undefined, which is said aloud, where there is no Python for it. */
export async function startPythonPeer(script: string): Promise<PythonPeer | undefined> {
  if (!(await hasPython())) {
    return undefined;
  }
  const python = (await runPython("import sys; print(sys.executable)")).trim();
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    python,
    [join(import.meta.dirname, script)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done === true) {
        throw new Error(`${script} ended without an answer`);
      }
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}
