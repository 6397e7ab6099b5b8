import { describe, expect, it, test } from "vitest";
import { type Command, type CommandGroup, defineCommand } from "../../src/arguments/command.ts";
import { COMMON_OPTIONS } from "../../src/arguments/common-options.ts";
import { parseArguments } from "../../src/arguments/parse-arguments.ts";
import { ALL_COMMANDS } from "../../src/commands/all-commands.ts";

const copy = defineCommand({
  usage: "copy FROM [TO…]",
  description: "Copies.\n\nA second paragraph.",
  examples: ["kym copy a b"],
  options: {
    "no-dates": { help: "leave the dates out" },
    at: { short: "a", value: "N", help: "where" },
    as: { value: "X", choices: ["text", "table"], help: "text or table" },
    of: { value: "X", repeats: true, help: "which" },
    force: { short: "f", help: "write over it", neverFromEnvironment: true },
  },
  run: () => Promise.reject(new Error("nothing runs here")),
});

const saidBy = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const parsed = parseArguments(copy, words, environment);
  return "help" in parsed ? parsed : { args: parsed.args, options: parsed.options };
};

test("a value may be a negative number, or begin with a dash, and so may an argument that is a number", () => {
  expect(saidBy(["-5", "--at", "-3", "--of=-x", "-a-4"])).toEqual({
    args: ["-5"],
    options: { at: "-4", of: ["-x"] },
  });
});

test("after -- every word is an argument", () => {
  expect(saidBy(["-f", "--", "--at", "-f"])).toEqual({ args: ["--at", "-f"], options: { force: true } });
});

test("switches may share a dash, an option that repeats is a list, and the last of another counts", () => {
  expect(saidBy(["a", "-qf", "--of", "x,y", "--of", "z", "--at", "1", "--at=2", "--no-dates"])).toEqual({
    args: ["a"],
    options: { quiet: true, force: true, of: ["x", "y", "z"], at: "2", "no-dates": true },
  });
});

test.each([
  [[], "FROM is missing"],
  [[""], "FROM is empty"],
  [["a", "--att", "1"], "there is no option --att"],
  [["a", "--force=1"], "--force takes no value"],
  [["a", "--at"], "--at needs a value"],
  [["a", "--at", "--force"], "--at needs a value, and --force is an option"],
  [["a", "--as", "tabel"], '--as must be text or table, not "tabel"'],
])("the words %j are a usage error that says %j", (words, message) => {
  expect(() => saidBy(words)).toThrow(
    expect.objectContaining({ code: "usage", exitCode: 2, message, hint: expect.any(String) }),
  );
});

test.each([
  ["--text", "did you mean --as text?"],
  ["--format", "did you mean --json?"],
])("the option %s, which the command does not have, is a hint at the one that does it", (flag, hint) => {
  expect(() => saidBy(["a", flag])).toThrow(
    expect.objectContaining({ message: `there is no option ${flag}`, hint }),
  );
});

test("help has the examples first, then the usage, the paragraphs and the options of the command alone", () => {
  expect(saidBy(["a", "-h"])).toEqual({
    help: `  kym copy a b

Usage: kym copy FROM [TO…]

Copies.

A second paragraph.

Options
  --no-dates   leave the dates out
  -a, --at N   where
  --as X       text or table
  --of X       which
  -f, --force  write over it
`,
  });
});

test("switches of every command may stand before the command of a group, whose own options are its alone", () => {
  const group = { usage: "files ACTION", description: "", examples: [], commands: [copy] };
  expect(parseArguments(group, ["--json", "copy", "a", "--at", "-1", "--", "-f"], {})).toEqual({
    command: copy,
    args: ["a", "-f"],
    options: { json: true, at: "-1" },
  });
  expect(() => parseArguments(group, ["--at", "1"], {})).toThrow("there is no option --at");
  expect(() => parseArguments(group, ["cpy"], {})).toThrow(
    expect.objectContaining({ code: "usage", hint: "did you mean kym files copy?" }),
  );
  expect(() => parseArguments(group, ["-q"], {})).toThrow("ACTION is missing");
});

test("the environment says what the command line does not, an option that repeats and choices included", () => {
  const environment = { KYM_AT: "1", KYM_AS: "table", KYM_OF: "x,y", KYM_NO_DATES: "1", KYM_FORCE: "1" };
  expect(saidBy(["a", "--at", "2"], environment)).toEqual({
    args: ["a"],
    options: { at: "2", as: "table", of: ["x", "y"], "no-dates": true },
  });
  expect(() => saidBy(["a"], { KYM_AS: "tabel" })).toThrow(
    expect.objectContaining({
      message: 'KYM_AS must be text or table, not "tabel"',
      hint: "did you mean KYM_AS=table?",
    }),
  );
});

describe("of kym's own commands", () => {
  const members = (command: Command | CommandGroup): readonly Command[] =>
    "commands" in command ? command.commands : [command];

  /** A forgotten variable of a session must not write into scans. */
  const FIELDS_AND_OTHERS = (name: string): boolean =>
    !["blind", "dry-run", "from", "seed", "where"].includes(name);
  const isNeverFromEnvironment = (command: string, name: string): boolean =>
    ["force", "repair", "claim", "yes", "shard"].includes(name) ||
    (command === "export" && name === "output") ||
    (command === "ingest" && name === "deleted") ||
    (command === "index" && name === "adopt") ||
    (command === "check" && name === "from") ||
    (command === "resolve" && ["mine", "theirs", "field", "table"].includes(name)) ||
    (command === "edit" && !Object.hasOwn(COMMON_OPTIONS, name) && FIELDS_AND_OTHERS(name));

  it.each(ALL_COMMANDS)(
    "every option of kym $name has its KYM_ variable, but those that decide what is written over",
    async (entry) => {
      const command = await entry.load();
      for (const member of members(command)) {
        const positionals = member.usage.match(/\b[A-Z][A-Z|]*/g) ?? [];
        const action = member === command ? [] : member.usage.split(" ").slice(1, 2);
        const options = Object.entries({ ...COMMON_OPTIONS, ...member.options });
        const values = options.map(([name, option]): [string, string] => [
          `KYM_${name.toUpperCase().replaceAll("-", "_")}`,
          "value" in option && option.value !== undefined ? (option.choices?.[0] ?? "7") : "1",
        ]);
        const parsed = parseArguments(command, [...action, ...positionals], Object.fromEntries(values));
        const said = "options" in parsed ? Object.keys(parsed.options) : [];
        const expected = options
          .map(([name]) => name)
          .filter((name) => !isNeverFromEnvironment(entry.name, name));
        expect([member.usage, said.toSorted()]).toEqual([member.usage, expected.toSorted()]);
      }
    },
  );

  it.each(ALL_COMMANDS)(
    "kym $name has that name in its usage, and its module exports nothing else",
    async (entry) => {
      const command = await entry.load();
      for (const member of members(command)) {
        expect(member.usage.split(" ")[0]).toBe(entry.name);
        expect(member.examples.every((example) => example.startsWith(`kym ${entry.name} `))).toBe(true);
      }
    },
  );
});
