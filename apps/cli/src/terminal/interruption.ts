// Ctrl-C, kill and a terminal that is closed: the first signal lets the command finish its current file, the second ends it at once.

import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";

/** Whether the user stopped the command, and how. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The error to end with; undefined as long as nobody stopped the command. */
  readonly error: CliError | undefined;
  /** Stops listening, so that signals have their usual effect on the process again. */
  readonly end: () => void;
}

/** Listens for signals until `end` is called. `say` tells the user what a signal does. */
export function interruptible(
  { onSignal, exit }: Pick<Host, "onSignal" | "exit">,
  say: (text: string) => void,
): Interruption {
  const controller = new AbortController();
  let error: CliError | undefined;
  const stop = (code: ExitCode) => (): void => {
    if (error !== undefined) {
      exit(code);
      return;
    }
    error = interrupted(code);
    say("\nstopping after the current file; press Ctrl-C again to stop at once\n");
    controller.abort();
  };
  const unsubscribe = [
    onSignal("SIGINT", stop(EXIT.interrupted)),
    onSignal("SIGTERM", stop(EXIT.terminated)),
    onSignal("SIGHUP", stop(EXIT.hungUp)),
  ];
  return {
    signal: controller.signal,
    get error() {
      return error;
    },
    end: () => {
      for (const takeBack of unsubscribe) {
        takeBack();
      }
    },
  };
}

function interrupted(exitCode: ExitCode): CliError {
  return new CliError(exitCode, "interrupted", "stopped; everything committed so far is kept", {
    hint: "run the same command again to continue",
  });
}
