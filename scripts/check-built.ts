// Stops `npm pack` if the package in this folder has not been built; the last step of `prepack`.

/**
 * Ends with 1, and says why, unless all files that the package publishes exist. A tarball without them would
 * install without a complaint and fail at its first import.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { publishedFiles } from "./published-files.ts";

const folder = process.cwd();
const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const isThere = (file: string): boolean =>
  existsSync(join(folder, file)) && statSync(join(folder, file)).size > 0;
const missing = publishedFiles(manifest).filter((file) => !isThere(file));
if (missing.length > 0) {
  process.stderr.write(
    `${folder} cannot be packed: its package.json names ${missing.join(", ")}, which ${
      missing.length === 1 ? "is" : "are"
    } missing or empty. Run \`npx -y pnpm@12 build\` first.\n`,
  );
  process.exitCode = 1;
}
