// Reads a file that the user named, or stdin for `-`, and never more of it than is wanted.

import { type FileHandle, open } from "node:fs/promises";
import { CliError, usageError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { CommandContext } from "./command.ts";

/** More than any file of ROIs or any query needs. It stops an endless stream. */
const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/**
 * Reads all bytes of a file, or of stdin for `-`. A file that is too large is refused before any of it is read.
 *
 * @param maxBytes the most bytes that are read; default 256 MiB
 * @throws {CliError} `not_found`, `io`, `too_large`; `usage` if stdin is a terminal
 */
export async function readInput(
  path: string,
  { resolvePath, stdin }: Pick<CommandContext, "resolvePath" | "stdin">,
  { maxBytes = MAX_INPUT_BYTES }: { readonly maxBytes?: number } = {},
): Promise<Uint8Array> {
  if (path === "-") {
    const input = stdin();
    if (input.isTTY === true) {
      throw usageError("- means stdin, but nothing is piped into it", "pipe a file into it: kym … - < FILE");
    }
    return readPieces(input, "stdin", maxBytes);
  }
  let file: FileHandle | undefined;
  try {
    file = await open(resolvePath(path));
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw tooLarge(path, maxBytes);
    }
    // A pipe has no size, and a file may grow.
    return await readPieces(file.createReadStream({ autoClose: false }), path, maxBytes);
  } catch (cause) {
    if (cause instanceof CliError) {
      throw cause;
    }
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      throw new CliError(EXIT.input, "not_found", `there is no file ${path}`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "io", `${path} cannot be read: ${reason}`, { cause });
  } finally {
    await file?.close();
  }
}

async function readPieces(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of pieces) {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) {
      throw tooLarge(name, maxBytes);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(name: string, maxBytes: number): CliError {
  return new CliError(EXIT.input, "too_large", `${name} has more than ${maxBytes} bytes`);
}
