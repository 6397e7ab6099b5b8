// Checks that the exports of each package are those of its listing in `public-api/`.

import { posix, resolve } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT, readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages } from "./source/workspace-package.ts";

interface Entry {
  /** The specifier of the entry, such as `@kym/zarr-store/node`. */
  readonly specifier: string;
  readonly path: string;
}

function publicEntries(tree: SourceTree): readonly Entry[] {
  return libraryPackages(tree).flatMap(({ folder, name, entries }) =>
    [...entries].map(([entry, source]) => ({
      specifier: posix.join(name, entry),
      path: posix.join(folder, source),
    })),
  );
}

function missingEntries(tree: SourceTree): readonly string[] {
  return publicEntries(tree)
    .filter(({ path }) => !tree.has(path))
    .map(({ specifier, path }) => `${specifier}: there is no ${path}`);
}

/** The values that an entry exports, with one name and its kind per line. */
function apiListing(module: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(module).toSorted();
  return names.map((name) => `${name}: ${kindOf(module[name])}\n`).join("");
}

function kindOf(value: unknown): string {
  if (typeof value !== "function") {
    return typeof value;
  }
  return /^class\b/.test(String(value)) ? "class" : "function";
}

test("every entry of every package is built from a file that exists", () => {
  expect(missingEntries(readSourceTree())).toEqual([]);
});

test.each(publicEntries(readSourceTree()))("$specifier exports what its listing says", async (entry) => {
  const listing = `public-api/${entry.specifier.replace("@kym/", "").replaceAll("/", "-")}.txt`;
  const module: Record<string, unknown> = await import(resolve(REPOSITORY_ROOT, entry.path));
  await expect(apiListing(module)).toMatchFileSnapshot(listing);
});

test("an entry without a file is found, and a listing names every kind of export", () => {
  const exports = {
    ".": { "@kym/source": "./src/index.ts" },
    "./node": { "@kym/source": "./src/node/index.ts" },
    "./package.json": "./package.json",
  };
  const tree = sourceTree({
    "packages/roi/package.json": JSON.stringify({ name: "@kym/roi", exports }),
    "packages/roi/src/index.ts": "",
  });
  expect(missingEntries(tree)).toEqual(["@kym/roi/node: there is no packages/roi/src/node/index.ts"]);
  expect(apiListing({ open: () => 1, Rect: class {}, LIMIT: 3 })).toBe(
    "LIMIT: number\nRect: class\nopen: function\n",
  );
});
