// What a command of kym is: an object that says its words, its options and what it does.
import type { ExitCode } from "../terminal/exit-code.ts";
import type { Host } from "../terminal/host.ts";
import type { ProgressStyle } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** One option of a command: a switch, or one with a value. */
export interface CommandOption {
  /** The letter after one dash, as in `-n`. */
  readonly short?: string;
  /** For `kym COMMAND --help`. */
  readonly help: string;
  /** What help calls the value, as `N` in `--jobs N`. A switch has none. */
  readonly value?: string;
  /** The only values that it may have. */
  readonly choices?: readonly string[];
  /** It may be given several times, or once with commas between its values. */
  readonly repeats?: true;
  /** For what overwrites or repairs: it has to be said each time, so no `KYM_*` variable sets it. */
  readonly neverFromEnvironment?: true;
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What an option may say: `true` for a switch, a list for one that repeats, undefined where it is not given. */
export type OptionValue = string | true | readonly string[] | undefined;

type WordOf<O extends CommandOption> = O extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : string;

type ValueOf<O extends CommandOption> = O extends { readonly repeats: true }
  ? readonly WordOf<O>[]
  : O extends { readonly value: string }
    ? WordOf<O>
    : true;

/** The values that declared options may have, by their names. */
export type OptionValues<O extends CommandOptions> = string extends keyof O
  ? Readonly<Record<string, OptionValue>>
  : { readonly [Name in keyof O]?: ValueOf<O[Name]> | undefined };

/** What a command is given. */
export interface CommandContext<Options = Readonly<Record<string, OptionValue>>> {
  /** One for each name in the usage line. */
  readonly args: readonly string[];
  readonly options: Options;
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

interface CommandText {
  /** As in `ingest FOLDER DATASET`: words in capitals are positional, `[X]` optional, `[X…]` any number. */
  readonly usage: string;
  /** Paragraphs with an empty line between them. */
  readonly description: string;
  readonly examples: readonly string[];
}

/** A command, or one of the commands of a group. */
export interface Command<Options extends CommandOptions = CommandOptions> extends CommandText {
  readonly options: Options;
  run(context: CommandContext<OptionValues<Options>>): Promise<CommandResult>;
}

/** A command that is several, as `kym roi add` and `kym roi list`. */
export interface CommandGroup extends CommandText {
  readonly commands: readonly Command[];
}

/** Makes a command; its `run` knows which options there are, and what each may say. */
export function defineCommand<const Options extends CommandOptions>(command: Command<Options>): Command {
  return command as Command;
}
