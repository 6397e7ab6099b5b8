// The real process as the host of the command, for a user who typed `kym` in a shell.

import { existsSync, mkdirSync } from "node:fs";
import module from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { compiledCodeFolder } from "./compiled-code-folder.ts";
import { EXIT } from "./exit-code.ts";
import type { Host, Output } from "./host.ts";

/** Wraps the current process. From then on, it survives a reader that closes its pipe. */
export function processHost(): Host {
  const stderr = outputOf(process.stderr, () => undefined);
  return {
    environment: process.env,
    cwd: () => process.cwd(),
    nodeVersion: process.versions.node,
    stdin: () => process.stdin,
    stdout: outputOf(process.stdout, stderr.write),
    stderr,
    onSignal: (signal, listener) => {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    onExit: (listener) => {
      process.on("exit", listener);
      return () => process.off("exit", listener);
    },
    keepCompiledCode,
    exit: (code) => process.exit(code),
  };
}

/**
 * Keeps compiled code for the next start, unless Node was told where to keep it, or not to.
 *
 * A folder that cannot be named or made is not an error: a user may have no home, or a home on a read-only disk. The next
 * start is then as slow as this one.
 */
function keepCompiledCode(): void {
  if (module.getCompileCacheDir() !== undefined || process.env["NODE_DISABLE_COMPILE_CACHE"] !== undefined) {
    return;
  }
  try {
    const folder = compiledCodeFolder(process.env);
    makeFolder(folder);
    module.enableCompileCache(folder);
  } catch {
    return;
  }
}

/**
 * Makes a folder and its parents, one at a time.
 *
 * Node's recursive mkdir, which `enableCompileCache` uses too, does not end below a folder such as `/proc`. There, mkdir
 * reports ENOENT although the parent exists, and Node tries again for ever.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    return;
  }
  const parent = dirname(path);
  if (parent !== path) {
    makeFolder(parent);
  }
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it in the meantime.
    if (!existsSync(path)) {
      throw error;
    }
  }
}

/**
 * Writes to a stream that its reader may close.
 *
 * In `kym ls | head -1`, `head` closes the pipe when it has enough. That is not an error: the command finishes its work
 * without writing more, and ends with its own exit code. Any other problem, such as a full disk, is passed to `report`, and
 * the command ends with 1.
 */
function outputOf(stream: NodeJS.WriteStream, report: (problem: string) => void): Output {
  let isOpen = true;
  stream.on("error", (error: Error) => {
    isOpen = false;
    if (!("code" in error && error.code === "EPIPE")) {
      report(`kym: cannot write the output: ${error.message}\n`);
      process.on("exit", () => {
        process.exitCode = EXIT.unexpected;
      });
    }
  });
  return {
    write: (text) => {
      if (isOpen) {
        stream.write(text);
      }
    },
    isTty: stream.isTTY === true,
    columns: stream.columns,
  };
}
