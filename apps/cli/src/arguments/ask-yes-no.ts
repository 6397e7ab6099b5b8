// Asks whether to do what cannot be undone: on a terminal only, so that no script waits for an answer.

import { printableLines } from "../screen/printable.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { CommandContext } from "./command.ts";

/** The option that answers every question with yes. */
export const YES_OPTION = {
  yes: { short: "y", help: "do it without asking", neverFromEnvironment: true },
} as const;

/** `cannot ask`: nobody is at a terminal, or the output is JSON. Then `--yes` is the only way. */
export type Answer = "yes" | "no" | "cannot ask";

/**
 * Shows a question and reads one line. Only `y` and `yes` are yes.
 *
 * @throws the reason of the signal, if the user interrupts instead of answering
 */
export async function askYesNo(
  { options, terminal, stdin, signal }: Pick<CommandContext, "options" | "terminal" | "stdin" | "signal">,
  question: string,
): Promise<Answer> {
  if (options["json"] === true || !terminal.errIsTty) {
    return "cannot ask";
  }
  const input = stdin();
  if (input.isTTY !== true) {
    return "cannot ask";
  }
  signal.throwIfAborted();
  terminal.err(`${printableLines(question)} [y/N] `);
  const decoder = new TextDecoder();
  let line = "";
  const parts = input[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<"aborted">();
  const abort = (): void => aborted.resolve("aborted");
  signal.addEventListener("abort", abort, { once: true });
  try {
    while (!line.includes("\n")) {
      const part = await Promise.race([parts.next(), aborted.promise]);
      signal.throwIfAborted();
      if (part === "aborted" || part.done === true) {
        break;
      }
      line += decoder.decode(part.value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // The stream may wait for a line that never comes. The process must not wait with it.
    input.unref?.();
  }
  return /^\s*y(es)?\s*$/i.test(line.split("\n")[0] ?? "") ? "yes" : "no";
}

/**
 * Whether to do something: `--yes` says so, or a person at the terminal.
 *
 * @param command what to type to do it without a question
 * @throws {CliError} `cannot_ask` if nobody can be asked; the exit code is 5
 */
export async function isConfirmed(
  context: Parameters<typeof askYesNo>[0],
  question: string,
  command: string,
): Promise<boolean> {
  if (context.options["yes"] === true) {
    return true;
  }
  const answer = await askYesNo(context, question);
  if (answer === "cannot ask") {
    const [asked = ""] = question.trimEnd().split("\n").slice(-1);
    const message = `nothing was written, because nobody could be asked: ${asked}`;
    throw new CliError(EXIT.refused, "cannot_ask", message, { hint: `this does it: ${command}` });
  }
  return answer === "yes";
}
