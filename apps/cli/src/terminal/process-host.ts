// The host of a command that a user started: the real process.
import module from "node:module";
import process from "node:process";
import { compiledCodeFolder } from "./compiled-code-folder.ts";
import { EXIT } from "./exit-code.ts";
import type { Host, Output } from "./host.ts";

/** The real process. From now on it outlasts a reader that closes its pipe. */
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

/** A user without a home folder keeps nothing: a start without compiled code is slower, and as good. */
function keepCompiledCode(): void {
  try {
    module.enableCompileCache(compiledCodeFolder(process.env));
  } catch {
    return;
  }
}

/**
 * `kym ls | head -1` is no error: a reader that has enough closes the pipe. What nobody reads any more is not written; the
 * work goes on, and ends with its own exit code. Anything else that stops the output, a full disk say, is told to `report`
 * and makes the run end with 1.
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
