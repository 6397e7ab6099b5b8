import process from "node:process";

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
}

export interface TerminalOptions {
  readonly noColor: boolean;
}

/** The terminal of this process. */
export function processTerminal(options: TerminalOptions): Terminal {
  const { env, stdout, stderr } = process;
  const plain = options.noColor || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outIsTty: stdout.isTTY === true,
    errIsTty: stderr.isTTY === true,
    width: stdout.columns ?? 80,
    color: !plain && stdout.isTTY === true,
  };
}

/** `kym ls | head -1` is no error: a reader that has enough closes the pipe. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: Error) => {
      if ("code" in error && error.code === "EPIPE") {
        process.exit(0);
      }
      throw error;
    });
  }
}
