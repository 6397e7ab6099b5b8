/** Each recipe of `docs/recipes` is a change that can be made to the sources as they are: a file, and a line in a list. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT } from "./source/source-tree.ts";

const RECIPES = join(REPOSITORY_ROOT, "docs/recipes");
/** The line itself, and that of its import. */
const MOST_LINES = 2;
const names = readdirSync(RECIPES).filter((name) => name.endsWith(".diff"));

interface ChangedFile {
  readonly path: string;
  readonly isNew: boolean;
  readonly added: number;
  readonly removed: number;
}

function changedFiles(diff: string): readonly ChangedFile[] {
  return diff
    .split(/^diff --git /m)
    .slice(1)
    .map((part) => ({
      path: /^\+\+\+ b\/(.+)$/m.exec(part)?.[1] ?? "",
      isNew: /^new file mode/m.test(part),
      added: part.match(/^\+(?!\+\+ )/gm)?.length ?? 0,
      removed: part.match(/^-(?!-- )/gm)?.length ?? 0,
    }));
}

/** The values that the added lines import from packages, as specifier and name; types are not listed anywhere. */
function importedValues(diff: string): readonly (readonly [specifier: string, name: string])[] {
  return [...diff.matchAll(/^\+import \{([^}]+)\} from "(@kym\/[^"]+)";$/gm)].flatMap(
    ([, names = "", specifier = ""]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !name.startsWith("type "))
        .map((name) => [specifier, name] as const),
  );
}

/** By the listing that `public-api.test.ts` keeps. */
function publicValues(specifier: string): ReadonlySet<string> {
  const listing = `${specifier.replace("@kym/", "").replace("/", "-")}.txt`;
  const text = readFileSync(join(REPOSITORY_ROOT, "test/gates/public-api", listing), "utf8");
  return new Set(text.match(/^\w+/gm));
}

/** Undefined for a recipe that is as good as its word. */
function recipeFault(diff: string): string | undefined {
  const { status, stderr } = spawnSync("git", ["apply", "--check", "-"], {
    cwd: REPOSITORY_ROOT,
    input: diff,
    encoding: "utf8",
  });
  if (status !== 0) {
    return `does not apply: ${stderr.trim()}`;
  }
  const missing = importedValues(diff).filter(([specifier, name]) => !publicValues(specifier).has(name));
  if (missing.length > 0) {
    return `imports what is not public: ${missing.map((pair) => pair.join(" ")).join(", ")}`;
  }
  const changed = changedFiles(diff).filter(({ path, isNew }) => !isNew && path.includes("/src/"));
  const lists = changed.filter(({ added, removed }) => added <= MOST_LINES && removed === 0);
  return changed.length === 1 && lists.length === 1
    ? undefined
    : `changes ${changed.map(({ path, added, removed }) => `${path} (+${added} -${removed})`).join(", ")}`;
}

test.each(names)("the recipe %s applies, and changes nothing but a line in a list", (name) => {
  expect(recipeFault(readFileSync(join(RECIPES, name), "utf8"))).toBeUndefined();
});

test("a recipe that does not apply, and one that changes more than a list, are found", () => {
  const recipe = readFileSync(join(RECIPES, "zarr-codec.diff"), "utf8");
  expect(names).not.toEqual([]);
  expect(recipeFault(recipe.replace(/^ import/m, " imports"))).toMatch(/^does not apply: /);
  const other = readFileSync(join(RECIPES, "tiff-compression.diff"), "utf8");
  expect(recipeFault(other.replace("+import { inflate }", "+import { deflate }"))).toBe(
    "imports what is not public: @kym/zarr-store/bytes deflate",
  );
  const [first, ...lines] = readFileSync(join(REPOSITORY_ROOT, "packages/roi/src/index.ts"), "utf8").split(
    "\n",
  );
  const further = [
    "diff --git a/packages/roi/src/index.ts b/packages/roi/src/index.ts",
    "--- a/packages/roi/src/index.ts",
    "+++ b/packages/roi/src/index.ts",
    "@@ -1,4 +1,5 @@",
    `-${first}`,
    "+// One.",
    "+// Two.",
    ...lines.slice(0, 3).map((line) => ` ${line}`),
    "",
  ].join("\n");
  expect(recipeFault(recipe + further)).toMatch(/^changes .*\.ts \(\+2 -0\), .*index\.ts \(\+2 -1\)$/);
});
