import process from "node:process";
import { EXIT } from "./exit-code.ts";

/** Where the command writes, and what it may assume about it. */
export interface Terminal {
  /** Data. */
  readonly out: (text: string) => void;
  /** Progress, logs, warnings, hints. */
  readonly err: (text: string) => void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Columns of the terminal; tables fit into it on a TTY and are never cut in a pipe. */
  readonly width: number;
  readonly color: boolean;
  /** Whether stderr may be sent what moves the cursor: a terminal that was not asked to be plain. */
  readonly errMoves: boolean;
}

export interface TerminalOptions {
  readonly noColor: boolean;
}

/** The terminal of this process. */
export function processTerminal(options: TerminalOptions): Terminal {
  const { env, stdout, stderr } = process;
  const plain = options.noColor || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    out: (text) => write(stdout, text),
    err: (text) => write(stderr, text),
    outIsTty: stdout.isTTY === true,
    errIsTty: stderr.isTTY === true,
    width: stdout.columns ?? 80,
    color: !plain && stdout.isTTY === true,
    errMoves: !plain && stderr.isTTY === true,
  };
}

const closed = new Set<NodeJS.WriteStream>();

/** What nobody reads any more is not written; the work goes on, and ends with its own exit code. */
function write(stream: NodeJS.WriteStream, text: string): void {
  if (!closed.has(stream)) {
    stream.write(text);
  }
}

/**
 * `kym ls | head -1` is no error: a reader that has enough closes the pipe. Anything else that stops the output, a full
 * disk say, is said on stderr and makes the run end with 1.
 */
export function outlastClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: Error) => {
      closed.add(stream);
      if (!("code" in error && error.code === "EPIPE")) {
        write(process.stderr, `kym: cannot write the output: ${error.message}\n`);
        process.on("exit", () => {
          process.exitCode = EXIT.unexpected;
        });
      }
    });
  }
}
