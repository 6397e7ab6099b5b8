// Asks whether to do what cannot be undone: on a terminal only, so that no script waits for an answer.

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
  terminal.err(`${question} [y/N] `);
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
