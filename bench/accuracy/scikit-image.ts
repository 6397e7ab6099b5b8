// Asks scikit-image for the speeds of some windows.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { hasPython, runPython } from "../../test/interop/python-environment.ts";
import type { Phantom } from "./streak-phantom.ts";

export interface ScikitImage {
  /** Pixels a line of every `stride`th window. */
  speeds(phantom: Phantom, windowLines: number, stride: number): Promise<Float64Array>;
  end(): void;
}

/** @throws {Error} if there is no Python with scikit-image */
export async function startScikitImage(folder: string): Promise<ScikitImage> {
  const given = process.env["KYM_PYTHON"];
  if (given === undefined && !(await hasPython())) {
    throw new Error("docs/accuracy.md needs Python with scikit-image: name one in KYM_PYTHON");
  }
  const python = given ?? (await runPython("import sys; print(sys.executable)")).trim();
  const child = spawn(python, [join(import.meta.dirname, "accuracy_peer.py")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const path = join(folder, "pixels");
  return {
    speeds: async ({ pixels, columns }, windowLines, stride) => {
      writeFileSync(path, pixels);
      child.stdin.write(`${JSON.stringify([path, columns, windowLines, stride])}\n`);
      const [line] = await once(lines, "line");
      const theta: number[] = JSON.parse(line);
      return Float64Array.from(theta, (degrees) =>
        degrees === 90 ? Number.NaN : Math.tan((degrees * Math.PI) / 180),
      );
    },
    end: () => child.stdin.end(),
  };
}
