import type { ParseArgsConfig } from "node:util";
import type { ExitCode } from "../terminal/exit-code.ts";
import type { Host } from "../terminal/host.ts";
import type { ProgressStyle } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";

export type OptionValue = string | boolean | undefined;

/** What a command is given. */
export interface CommandContext {
  /** One for each name in the usage line. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly progress: ProgressStyle;
  readonly verbose: boolean;
  /** Makes a path that the user typed absolute, from where the user stands. */
  readonly resolvePath: (path: string) => string;
  readonly stdin: Host["stdin"];
  readonly onExit: Host["onExit"];
}

/** What it gives back; it prints nothing to stdout itself. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** For `--json`. */
  readonly data: unknown;
  readonly warnings?: readonly string[];
  /** For people. */
  readonly text: string;
  /** The command to go on with, shown on a terminal only. */
  readonly next?: string;
}

export interface Command {
  /** As in `kym ingest FOLDER DATASET`: words in capitals are positional, `[X]` optional, `[X…]` any number. */
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** A line for each option of {@link options}. */
  readonly optionHelp: Readonly<Record<string, string>>;
  readonly run: (context: CommandContext) => Promise<CommandResult>;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Heavy dependencies load with the command, not with `--help`. */
  readonly load: () => Promise<Command>;
}
