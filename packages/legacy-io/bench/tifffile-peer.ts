import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hasPython, runPython } from "../../../test/interop/python-environment.ts";

/** What tifffile says that it took, and the SHA-256 of the pixels. */
export interface PeerAnswer {
  readonly ms: number;
  readonly sha256: string;
}

/** A Python with tifffile that stays, so that its start is not measured. */
export interface TifffilePeer {
  ask(request: readonly string[]): Promise<PeerAnswer>;
  end(): void;
}

/** Undefined, which is said aloud, where there is no Python for it. */
export async function startTifffile(): Promise<TifffilePeer | undefined> {
  if (!(await hasPython())) {
    return undefined;
  }
  const python = (await runPython("import sys; print(sys.executable)")).trim();
  const child = spawn(python, [join(import.meta.dirname, "tiff-peer.py")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
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
