// What the command needs from the process around it, so that a test can stand in for the process.

import type { ExitCode } from "./exit-code.ts";

/** Everything that the command reads from its process, writes to it and asks of it. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The current folder of the process. The user may be in another one: `INIT_CWD` in the environment. */
  readonly cwd: () => string;
  /** Such as `24.1.0`. */
  readonly nodeVersion: string;
  /** Called only to read: a process that has opened its stdin waits for the end of the stream. */
  readonly stdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly onSignal: (signal: StopSignal, listener: () => void) => Unsubscribe;
  /** Calls the listener when the process ends, unless it was removed before. */
  readonly onExit: (listener: () => void) => Unsubscribe;
  /** From now on, keeps the compiled code of loaded modules for the next start. Does nothing if that is impossible. */
  readonly keepCompiledCode: () => void;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** The width of the terminal in characters; undefined for a pipe or a file. */
  readonly columns: number | undefined;
}

/** The stream that the command reads for `-`. As in Node, `isTTY` is absent for a pipe. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  /** Lets the process end while the stream still waits. As in Node, a file does not have it. */
  readonly unref?: () => unknown;
}

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Removes a listener. */
export type Unsubscribe = () => void;
