// What a command of kym is: an object with its help text, its options and the function that runs it.

import type { KeptEdit } from "@kym/zarr-store";
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
  /** The name of the value in the help text, such as `N` in `--jobs N`. A switch does not have one. */
  readonly value?: string;
  /** The values that are allowed; any value if absent. */
  readonly choices?: readonly string[];
  /** The option may be given several times: `true` also with commas between its values, `whole` with one value each time. */
  readonly repeats?: true | "whole";
  /** The option asks for something that needs no argument, so none must be given with it. */
  readonly standsAlone?: true;
  /** For options that overwrite or repair: the user must give them each time, so no `KYM_*` variable sets them. */
  readonly neverFromEnvironment?: true;
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** The value of an option: `true` for a switch, a list if it repeats, undefined if it is not given. */
export type OptionValue = string | true | readonly string[] | undefined;

type WordOf<O extends CommandOption> = O extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : string;

type ValueOf<O extends CommandOption> = O extends { readonly repeats: true | "whole" }
  ? readonly WordOf<O>[]
  : O extends { readonly value: string }
    ? WordOf<O>
    : true;

/** The types of the values of declared options, by option name. */
export type OptionValues<O extends CommandOptions> = string extends keyof O
  ? Readonly<Record<string, OptionValue>>
  : { readonly [Name in keyof O]?: ValueOf<O[Name]> | undefined };

/** What a command gets when it runs. */
export interface CommandContext<Options = Readonly<Record<string, OptionValue>>> {
  /** One per positional word of the usage line. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly progress: ProgressStyle;
  readonly verbose: boolean;
  /** The variables of the user's process. */
  readonly environment: Host["environment"];
  /** Makes a path that the user typed absolute, relative to the user's folder. */
  readonly resolvePath: (path: string) => string;
  readonly stdin: Host["stdin"];
  readonly onExit: Host["onExit"];
  /** Told of each edit by another program that a commit kept: the command then ends with 3. */
  readonly onKept: (edit: KeptEdit) => void;
}

/** What a command returns. The command itself prints nothing to stdout. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** For `--json`. */
  readonly data: unknown;
  readonly warnings?: readonly string[];
  /** The warnings for people who did not ask for all of them with `-v`, in fewer lines. */
  readonly shortWarnings?: readonly string[];
  /** For people. */
  readonly text: string;
  /** The command to run next, shown on a terminal only. */
  readonly next?: string;
}

interface CommandText {
  /** Such as `ingest FOLDER DATASET`: words in capitals are positional, `[X]` is optional, `[X…]` is any number. */
  readonly usage: string;
  /** Paragraphs, separated by empty lines. */
  readonly description: string;
  readonly examples: readonly string[];
}

/** A command, or one of the commands of a group. */
export interface Command<Options extends CommandOptions = CommandOptions> extends CommandText {
  readonly options: Options;
  /** With `--json`, the command prints objects while it runs, one per line; what it returns or throws is the last line. */
  readonly writesJsonLines?: true;
  /** The command names no scan. One that does and has no option `--blind` is refused where the environment says `KYM_BLIND=1`. */
  readonly namesNoScan?: true;
  run(context: CommandContext<OptionValues<Options>>): Promise<CommandResult>;
}

/** A command with several actions, such as `kym roi add` and `kym roi list`. */
export interface CommandGroup extends CommandText {
  readonly commands: readonly Command[];
}

/** Makes a command. Its `run` gets the options with the types that it declares. */
export function defineCommand<const Options extends CommandOptions>(command: Command<Options>): Command {
  return command as Command;
}
