// Finds the real kymographs and other data that tests read if they are available.

import { existsSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../../shared/data");

/**
 * The path of a file of the shared data. If it does not exist, returns `undefined` and prints a line that says so.
 *
 * @throws {Error} if it does not exist and `CI` is set
 */
export function findSharedData(path: string): string | undefined {
  const found = join(FOLDER, path);
  if (existsSync(found)) {
    return found;
  }
  if (process.env["CI"]) {
    throw new Error(`${found} is needed in CI and absent`);
  }
  process.stderr.write(`SKIPPED: ${found} is absent, so the tests on it do not run\n`);
  return undefined;
}
