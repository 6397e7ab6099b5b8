import process from "node:process";
import { styleText } from "node:util";

/** What a demo shows, in order, and whether all of it was as it must be. */
export interface Transcript {
  /** The first line: what the demo is about. */
  title(text: string): void;
  heading(text: string): void;
  /** Plain lines, indented like everything below a heading. */
  say(text: string): void;
  /** A command, as it is typed. */
  command(text: string): void;
  /** States something and whether it holds. */
  check(holds: boolean, statement: string): void;
  /** The statements that did not hold. */
  readonly failures: readonly string[];
}

const INDENT = "  ";

/** Writes to `print`, one line at a time. Styled only where standard output is a terminal that takes it. */
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
      print(`${INDENT}${holds ? style("green", "✓") : style("red", "✗ NOT SO:")} ${statement}`);
    },
  };
}
