// What an option means in one command it means in every other.
import { expect, it } from "vitest";
import type { CommandOption } from "../../src/arguments/command.ts";
import { COMMON_OPTIONS } from "../../src/arguments/common-options.ts";
import { ALL_COMMANDS } from "../../src/commands/all-commands.ts";

interface Use {
  readonly command: string;
  readonly name: string;
  readonly option: CommandOption;
}

async function allOptions(): Promise<readonly Use[]> {
  const loaded = await Promise.all(ALL_COMMANDS.map(({ load }) => load()));
  const common = Object.entries<CommandOption>(COMMON_OPTIONS).map(([name, option]) => ({
    command: "every command",
    name,
    option,
  }));
  const own = loaded
    .flatMap((command) => ("commands" in command ? command.commands : [command]))
    .flatMap(({ usage, options }) =>
      Object.entries(options).map(([name, option]) => ({ command: usage, name, option })),
    );
  return [...common, ...own];
}

it("an option has the same letter in every command, and a letter stands for one option", async () => {
  const uses = await allOptions();
  for (const { command, name, option } of uses) {
    const twins = uses.filter((other) => other.name === name);
    expect(new Set(twins.map((twin) => twin.option.short)), `${command}: --${name}`).toEqual(
      new Set([option.short]),
    );
    const lettered = uses.filter(
      (other) => option.short !== undefined && other.option.short === option.short,
    );
    expect(new Set(lettered.map((twin) => twin.name)).size, `${command}: -${option.short}`).toBeLessThan(2);
  }
});

it.each([
  ["output", "o", "FILE"],
  ["jobs", "j", "N"],
  ["yes", "y", undefined],
  ["force", "f", undefined],
  ["dry-run", "n", undefined],
  ["where", undefined, "SQL"],
])("--%s is the same wherever it is: letter %s, value %s", async (name, short, value) => {
  const uses = (await allOptions()).filter((use) => use.name === name);
  expect(uses.length).toBeGreaterThan(0);
  for (const { command, option } of uses) {
    expect([command, option.short, option.value]).toEqual([command, short, value]);
  }
});

it("what overwrites or removes is never switched on by a variable", async () => {
  const uses = (await allOptions()).filter(({ name }) => ["yes", "force", "repair", "claim"].includes(name));
  expect(uses.filter(({ option }) => option.neverFromEnvironment !== true)).toEqual([]);
  expect(uses.length).toBeGreaterThan(3);
});
