// Runs one command line: finds the command, runs it, prints its result or its error, and returns the exit code.

import { resolve } from "node:path";
import type { KeptEdit } from "@kym/zarr-store";
import type { CommandResult, OptionValue } from "./arguments/command.ts";
import type { CommandEntry } from "./arguments/command-entry.ts";
import { withNameFirst } from "./arguments/common-options.ts";
import { isSwitchedOn } from "./arguments/environment-options.ts";
import { generalHelp, optionsHelp } from "./arguments/general-help.ts";
import { guessOr } from "./arguments/nearest-word.ts";
import { ALL_COMMANDS } from "./commands/all-commands.ts";
import { COMMAND_GROUPS } from "./commands/command-groups.ts";
import { kymVersion } from "./kym-version.ts";
import { printableLines } from "./screen/printable.ts";
import { type Caller, inCallerForm, kymCommand } from "./terminal/caller-form.ts";
import { type CliError, toCliError, usageError } from "./terminal/cli-error.ts";
import { EXIT, type ExitCode } from "./terminal/exit-code.ts";
import type { Host } from "./terminal/host.ts";
import { interruptible } from "./terminal/interruption.ts";
import { requireNode } from "./terminal/node-version.ts";
import type { ProgressStyle } from "./terminal/progress.ts";
import { type Terminal, terminalOf } from "./terminal/terminal.ts";

/** Runs one command line on a host and returns the exit code. It never throws. */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<ExitCode> {
  const flags = new Set(argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length));
  const isOn = (option: string): boolean =>
    flags.has(`--${option}`) || isSwitchedOn(option, host.environment);
  const terminal = terminalOf(host, { noColor: isOn("no-color") });
  const [name, ...rest] = withNameFirst(argv);
  try {
    if (name === "help" && rest[0] === "options") {
      terminal.out(optionsHelp());
      return EXIT.ok;
    }
    if (name === "help" && rest[0] !== undefined) {
      return await runCommand(findCommand(rest[0]), ["--help"], host, terminal);
    }
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      terminal.out(generalHelp(ALL_COMMANDS, COMMAND_GROUPS, kymCommand(host)));
      return name === undefined ? EXIT.usage : EXIT.ok;
    }
    if (name === "--version") {
      terminal.out(`${kymVersion()}\n`);
      return EXIT.ok;
    }
    return await runCommand(findCommand(name), rest, host, terminal);
  } catch (error) {
    return fail(terminal, name ?? "kym", toCliError(error), {
      caller: host,
      json: isOn("json"),
      debug: isOn("debug"),
    });
  }
}

async function runCommand(
  entry: CommandEntry,
  argv: readonly string[],
  host: Host,
  terminal: Terminal,
): Promise<ExitCode> {
  requireNode(host.nodeVersion);
  host.keepCompiledCode();
  const [loaded, { parseArguments }] = await Promise.all([
    entry.load(),
    import("./arguments/parse-arguments.ts"),
  ]);
  const parsed = parseArguments(loaded, argv, host.environment);
  if ("help" in parsed) {
    terminal.out(parsed.help);
    return EXIT.ok;
  }
  const { command, args, options } = parsed;
  const json = options["json"] === true;
  const jsonLines = command.writesJsonLines === true;
  const quiet = options["quiet"] === true;
  const interruption = interruptible(host, terminal.err);
  const blind =
    options["blind"] === true
      ? { dataset: args[0] ?? "", location: locationOf(args[0] ?? "", host) }
      : undefined;
  const kept: KeptEdit[] = [];
  try {
    const returned = await command.run({
      args,
      options,
      terminal,
      signal: interruption.signal,
      progress: quiet ? "none" : progressStyle(options["progress"]),
      verbose: options["verbose"] === true,
      environment: host.environment,
      resolvePath: (path) => locationOf(path, host),
      stdin: host.stdin,
      onExit: host.onExit,
      onKept: (edit) => kept.push(edit),
    });
    const result =
      kept.length === 0
        ? returned
        : (await import("./output/kept-edits.ts")).withKeptEdits(returned, kept, blind !== undefined);
    if (json) {
      const { successEnvelope } = await import("./terminal/json-envelope.ts");
      terminal.out(successEnvelope(entry.name, result.data, result.warnings ?? [], jsonLines));
    } else {
      terminal.out(result.text);
      await showNotes(
        terminal,
        notesOf(result, options).map((note) => asTyped(note, host)),
        options,
      );
    }
    if (result.next !== undefined && terminal.outIsTty && terminal.errIsTty && !quiet && !json) {
      const next =
        blind === undefined
          ? result.next
          : (await loadBlind()).withoutDataset(result.next, blind.dataset, blind.location);
      terminal.err(`\nnext: ${printableLines(asTyped(next, host))}\n`);
    }
    return result.exitCode;
  } catch (error) {
    const known = interruption.error ?? toCliError(error);
    const said =
      blind === undefined ? known : (await loadBlind()).blindError(known, blind.dataset, blind.location);
    return fail(terminal, entry.name, said, {
      caller: host,
      json,
      jsonLines,
      // Where an error arose is said with its message, which can tell a blind scorer what a scan is.
      debug: options["debug"] === true && blind === undefined,
    });
  } finally {
    interruption.end();
  }
}

