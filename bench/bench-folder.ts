import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";

/** Makes a folder for what a benchmark writes: in the file system of memory, if there is one, unless a place is named. */
export function makeBenchFolder(parent: string = existsSync(MEMORY) ? MEMORY : tmpdir()): string {
  return mkdtempSync(join(parent, "kym-bench-"));
}
