// Tests that the Python environment has the versions of `requirements.txt`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasPython, runPython } from "./python-environment.ts";

describe.skipIf(!(await hasPython()))("the Python environment", () => {
  test("has the versions that requirements.txt names, zarr-python 3 among them", async () => {
    const requirements = readFileSync(join(import.meta.dirname, "requirements.txt"), "utf8");
    const pinned = requirements.split("\n").filter((line) => line.includes("=="));
    const script = `
import importlib.metadata, sys
import duckdb, numpy, pandas, pyarrow, zarr
for name in sys.argv[1:]:
    print(f"{name}=={importlib.metadata.version(name)}")
`;
    const names = pinned.map((line) => line.split("==")[0] ?? "");
    expect((await runPython(script, names)).trim().split("\n")).toEqual(pinned);
    expect(pinned.join("\n")).toMatch(/^zarr==3\./m);
  });

  test("passes arguments as they are, and a failure with what it says", async () => {
    expect(await runPython("import sys; print(sys.argv[1:])", ["µm per px", "-n", "*"])).toBe(
      "['µm per px', '-n', '*']\n",
    );
    await expect(runPython("raise SystemExit('no such array')")).rejects.toThrow("no such array");
  });
});
