// One line of the list of commands: what help says of a command before it is loaded.
import type { Command, CommandGroup } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  /** One line, for `kym --help`. */
  readonly summary: string;
  /** Loads it, with what it imports: `kym --help` needs nothing of that. */
  readonly load: () => Promise<Command | CommandGroup>;
}

/** The module of a command has one export: the command. */
type CommandModule = Readonly<Record<string, Command | CommandGroup>>;

/** @param load imports the module of the command, which exports it and nothing else */
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
        throw new Error(`the module of kym ${name} has to export its command and nothing else`);
      }
      return command;
    },
  };
}
