import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const FOLDER = join(import.meta.dirname, "..");

it("the README's example prints what it says", async () => {
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  const [, code = "", output = ""] = /```ts\n(.*?)```\s+It prints\s+```text\n(.*?)```/s.exec(readme) ?? [];
  const flags = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"];
  const evaluated = [...flags, "--input-type=module-typescript", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, evaluated, { cwd: FOLDER });
  expect(code).not.toBe("");
  expect(stdout).toBe(output);
});
