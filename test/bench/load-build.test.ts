// Tests where a benchmark finds the exports of a build.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findNames, loadBuild, PLACES } from "../../bench/against/load-build.ts";

const PUBLIC_API = join(import.meta.dirname, "../gates/public-api");

/** The entries of a build, with their exports. */
function entries(exports: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  return async (specifier: string) => exports[specifier];
}

test("a name comes from the first of its places that the build has and that exports it", async () => {
  const places = { readTiff: ["@kym/legacy-io/tiff", "@kym/legacy-io"] };
  const find = (build: Parameters<typeof entries>[0]) =>
    findNames(["readTiff"], places, entries(build), "/old");
  const moved = { "@kym/legacy-io/tiff": { readTiff: "new" }, "@kym/legacy-io": { readTiff: "old" } };
  expect((await find(moved)).get("readTiff")).toBe("new");
  expect((await find({ "@kym/legacy-io": { readTiff: "old" } })).get("readTiff")).toBe("old");
  const withoutIt = { "@kym/legacy-io/tiff": { writeTiff: "new" }, "@kym/legacy-io": { readTiff: "old" } };
  expect((await find(withoutIt)).get("readTiff")).toBe("old");
});

test("a name that an older build gave another name to is found under that", async () => {
  const places = { readTiff: ["@kym/legacy-io/tiff", "@kym/legacy-io#loadTiff"] };
  const build = entries({ "@kym/legacy-io": { loadTiff: "old" } });
  expect((await findNames(["readTiff"], places, build, "/old")).get("readTiff")).toBe("old");
});

test("a name that is in none of its places is an error that says where it was looked for", async () => {
  const places = { readTiff: ["@kym/legacy-io/tiff", "@kym/legacy-io"] };
  await expect(findNames(["readTiff"], places, entries({}), "/old")).rejects.toThrow(
    "the build in /old exports no readTiff: looked in @kym/legacy-io/tiff, @kym/legacy-io;",
  );
});

test("a package is not taken from a folder above the build that lacks it", async () => {
  // The folder does not contain packages, so Node would find those of the repository.
  await expect(loadBuild(import.meta.dirname, ["openLocalDataset"])).rejects.toThrow(
    "exports no openLocalDataset",
  );
});

test("each name that a benchmark uses is public in one of its places today", () => {
  const today = new Map(
    readdirSync(PUBLIC_API).map((file) => [
      file.replace(".txt", ""),
      new Set(readFileSync(join(PUBLIC_API, file), "utf8").match(/^\w+/gm)),
    ]),
  );
  const missing = Object.entries(PLACES).filter(
    ([name, places]) =>
      !places.some((place) => today.get(place.replace("@kym/", "").replaceAll("/", "-"))?.has(name)),
  );
  expect(missing.map(([name]) => name)).toEqual([]);
});
