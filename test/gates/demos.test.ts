// Checks that each demo has a script, a task, an output and a line in the README.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { blocksOf } from "./source/readme-example.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

const DEMOS = "apps/demos";

/** Each file directly in `src/` is a demo. Its script, turbo task, output and line in the README have its name. */
function demoProblems(tree: SourceTree): readonly string[] {
  const programs = namesBelow(tree, "src", ".ts");
  const scripts = new Map(Object.entries(fieldsOf(jsonOf(tree, `${DEMOS}/package.json`)["scripts"])));
  const tasks = new Map(
    ["turbo.json", `${DEMOS}/turbo.json`].flatMap((path) =>
      Object.entries(fieldsOf(jsonOf(tree, path)["tasks"])),
    ),
  );
  const missing = programs.flatMap((name) => {
    const script = scripts.get(scriptOf(name));
    return [
      ...(script === `node --conditions=@kym/source src/${name}.ts`
        ? []
        : [`${name}: the script ${scriptOf(name)} is ${script}`]),
      ...(fieldsOf(tasks.get(scriptOf(name)))["cache"] === false
        ? []
        : [`${name}: no turbo task that always runs`]),
      ...(tree.has(`${DEMOS}/output/${name}.txt`) ? [] : [`${name}: no output/${name}.txt`]),
      ...(hasLine(tree, name)
        ? []
        : [`${name}: no line in the README that links to its source and its output`]),
    ];
  });
  const isProgram = (name: string): boolean => programs.some((program) => scriptOf(program) === name);
  const ofNoProgram = [
    ...[...scripts.keys(), ...tasks.keys()].filter((name) => /^demo(:|$)/.test(name) && !isProgram(name)),
    ...namesBelow(tree, "output", ".txt").filter((name) => !programs.includes(name)),
  ];
  return [...missing, ...[...new Set(ofNoProgram)].map((name) => `${name}: there is no such demo`)];
}

/** The main demo is run as `demo`, any other as `demo:NAME`. */
function scriptOf(name: string): string {
  return name === "demo" ? "demo" : `demo:${name}`;
}

function namesBelow(tree: SourceTree, folder: string, extension: string): readonly string[] {
  return [...tree.keys()]
    .filter((path) => posix.dirname(path) === `${DEMOS}/${folder}` && path.endsWith(extension))
    .map((path) => posix.basename(path, extension));
}

function hasLine(tree: SourceTree, name: string): boolean {
  const readme = tree.get(`${DEMOS}/README.md`) ?? "";
  const command = name === "demo" ? "demo" : `turbo run ${scriptOf(name)}`;
  const parts = [`\`${command}\``, `(src/${name}.ts)`, `(output/${name}.txt)`];
  return readme.split("\n").some((line) => parts.every((part) => line.includes(part)));
}

function jsonOf(tree: SourceTree, path: string): Readonly<Record<string, unknown>> {
  return fieldsOf(JSON.parse(tree.get(path) ?? "{}"));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** The first line of a shortened output that the whole one does not contain. `…` stands for lines, or the rest of a line. */
function strayLine(shortened: string, whole: string): string | undefined {
  const lines = whole.split("\n");
  let next = 0;
  let isGap = false;
  for (const line of shortened.split("\n")) {
    // Lines are left out up to the next line that is not empty.
    if (line.trim() === "…" || (isGap && line === "")) {
      isGap = true;
      continue;
    }
    const isSame = (other: string): boolean =>
      line.endsWith("…") ? other.startsWith(line.slice(0, -1)) : other === line;
    const found = lines.findIndex((other, index) => index >= next && isSame(other));
    if (found < 0 || (found > next && !isGap)) {
      return line;
    }
    next = found + 1;
    isGap = false;
  }
  return undefined;
}

/** The first line of the transcript in the README of the demos that `output/demo.txt` does not have. */
function readmeProblem(tree: SourceTree): string | undefined {
  const after = (tree.get(`${DEMOS}/README.md`) ?? "").split("<!-- demo-output").at(1) ?? "";
  const shown = blocksOf(after)[0]?.content.replace(/\(\d+ s\)/, "(N s)");
  return shown === undefined
    ? "the README of the demos shows no output of the demo"
    : strayLine(shown.trimEnd(), tree.get(`${DEMOS}/output/demo.txt`) ?? "");
}

test("every demo has a script and a turbo task that run it, its output, and its line in the README", () => {
  expect(demoProblems(readSourceTree())).toEqual([]);
});

test("what the README says that the demo prints is what it prints, shortened", () => {
  expect(readmeProblem(readSourceTree())).toBeUndefined();
});

test("a demo without its task, its output or its line is found, and what belongs to no demo", () => {
  const line = "| `turbo run demo:tour` | a tour | [tour](src/tour.ts) | [prints](output/tour.txt) |";
  const complete = {
    "apps/demos/package.json": JSON.stringify({
      scripts: { "demo:tour": "node --conditions=@kym/source src/tour.ts" },
    }),
    "apps/demos/turbo.json": JSON.stringify({ tasks: { "demo:tour": { cache: false } } }),
    "apps/demos/README.md": line,
    "apps/demos/src/tour.ts": "",
    "apps/demos/src/simulator/plan.ts": "",
    "apps/demos/output/tour.txt": "",
  };
  expect(demoProblems(sourceTree(complete))).toEqual([]);
  const { "apps/demos/output/tour.txt": _, ...broken } = {
    ...complete,
    "apps/demos/package.json": JSON.stringify({
      scripts: { "demo:tour": "node src/gone.ts", "demo:old": "x" },
    }),
    "apps/demos/turbo.json": JSON.stringify({ tasks: { "demo:tour": {} } }),
    "apps/demos/README.md": line.replace("(src/tour.ts)", ""),
    "apps/demos/output/other.txt": "",
  };
  expect(demoProblems(sourceTree(broken))).toEqual([
    "tour: the script demo:tour is node src/gone.ts",
    "tour: no turbo task that always runs",
    "tour: no output/tour.txt",
    "tour: no line in the README that links to its source and its output",
    "demo:old: there is no such demo",
    "other: there is no such demo",
  ]);
});

test("a line of the README that the demo does not print, or prints elsewhere, is found", () => {
  const whole = "one\ntwo\nthree is long\nfour";
  expect(strayLine("one\n…\n\nthree…\nfour", whole)).toBeUndefined();
  expect(strayLine("one\nfour", whole)).toBe("four");
  expect(strayLine("one\n…\nfive", whole)).toBe("five");
  expect(strayLine("two\none", whole)).toBe("two");
  const page = "<!-- demo-output -->\n```text\nEnd (11 s).\n```\n";
  const tree = { "apps/demos/README.md": page, "apps/demos/output/demo.txt": "End (N s).\n" };
  expect(readmeProblem(sourceTree(tree))).toBeUndefined();
  expect(readmeProblem(sourceTree({ ...tree, "apps/demos/README.md": page.replace("End", "Start") }))).toBe(
    "Start (N s).",
  );
});
