import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { hasPython, runPython } from "../test/interop/python-environment.ts";

/** What Python says that it took, and the SHA-256 of the elements. */
export interface PeerAnswer {
  readonly ms: number;
  readonly sha256: string;
}

/** A Python that stays, so that its start is not measured. */
export interface PythonPeer {
  ask(request: readonly string[]): Promise<PeerAnswer>;
  end(): void;
}

/**
 * Runs a script of this folder by the Python of the interop tests, or by `KYM_PYTHON`. Undefined, which is said aloud, where
 * there is none.
 */
export async function startPythonPeer(script: string): Promise<PythonPeer | undefined> {
  const given = process.env["KYM_PYTHON"];
  if (given === undefined && !(await hasPython())) {
    return undefined;
  }
  const python = given ?? (await runPython("import sys; print(sys.executable)")).trim();
  const child = spawn(python, [join(import.meta.dirname, script)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const [line] = await once(lines, "line");
      return JSON.parse(line);
    },
    end: () => child.stdin.end(),
  };
}
