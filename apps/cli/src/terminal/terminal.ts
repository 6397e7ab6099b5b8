// Where the command writes, and what it may write there: tables to a width, colours, a moving cursor.

import { printableScreen } from "../screen/printable.ts";
import type { Host } from "./host.ts";

/** The outputs of the command, and what they can show. */
export interface Terminal {
  /** Data. */
  readonly out: (text: string) => void;
  /** Progress, logs, warnings, hints. */
  readonly err: (text: string) => void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Width in characters. Tables fit into it on a terminal, and are never cut in a pipe. */
  readonly width: number;
  readonly color: boolean;
  /** Whether stderr may get codes that move the cursor: it is a terminal, and the user did not ask for plain text. */
  readonly errMoves: boolean;
  /** Which of several steps runs, as in `2 of 3`; progress says it first. */
  readonly step?: string;
}

export interface TerminalOptions {
  readonly noColor: boolean;
}

/** The terminal of a host. It is plain if the options, `NO_COLOR` or `TERM=dumb` ask for that. */
export function terminalOf(
  { environment, stdout, stderr }: Pick<Host, "environment" | "stdout" | "stderr">,
  options: TerminalOptions,
): Terminal {
  const { NO_COLOR: noColor = "", TERM: term } = environment;
  const plain = options.noColor || noColor !== "" || term === "dumb";
  return {
    out: stdout.isTty ? (text) => stdout.write(printableScreen(text)) : stdout.write,
    err: stderr.write,
    outIsTty: stdout.isTty,
    errIsTty: stderr.isTty,
    width: stdout.columns ?? 80,
    color: !plain && stdout.isTty,
    errMoves: !plain && stderr.isTty,
  };
}
