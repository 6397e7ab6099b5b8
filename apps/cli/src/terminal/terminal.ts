import type { Host } from "./host.ts";

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

/** The terminal of a host; plain if the options, `NO_COLOR` or `TERM=dumb` say so. */
export function terminalOf(
  { environment, stdout, stderr }: Pick<Host, "environment" | "stdout" | "stderr">,
  options: TerminalOptions,
): Terminal {
  const { NO_COLOR: noColor = "", TERM: term } = environment;
  const plain = options.noColor || noColor !== "" || term === "dumb";
  return {
    out: stdout.write,
    err: stderr.write,
    outIsTty: stdout.isTty,
    errIsTty: stderr.isTty,
    width: stdout.columns ?? 80,
    color: !plain && stdout.isTty,
    errMoves: !plain && stderr.isTty,
  };
}
