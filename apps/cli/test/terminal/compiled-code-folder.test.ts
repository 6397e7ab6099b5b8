import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { compiledCodeFolder } from "../../src/terminal/compiled-code-folder.ts";

const HOME = resolve("/home/ada");

test("compiled code is kept in the user's own cache, wherever that is", () => {
  expect(compiledCodeFolder({}, HOME)).toBe(join(HOME, ".cache", "kym", "compiled"));
  const elsewhere = resolve("/scratch/ada");
  expect(compiledCodeFolder({ XDG_CACHE_HOME: elsewhere }, HOME)).toBe(join(elsewhere, "kym", "compiled"));
  expect(compiledCodeFolder({ LOCALAPPDATA: elsewhere }, HOME)).toBe(join(elsewhere, "kym", "compiled"));
});

test("a relative or empty XDG_CACHE_HOME counts as none", () => {
  for (const cache of ["", "cache", "./cache"]) {
    expect(compiledCodeFolder({ XDG_CACHE_HOME: cache }, HOME)).toBe(join(HOME, ".cache", "kym", "compiled"));
  }
});
