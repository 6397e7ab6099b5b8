import { expect, it } from "vitest";
import { parseShellLine } from "../../../src/commands/completion/shell-line.ts";

it.each([
  ["kym ls", ["kym"], "ls", "ls"],
  ["kym  ls ", ["kym", "ls"], "", ""],
  ["kym ls 'my lab' s", ["kym", "ls", "my lab"], "s", "s"],
  ['kym ls "my \\"l', ["kym", "ls"], 'my "l', '"my \\"l'],
  ["kym ls my\\ la", ["kym", "ls"], "my la", "my\\ la"],
  ["kym query s.zarr ''", ["kym", "query", "s.zarr"], "", "''"],
  ["kym query s.zarr '' -", ["kym", "query", "s.zarr", ""], "-", "-"],
  ["kym ls 'a\\b", ["kym", "ls"], "a\\b", "'a\\b"],
])("the line %j is split as a shell splits it", (line, before, prefix, rawPrefix) => {
  expect(parseShellLine(line)).toEqual({ before, prefix, rawPrefix });
});
