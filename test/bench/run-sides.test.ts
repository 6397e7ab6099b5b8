// Tests that sides run in turn, and that programs are counted with their children.

import process from "node:process";
import { expect, test } from "vitest";
import { runProgram, runSides, side } from "../../bench/goals/run-sides.ts";

test("sides run in turn, each after what comes before it, and rounds to warm up do not count", async () => {
  const done: string[] = [];
  const samples = await runSides(2, [
    side(
      "a",
      async () => done.push("a"),
      async () => done.push("before a"),
    ),
    { name: "b", run: async () => ({ value: done.push("b"), cpuMs: 1 }) },
  ]);
  expect(done).toEqual(["before a", "a", "b", "before a", "a", "b", "before a", "a", "b"]);
  expect(samples.get("a")).toHaveLength(2);
  expect(samples.get("b")).toEqual([
    { value: 6, cpuMs: 1 },
    { value: 9, cpuMs: 1 },
  ]);
});

test.skipIf(process.platform === "win32")(
  "a program is counted, and one that fails is an error",
  async () => {
    const spin = "const end = process.cpuUsage().user + 60000; while (process.cpuUsage().user < end);";
    const { value, cpuMs = 0 } = await runProgram({ command: [process.execPath, "-e", spin] });
    expect(cpuMs).toBeGreaterThan(55);
    expect(value).toBeGreaterThan(55);
    const failing = runProgram({ command: [process.execPath, "-e", "console.error('no'); process.exit(3)"] });
    await expect(failing).rejects.toThrow(/ended with 3: .*no/s);
  },
);
