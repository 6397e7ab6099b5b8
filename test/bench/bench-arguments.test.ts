// Tests how the command line of a benchmark is read.

import { expect, test } from "vitest";
import { parseBenchArguments } from "../../bench/bench-arguments.ts";

test("a benchmark without options takes its sizes in order and compares nothing", () => {
  expect(parseBenchArguments(["200", "7", "/mnt/disk"])).toEqual({
    against: undefined,
    rounds: undefined,
    positionals: ["200", "7", "/mnt/disk"],
  });
});

test("a benchmark reads the commit and the rounds, before or after its sizes", () => {
  const expected = { against: "HEAD~3", rounds: 12, positionals: ["60"] };
  expect(parseBenchArguments(["--against", "HEAD~3", "60", "--rounds=12"])).toEqual(expected);
  expect(parseBenchArguments(["60", "--rounds", "12", "--against=HEAD~3"])).toEqual(expected);
});

test.each([
  [["--rounds", "0"], '--rounds: expected a whole number of at least 1, found "0"'],
  [["--rounds", "2.5"], 'found "2.5"'],
  [["--rounds", "many"], 'found "many"'],
  [["--against="], "--against: expected a commit, found nothing"],
  [["--against"], "--against"],
  [["--agianst", "main"], "--agianst"],
])("a benchmark refuses %j and names what is wrong", (args, message) => {
  expect(() => parseBenchArguments(args)).toThrow(message);
});
