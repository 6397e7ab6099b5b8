// What the command finds around it, so that it runs in any process: one of its own for a user, the test's in a test.
import type { ExitCode } from "./exit-code.ts";

/** All that the command reads of its process, writes to it and asks of it. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the process stands. Where the user stands may be another folder: `INIT_CWD` of the environment. */
  readonly cwd: () => string;
  /** As in `24.1.0`. */
  readonly nodeVersion: string;
  /** Called only if something is to be read: a process that has opened its stdin waits for the end of it. */
  readonly stdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly onSignal: (signal: StopSignal, listener: () => void) => Unsubscribe;
  /** Calls the listener when the process ends, unless that was taken back before. */
  readonly onExit: (listener: () => void) => Unsubscribe;
  /** From now on keeps what is compiled of loaded code, for the next start. Where that cannot be done, nothing changes. */
  readonly keepCompiledCode: () => void;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** The width of the terminal; undefined where it has none. */
  readonly columns: number | undefined;
}

/** The stream that the command reads where a user says `-`; `isTTY` as Node has it, absent in a pipe. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
}

export type StopSignal = "SIGINT" | "SIGTERM";

/** Takes a listener back. */
export type Unsubscribe = () => void;
