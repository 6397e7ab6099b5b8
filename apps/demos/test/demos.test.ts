import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { demoScripts, PACKAGE_FOLDER, run, runScript } from "./run-script.ts";

const ROOT = join(PACKAGE_FOLDER, "../..");
const TURBO = join(ROOT, "node_modules/.bin/turbo");
const SCRIPTS = [...demoScripts()].filter(([name]) => name !== "demo");

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "kym-demos-test-"));
});
afterEach(() => rm(temporary, { recursive: true }));

const outputOf = (script: string): string =>
  join(PACKAGE_FOLDER, `output/${script.slice("demo:".length)}.txt`);

describe("a demo, run as a program", () => {
  it.each(SCRIPTS)("%s prints the text in output/, ends with 0 and leaves no file", async (name, script) => {
    const { exitCode, stdout, stderr } = await runScript(script, temporary);
    await expect(stdout).toMatchFileSnapshot(outputOf(name));
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe("a turbo task", () => {
  const turbo = (...args: readonly string[]) => run(TURBO, ["run", ...args], ROOT, { DO_NOT_TRACK: "1" });

  it("of a demo's name runs the demo's script, and shows its whole output", async () => {
    const name = "demo:kymdataset-empty-events";
    const { exitCode, stdout, stderr } = await turbo(name, "--log-prefix=none");
    expect({ exitCode, stderr: exitCode === 0 ? "" : stderr + stdout }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(await readFile(outputOf(name), "utf8"));
  });

  it("is there for every demo, and is never answered from the cache", async () => {
    const scripts = [...demoScripts()];
    const { stdout } = await turbo(...scripts.map(([name]) => name), "--dry=json");
    const { tasks } = JSON.parse(stdout) as { tasks: readonly TurboTask[] };
    const found = tasks
      .filter(({ package: owner }) => owner === "@kym/demos")
      .map(({ task, command, resolvedTaskDefinition: { cache } }) => [task, command, cache]);
    expect(found.toSorted()).toEqual(scripts.map(([name, script]) => [name, script, false]).toSorted());
  });
});

interface TurboTask {
  readonly task: string;
  readonly package: string;
  readonly command: string;
  readonly resolvedTaskDefinition: { readonly cache: boolean };
}
