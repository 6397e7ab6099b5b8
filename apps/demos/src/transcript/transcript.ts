// The transcript of a demo: headings, commands, output, and the claims that it checks.

import process from "node:process";
import { styleText } from "node:util";

/** Prints what a demo shows, and remembers which of its claims did not hold. */
export interface Transcript {
  /** The first line: what the demo is about. */
  title(text: string): void;
  heading(text: string): void;
  /** Prints plain lines, indented below the heading. */
  say(text: string): void;
  /** Prints a command as a user types it. */
  command(text: string): void;
  /** Prints a claim and whether it holds. */
  check(holds: boolean, statement: string): void;
  /** The claims that did not hold. */
  readonly failures: readonly string[];
}

const INDENT = "  ";

/** Writes to `print`, one line at a time. Uses styles only if standard output is a terminal that supports them. */
export function startTranscript(print: (line: string) => void): Transcript {
  const failures: string[] = [];
  let headings = 0;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    styleText(format, text, { stream: process.stdout });
  const printLines = (text: string): void => {
    for (const line of text.replace(/\n+$/, "").split("\n")) {
      print(`${INDENT}${line}`.trimEnd());
    }
  };
  return {
    failures,
    title: print,
    heading: (text) => {
      headings += 1;
      print("");
      print(style("bold", `${headings}. ${text}`));
    },
    say: printLines,
    command: (text) => {
      print("");
      print(`${INDENT}${style("dim", "$")} ${style("cyan", text)}`);
    },
    check: (holds, statement) => {
      if (!holds) {
        failures.push(statement);
      }
      print(`${INDENT}${holds ? style("green", "✓") : style("red", "✗ NOT TRUE:")} ${statement}`);
    },
  };
}
