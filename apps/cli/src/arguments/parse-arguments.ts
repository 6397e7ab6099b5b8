// Parses the words of a command line with Commander, and turns what Commander finds wrong into errors of our own.
// Importing Commander takes as long as all of `kym --help`, so this file is loaded together with a command.

import { CommanderError, Command as Parser, Option as ParserOption } from "commander";
import { type CliError, usageError } from "../terminal/cli-error.ts";
import type { Command, CommandGroup, CommandOption, OptionValue } from "./command.ts";
import { COMMON_OPTIONS, withNameFirst } from "./common-options.ts";
import { type Environment, environmentOptions, isSwitchedOn } from "./environment-options.ts";
import { guessOr } from "./nearest-word.ts";
import { optionValue } from "./option-value.ts";

/** The widest line of a help text, in characters. */
const HELP_WIDTH = 80;

/** The command that the words name, with its arguments and options; or the help text that they ask for. */
export type ParsedArguments =
  | { readonly help: string }
  | {
      readonly command: Command;
      readonly args: readonly string[];
      readonly options: Readonly<Record<string, OptionValue>>;
    };

/**
 * Parses the words after a command's name. Options that they do not give may come from the environment.
 *
 * @throws {CliError} `usage` for an option that is unknown or lacks its value, and for too many or too few arguments
 */
export function parseArguments(
  command: Command | CommandGroup,
  argv: readonly string[],
  environment: Environment,
): ParsedArguments {
  let help = "";
  let parsed: ParsedArguments | undefined;
  const say = (text: string): void => {
    help += text;
  };
  const words = "commands" in command ? withNameFirst(argv) : argv;
  const parser = parserOf(command, words, say, (found, args, given) => {
    checkBlind(found, environment);
    const options = { ...environmentOptions(optionsOf(found), given, environment), ...given };
    parsed = { command: found, args, options };
  });
  try {
    const kym = new Parser("kym").helpOption(false).helpCommand(false).addCommand(parser);
    kym.parse([parser.name(), ...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError && error.code === "commander.helpDisplayed")) {
      throw error;
    }
  }
  return parsed ?? { help };
}

/** A blind scorer sets `KYM_BLIND=1` for all that he types, so a command that would name scans must not pass over it. */
function checkBlind(command: Command, environment: Environment): void {
  const canHide = command.namesNoScan === true || "blind" in command.options;
  if (!canHide && isSwitchedOn("blind", environment)) {
    throw usageError(
      `kym ${wordsOf(command).names.join(" ")} cannot hide what KYM_BLIND=1 hides`,
      "somebody who need not be blind can run it with KYM_BLIND=0",
    );
  }
}

type OnFound = (
  command: Command,
  args: readonly string[],
  given: Readonly<Record<string, OptionValue>>,
) => void;

