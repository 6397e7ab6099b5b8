import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasPython, runPython } from "./python-environment.ts";

const GOLDEN = new URL("../../packages/zarr-store/test/array/golden/", import.meta.url);

describe.skipIf(!(await hasPython()))("what zarr-python writes", () => {
  it("is what packages/zarr-store reads in its tests: v2 and v3, plain, blosc, zstd, gzip and sharded", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-golden-"));
    try {
      const path = join(folder, "zarr-python.json");
      await runPython(new URL("make_golden.py", GOLDEN), [path]);
      const written = JSON.parse(await readFile(path, "utf8"), withoutGzipTime);
      const kept = JSON.parse(await readFile(new URL("zarr-python.json", GOLDEN), "utf8"), withoutGzipTime);
      expect(written.cases.length).toBeGreaterThan(70);
      expect(written).toEqual(kept);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** A gzip member says when it was packed, in four bytes from the fifth on (RFC 1952, 2.3), and a CRC-32C may follow of all. */
function withoutGzipTime(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith("H4sI") ? value.slice(12, -8) : value;
}
