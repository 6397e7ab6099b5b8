import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { type Demo, runDemo } from "../../src/transcript/run-demo.ts";

/** Runs a demo whose one claim holds or not; it also writes a file and may throw. */
async function outcomeOf(holds: boolean, error?: Error) {
  const lines: string[] = [];
  let used = "";
  const demo: Demo = async (folder, { title, check }) => {
    used = folder;
    await writeFile(join(folder, "file"), "data");
    title("A demo.");
    check(holds, "this holds");
    if (error !== undefined) {
      throw error;
    }
  };
  const result = await runDemo(demo, (line) => lines.push(stripVTControlCharacters(line))).catch(
    (thrown: unknown) => thrown,
  );
  return { result, lines, isFolderGone: used !== "" && !existsSync(used) };
}

describe("runDemo", () => {
  it("gives 0 and says that all is well where every claim holds", async () => {
    const lines = ["A demo.", "  ✓ this holds", "", "Everything is as it should be."];
    expect(await outcomeOf(true)).toEqual({ result: 0, lines, isFolderGone: true });
  });

  it("gives 1 and repeats the claims that do not hold", async () => {
    const lines = ["A demo.", "  ✗ NOT TRUE: this holds", "", "NOT AS IT SHOULD BE:\n  this holds"];
    expect(await outcomeOf(false)).toEqual({ result: 1, lines, isFolderGone: true });
  });

  it("throws what the demo throws, and removes its folder all the same", async () => {
    const error = new Error("on purpose");
    expect(await outcomeOf(true, error)).toMatchObject({ result: error, isFolderGone: true });
  });
});
