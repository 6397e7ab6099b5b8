// Ctrl-C and kill: the first lets the command end in order, the second ends it at once.
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";

/** Whether and how the user stopped the command. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** What to say and to end with; undefined as long as nobody stopped it. */
  readonly error: CliError | undefined;
  /** Signals mean again what they mean to the process. */
  readonly end: () => void;
}

/** Ctrl-C once ends after the current file; twice, at once. `say` tells the user so. */
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
    say("\nstopping after the current file; once more stops at once\n");
    controller.abort();
  };
  const unsubscribe = [
    onSignal("SIGINT", stop(EXIT.interrupted)),
    onSignal("SIGTERM", stop(EXIT.terminated)),
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
  return new CliError(exitCode, "interrupted", "stopped; what was committed stays", {
    hint: "run the same command again: it goes on where it stopped",
  });
}
