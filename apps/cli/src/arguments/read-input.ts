// Reads a file that the user named, or stdin for `-`.

import { readFile } from "node:fs/promises";
import { CliError, usageError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Input } from "../terminal/host.ts";
import type { CommandContext } from "./command.ts";

/** More than any file of ROIs or any query needs. It stops an endless stream. */
const MAX_STDIN_BYTES = 256 * 1024 * 1024;

/**
 * Reads all bytes of a file, or of stdin for `-`.
 *
 * @throws {CliError} `not_found`, `io`, `too_large`; `usage` if stdin is a terminal
 */
export async function readInput(
  path: string,
  { resolvePath, stdin }: Pick<CommandContext, "resolvePath" | "stdin">,
): Promise<Uint8Array> {
  if (path === "-") {
    return readAll(stdin());
  }
  try {
    return await readFile(resolvePath(path));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      throw new CliError(EXIT.input, "not_found", `there is no file ${path}`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "io", `${path} cannot be read: ${reason}`, { cause });
  }
}

async function readAll(stdin: Input): Promise<Uint8Array> {
  if (stdin.isTTY === true) {
    throw usageError("- means stdin, but nothing is piped into it", "pipe a file into it: kym … - < FILE");
  }
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of stdin) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_STDIN_BYTES) {
      throw new CliError(EXIT.input, "too_large", `stdin has more than ${MAX_STDIN_BYTES} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