function parserOf(
  command: Command | CommandGroup,
  words: readonly string[],
  say: (text: string) => void,
  onFound: OnFound,
): Parser {
  const { names, positionals } = wordsOf(command);
  const parser = new Parser(names.at(-1))
    .usage(positionals.join(" "))
    .description(paragraphsOf(command.description))
    .summary(command.description.split(/(?<=\.)\s/)[0] ?? "")
    .addHelpText("before", `${command.examples.map((example) => `  ${example}`).join("\n")}\n`)
    .addHelpOption(new ParserOption("-h, --help").hideHelp())
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .configureHelp({
      optionTerm: ({ flags }) => flags.replace(/[<>]/g, ""),
      optionDescription: ({ description }) => description,
      subcommandTerm: (sub) => `${sub.name()} ${sub.usage()}`,
    })
    .configureOutput({ writeOut: say, writeErr: () => undefined, getOutHelpWidth: () => HELP_WIDTH })
    .exitOverride((error) => {
      throw error.code === "commander.helpDisplayed" ? error : usageErrorOf(error, parser, command);
    });
  if ("commands" in command) {
    parser.commandsGroup("Commands");
    for (const member of command.commands) {
      parser.addCommand(parserOf(member, words, say, onFound));
    }
    return parser;
  }
  const options = optionsOf(command);
  const isAlone = words.some((word) => options[word.replace(/^--/, "")]?.standsAlone === true);
  for (const positional of positionals) {
    const word = positional.replace("…", "...");
    const needed = isAlone ? `[${word}]` : `<${word}>`;
    parser.argument(positional.startsWith("[") ? word : needed);
  }
  const flags = flagsOf(options);
  const added = Object.entries(options).map(([optionName, option]) => {
    const made = parserOption(optionName, option, flags, command);
    parser.addOption(optionName in COMMON_OPTIONS ? made.hideHelp() : made);
    return [optionName, made.attributeName()] as const;
  });
  return parser.action(() => {
    const empty = parser.args.indexOf("");
    if (empty >= 0) {
      throw usageError(`${positionals[empty]} is empty`, `kym ${command.usage}`);
    }
    const given = added.map(([optionName, key]): [string, OptionValue] => [
      optionName,
      parser.getOptionValue(key),
    ]);
    onFound(command, parser.args, Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  });
}

function optionsOf(command: Command): Readonly<Record<string, CommandOption>> {
  return { ...COMMON_OPTIONS, ...command.options };
}

/** Splits a usage line: `roi edit DATASET IMAGE ROI` has two names and three positional words. */
function wordsOf({ usage }: Command | CommandGroup): {
  readonly names: readonly string[];
  readonly positionals: readonly string[];
} {
  const words = usage.split(" ");
  const isPositional = (word: string): boolean => /^\[?[A-Z|]+…?\]?$/.test(word);
  return { names: words.filter((word) => !isPositional(word)), positionals: words.filter(isPositional) };
}

function parserOption(
  name: string,
  option: CommandOption,
  flags: ReadonlySet<string>,
  { usage }: Command,
): ParserOption {
  const { short, value, help } = option;
  const shown = `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
  const made = new ParserOption(shown, help).helpGroup("Options");
  // `--no-tiff` is a switch of its own, not the opposite of a `--tiff`.
  made.negate = false;
  if (value !== undefined) {
    made.argParser((text: string, before: readonly string[] | string | undefined) => {
      if (flags.has(text)) {
        throw usageError(`--${name} needs a value, and ${text} is an option`, `kym ${usage}`);
      }
      const said = optionValue(`--${name}`, option, text);
      return typeof said === "string" ? said : [...(before ?? []), ...said];
    });
  }
  return made;
}

function flagsOf(options: Readonly<Record<string, CommandOption>>): ReadonlySet<string> {
  return new Set(
    Object.entries(options).flatMap(([name, { short }]) => [
      `--${name}`,
      ...(short === undefined ? [] : [`-${short}`]),
    ]),
  );
}

/** Joins the lines of each paragraph, so that help is wrapped to its own width. */
function paragraphsOf(text: string): string {
  return text
    .split("\n\n")
    .map((paragraph) => paragraph.replaceAll("\n", " "))
    .join("\n\n");
}

function usageErrorOf(error: CommanderError, parser: Parser, command: Command | CommandGroup): CliError {
  const usage = `kym ${command.usage}`;
  const named = /'([\s\S]*)'/.exec(error.message)?.[1] ?? "";
  const { positionals } = wordsOf(command);
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(named, command);
    case "commander.missingArgument":
      return usageError(`${named.replace("...", "")} is missing`, usage);
    case "commander.excessArguments": {
      const extra = JSON.stringify(parser.args[positionals.length]);
      return usageError(`${extra} is one argument too many`, `${usage}   (a name with spaces needs quotes)`);
    }
    case "commander.optionMissingArgument":
      return usageError(`${/--[^ ]+/.exec(named)?.[0] ?? named} needs a value`, usage);
    case "commander.unknownCommand":
      return unknownMember(parser);
    // A group was named without one of its actions.
    case "commander.help":
      return usageError(`${positionals[0] ?? "the command"} is missing`, usage);
    default:
      return usageError(error.message.replace(/^error: /, ""), usage);
  }
}

function unknownOption(flag: string, command: Command | CommandGroup): CliError {
  const known = "commands" in command ? new Set<string>() : flagsOf(optionsOf(command));
  const name = flag.split("=")[0] ?? flag;
  if (known.has(name)) {
    return usageError(`${name} takes no value`, `kym ${command.usage}`);
  }
  const meant = "commands" in command ? undefined : optionWithChoice(name, optionsOf(command));
  if (meant !== undefined) {
    return usageError(`there is no option ${flag}`, `did you mean ${meant}?`);
  }
  const otherwise = `kym ${wordsOf(command).names.join(" ")} --help lists the options; put -- before a file name that begins with a dash`;
  const long = [...known, "--help"].filter((other) => other.startsWith("--"));
  return usageError(`there is no option ${flag}`, guessOr(name, long, otherwise));
}

/** The option that a user meant who typed one of its values as a flag, as `--csv`, or who knows it from other commands. */
function optionWithChoice(
  flag: string,
  options: Readonly<Record<string, CommandOption>>,
): string | undefined {
  const word = flag.replace(/^--/, "");
  const owner = Object.entries(options).find(([, { choices }]) => choices?.includes(word) === true);
  return owner === undefined ? (word === "format" ? "--json" : undefined) : `--${owner[0]} ${word}`;
}

function unknownMember(parser: Parser): CliError {
  const word = parser.args[0] ?? "";
  const names = parser.commands.map((member) => member.name());
  const group = parser.name();
  const hint = guessOr(
    word,
    names,
    `the actions are ${names.join(", ")}`,
    (nearest) => `kym ${group} ${nearest}`,
  );
  return usageError(`there is no action ${JSON.stringify(word)}`, hint);
}
