// Writes an output file, and replaces an existing one only with `--force`.

import { rename, rm, writeFile } from "node:fs/promises";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/**
 * Writes a new file, or replaces an existing one if `force` is set. The old file stays whole until the new one is complete.
 *
 * @throws {CliError} `already_exists`, `io`
 */
export async function writeNewFile(
  path: string,
  content: Uint8Array | string,
  force: boolean,
): Promise<void> {
  const written = force ? `${path}.partial-${crypto.randomUUID()}` : path;
  try {
    await writeFile(written, content, { flag: "wx" });
    if (force) {
      await rename(written, path);
    }
  } catch (cause) {
    if (force) {
      await rm(written, { force: true }).catch(() => undefined);
    }
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") {
      throw new CliError(EXIT.refused, "already_exists", `${path} already exists`, {
        hint: "--force replaces it",
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "io", `${path} cannot be written: ${reason}`, { cause });
  }
}
