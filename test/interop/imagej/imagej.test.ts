// Tests that the headless ImageJ runs and has the pinned version.

import { describe, expect, test } from "vitest";
import { hasImageJ, runImageJ } from "./imagej.ts";

describe.skipIf(!(await hasImageJ()))("the headless ImageJ", () => {
  test("is the version whose jar is pinned", async () => {
    expect(await runImageJ("from ij import IJ; print(IJ.getVersion())")).toBe("1.54p\n");
  });

  test("passes arguments as they are, and a failure with what it says", async () => {
    expect(await runImageJ("import sys; print(sys.argv[1:])", ["µm per px", "-n", "*"])).toBe(
      "['µm per px', '-n', '*']\n",
    );
    await expect(runImageJ("from ij.io import NoSuchDecoder")).rejects.toThrow("NoSuchDecoder");
  });
});
