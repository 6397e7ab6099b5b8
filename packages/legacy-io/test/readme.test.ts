import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const PACKAGE_FOLDER = join(import.meta.dirname, "..");

/** Each `ts` block of the README with the `text` block that follows it and says what it prints. */
function readExamples(): readonly { readonly code: string; readonly output: string }[] {
  const readme = readFileSync(join(PACKAGE_FOLDER, "README.md"), "utf8");
  const blocks = readme.matchAll(/```ts\n(.*?)```\s*(?:[^`\n]+\n\s*)?```text\n(.*?)```/gs);
  return Array.from(blocks, ([, code = "", output = ""]) => ({ code, output }));
}

const examples = readExamples();

test("every code block of the README says what it prints", () => {
  const readme = readFileSync(join(PACKAGE_FOLDER, "README.md"), "utf8");
  expect(examples.length).toBe(readme.split("```ts\n").length - 1);
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples)("the README's example %# prints what it says", ({ code, output }) => {
  const flags = [
    "--conditions=@kym/source",
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
  ];
  const printed = execFileSync(process.execPath, [...flags, "--eval", code], {
    cwd: PACKAGE_FOLDER,
    encoding: "utf8",
  });
  expect(printed).toBe(output);
});
