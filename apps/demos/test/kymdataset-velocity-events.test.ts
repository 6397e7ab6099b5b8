import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../src/kymdataset-velocity-events.ts");

// Demos of the seeds.
it("the demo of ticket 21 prints its five lines, and nothing else", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--conditions=@kym/source",
    SCRIPT,
  ]);
  expect(stdout.split("\n")).toEqual([
    "replace stats: {'updated': 2, 'skipped': 0, 'missing': 2}",
    "incremental stats (no changes): {'updated': 0, 'skipped': 2, 'missing': 0}",
    "incremental stats (one params changed): {'updated': 1, 'skipped': 1, 'missing': 0}",
    "rows: 2",
    "table key exists: True",
    "",
  ]);
  expect(stderr).toBe("");
});
