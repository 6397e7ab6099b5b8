import { rename, rm, writeFile } from "node:fs/promises";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/**
 * Writes a file that is not there yet, or replaces one if `force` says so; what is replaced stays whole until then.
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
      throw new CliError(EXIT.refused, "already_exists", `${path} is there already`, {
        hint: "--force replaces it",
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "io", `${path} cannot be written: ${reason}`, { cause });
  }
}