/** An absolute path. pnpm runs a script in the package's folder; INIT_CWD is the folder of the user. */
function locationOf(path: string, { environment, cwd }: Host): string {
  return resolve(environment["INIT_CWD"] ?? cwd(), path);
}

function loadBlind(): Promise<typeof import("./blind/blind-error.ts")> {
  return import("./blind/blind-error.ts");
}

function notesOf(
  { warnings = [], shortWarnings = warnings }: CommandResult,
  { verbose }: Readonly<Record<string, OptionValue>>,
): readonly string[] {
  return verbose === true ? warnings : shortWarnings;
}

const NOTES_SHOWN = 5;

/** Shows notes below the result. A long list would bury the result, so only `--verbose` shows all of it. */
async function showNotes(
  terminal: Terminal,
  notes: readonly string[],
  { quiet, verbose }: Readonly<Record<string, OptionValue>>,
): Promise<void> {
  if (quiet === true) {
    return;
  }
  const isShort = notes.length <= NOTES_SHOWN || verbose === true;
  for (const note of isShort ? notes : notes.slice(0, NOTES_SHOWN - 2)) {
    terminal.err(await wrapped(`note: ${note}\n`, terminal));
  }
  if (!isShort) {
    terminal.err(`note: and ${notes.length - NOTES_SHOWN + 2} more; -v shows them all\n`);
  }
}

async function fail(
  terminal: Terminal,
  kind: string,
  error: CliError,
  options: {
    readonly caller: Caller;
    readonly json: boolean;
    readonly jsonLines?: boolean;
    readonly debug: boolean;
  },
): Promise<ExitCode> {
  if (options.json) {
    const { errorEnvelope } = await import("./terminal/json-envelope.ts");
    terminal.out(errorEnvelope(kind, error, options.jsonLines));
  } else {
    const hint = error.hint === undefined ? "" : `     ${asTyped(error.hint, options.caller)}\n`;
    terminal.err(await wrapped(`kym: ${error.message}\n${hint}`, terminal));
  }
  if (options.debug) {
    const { stack } = error.cause instanceof Error ? error.cause : error;
    terminal.err(`${printableLines(String(stack))}\n`);
  }
  return error.exitCode;
}

/** A text for stderr, wrapped on a terminal. */
async function wrapped(text: string, { errIsTty, width }: Terminal): Promise<string> {
  const { wrapText } = await import("./screen/wrap-text.ts");
  return wrapText(printableLines(text), { outIsTty: errIsTty, width });
}

/** A text with its commands as this user types them. */
function asTyped(text: string, caller: Caller): string {
  return inCallerForm(
    text,
    caller,
    ALL_COMMANDS.map(({ name }) => name),
  );
}

/** What people call the acts of a lab, and the command that does them. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ...["accept", "annotate", "calibrate", "condition", "note", "reject", "set", "tag"].map(
    (word) => [word, "edit"] as const,
  ),
  ...["remove", "rm"].map((word) => [word, "delete"] as const),
]);

function findCommand(name: string): CommandEntry {
  const found = ALL_COMMANDS.find((entry) => entry.name === name);
  if (found === undefined) {
    const meant = OTHER_WORDS.get(name.toLowerCase());
    const names = meant === undefined ? ALL_COMMANDS.map((entry) => entry.name) : [meant];
    const hint = guessOr(
      meant ?? name,
      names,
      "kym --help lists the commands",
      (nearest) => `kym ${nearest}`,
    );
    throw usageError(`there is no command ${JSON.stringify(name)}`, hint);
  }
  return found;
}

function progressStyle(value: OptionValue): ProgressStyle {
  return value === "json" || value === "none" ? value : "auto";
}
