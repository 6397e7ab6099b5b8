// The folder in which a benchmark writes its files.

import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";

/**
 * Makes a folder for a benchmark's files: in `parent` if given, otherwise in memory (`/dev/shm`) if the system
 * has it.
 */
export function makeBenchFolder(parent: string = existsSync(MEMORY) ? MEMORY : tmpdir()): string {
  return mkdtempSync(join(parent, "kym-bench-"));
}
