// One entry of `kym --help`: the name and summary of a command, known before the command is loaded.

import type { Command, CommandGroup } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  /** One line, for `kym --help`. */
  readonly summary: string;
  /** Loads the command and its imports, which `kym --help` does without. */
  readonly load: () => Promise<Command | CommandGroup>;
}

/** The module of a command; its only export is the command. */
type CommandModule = Readonly<Record<string, Command | CommandGroup>>;

/**
 * Makes the entry of a command.
 *
 * @param load imports the module of the command
 */
export function commandEntry(
  name: string,
  summary: string,
  load: () => Promise<CommandModule>,
): CommandEntry {
  return {
    name,
    summary,
    load: async () => {
      const [command, ...others] = Object.values(await load());
      if (command === undefined || others.length > 0) {
        throw new Error(`the module of kym ${name} must export its command and nothing else`);
      }
      return command;
    },
  };
}
