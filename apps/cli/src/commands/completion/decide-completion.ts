// Decides what can stand at the cursor: words that are known, paths, or images of a dataset.

import type { Command, CommandGroup, CommandOption } from "../../arguments/command.ts";
import type { CommandEntry } from "../../arguments/command-entry.ts";
import { COMMON_OPTIONS, withNameFirst } from "../../arguments/common-options.ts";
import type { ShellLine } from "./shell-line.ts";

/** A word that fits, and what it means; "" for a word that says so itself. */
export interface Candidate {
  readonly text: string;
  readonly help: string;
}

/** What can stand at the cursor. `typed` is what stays before it, as `--to=` or `radon,`. */
export type Completion = { readonly typed: string } & (
  | { readonly kind: "words"; readonly words: readonly Candidate[] }
  | { readonly kind: "dataset" | "folder" | "file" }
  | { readonly kind: "image"; readonly dataset: string; readonly isBlind: boolean; readonly seed?: string }
);

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What the word of a usage line stands for. A word that is not here, such as `SQL`, cannot be guessed. */
const KINDS: Readonly<Record<string, "dataset" | "folder" | "file" | "image" | "shell">> = {
  DATASET: "dataset",
  SOURCE: "dataset",
  TARGET: "dataset",
  FOLDER: "folder",
  FILE: "file",
  PATH: "file",
  IMAGE: "image",
  ID: "image",
  STEM: "image",
  SHELL: "shell",
};

/** Decides from the words of the line, without those before the command `kym` itself. Only the named command is loaded. */
export async function decideCompletion(
  { before, prefix }: Pick<ShellLine, "before" | "prefix">,
  commands: readonly CommandEntry[],
): Promise<Completion> {
  const [name, ...rest] = withNameFirst(before);
  const names = commands.map(({ name: text, summary: help }) => ({ text, help }));
  if (name === undefined) {
    const version = { text: "--version", help: "print the version of kym" };
    return prefix.startsWith("-")
      ? words([...flagsOf(COMMON_OPTIONS, []), version])
      : words([...names, { text: "help", help: "show the help of a command" }]);
  }
  if (name === "help") {
    return words(names);
  }
  const command = await commands.find((entry) => entry.name === name)?.load();
  if (command === undefined) {
    return words([]);
  }
  return "commands" in command ? ofGroup(command, rest, prefix) : ofCommand(command, rest, prefix);
}

function ofGroup({ commands }: CommandGroup, before: readonly string[], prefix: string): Completion {
  const [action, ...rest] = withNameFirst(before);
  if (action === undefined) {
    const actions = commands.map((member) => ({
      text: nameOf(member),
      help: member.description.replaceAll("\n", " ").split(/(?<=\.)\s/)[0] ?? "",
    }));
    return prefix.startsWith("-") ? words(flagsOf(COMMON_OPTIONS, before)) : words(actions);
  }
  const member = commands.find((one) => nameOf(one) === action);
  return member === undefined ? words([]) : ofCommand(member, rest, prefix);
}

function ofCommand(command: Command, before: readonly string[], prefix: string): Completion {
  const options: Readonly<Record<string, CommandOption>> = { ...COMMON_OPTIONS, ...command.options };
  const { args, awaited, isEnded } = walk(before, options);
  if (awaited !== undefined) {
    return ofValue(awaited, prefix, "");
  }
  if (!isEnded && prefix.startsWith("-")) {
    const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(prefix) ?? [];
    const option = options[flag.slice(2)];
    return value !== undefined
      ? option?.value === undefined
        ? words([])
        : ofValue(option, value, `${flag}=`)
      : words(flagsOf(options, before));
  }
  const positionals = command.usage.split(" ").filter((word) => /^\[?[A-Z|]+…?\]?$/.test(word));
  const last = positionals.at(-1);
  const here = positionals[args.length] ?? (last?.includes("…") === true ? last : undefined);
  const kind = here === undefined ? undefined : kindOf(here);
  if (kind === "shell") {
    return words(SHELLS.map((text) => ({ text, help: "" })));
  }
  if (kind === "image") {
    const dataset = args[positionals.findIndex((word) => kindOf(word) === "dataset")];
    return dataset === undefined
      ? words([])
      : { kind, dataset, isBlind: before.includes("--blind"), ...seedIn(before), typed: "" };
  }
  return kind === undefined ? words([]) : { kind, typed: "" };
}

/** The seed of blind names, if the line has one. */
function seedIn(before: readonly string[]): { readonly seed?: string } {
  const at = before.findLastIndex((word) => word === "--seed" || word.startsWith("--seed="));
  const word = before[at];
  const seed = word === "--seed" ? before[at + 1] : word?.slice("--seed=".length);
  return seed === undefined ? {} : { seed };
}

/** The positional words so far, the option that waits for its value, and whether `--` has ended the options. */
function walk(
  before: readonly string[],
  options: Readonly<Record<string, CommandOption>>,
): {
  readonly args: readonly string[];
  readonly awaited: CommandOption | undefined;
  readonly isEnded: boolean;
} {
  const args: string[] = [];
  let awaited: CommandOption | undefined;
  let isEnded = false;
  for (const word of before) {
    if (awaited !== undefined) {
      awaited = undefined;
    } else if (isEnded || !/^-./.test(word)) {
      args.push(word);
    } else if (word === "--") {
      isEnded = true;
    } else {
      const option = Object.entries(options).find(
        ([name, { short }]) => word === `--${name}` || word === `-${short}`,
      )?.[1];
      awaited = option?.value === undefined ? undefined : option;
    }
  }
  return { args, awaited, isEnded };
}

function ofValue({ choices, repeats, value = "" }: CommandOption, prefix: string, typed: string): Completion {
  if (choices === undefined) {
    const kind = kindOf(value);
    return kind === "file" || kind === "folder" || kind === "dataset"
      ? { kind, typed }
      : { ...words([]), typed };
  }
  const comma = repeats === true ? prefix.lastIndexOf(",") + 1 : 0;
  const given = prefix.slice(0, comma).split(",");
  const free = choices.filter((choice) => !given.includes(choice));
  return { ...words(free.map((text) => ({ text, help: "" }))), typed: `${typed}${prefix.slice(0, comma)}` };
}

/** The options as long flags, without those that are given already and may be given once only. */
function flagsOf(
  options: Readonly<Record<string, CommandOption>>,
  before: readonly string[],
): readonly Candidate[] {
  const isFree = ([name, { short, repeats }]: [string, CommandOption]): boolean =>
    repeats === true || !before.some((word) => word.split("=")[0] === `--${name}` || word === `-${short}`);
  const flags = Object.entries(options)
    .filter(isFree)
    .map(([name, { help }]) => ({ text: `--${name}`, help }));
  return [...flags, { text: "--help", help: "show the help" }];
}

function kindOf(word: string): (typeof KINDS)[string] | undefined {
  const names = word.replace(/[[\]…]/g, "").split("|");
  return names.map((name) => KINDS[name]).find((kind) => kind !== undefined);
}

function nameOf({ usage }: Command): string {
  return usage.split(" ")[1] ?? "";
}

function words(list: readonly Candidate[]): Completion & { readonly kind: "words" } {
  return { kind: "words", words: list, typed: "" };
}
