import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";

describe("doctor", () => {
  it("says what this machine and a folder can do, and leaves nothing there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-doctor-"));
    const { ok, data } = await kymJson(["doctor", folder]);
    expect(ok).toBe(true);
    expect(data).toMatchObject({
      node: process.version,
      folder: { path: folder, writable: true, hard_links: true, fsync_ms: expect.any(Number) },
      problems: [],
    });
    expect(await readdir(folder)).toEqual([]);
    const { stdout, exitCode } = await kym(["doctor"], { cwd: folder });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`folder   ${folder}\n`)]);
    await rm(folder, { recursive: true });
  });

  it("ends with 6 for a folder that is not there", async () => {
    expect((await kym(["doctor", join(tmpdir(), "kym-no-such-folder")])).exitCode).toBe(6);
  });

  it.skipIf(process.platform !== "linux")(
    "ends with 4 where nothing can be written [skipped where there is no /proc]",
    async () => {
      const { stdout, exitCode } = await kym(["doctor", "/proc"]);
      expect([exitCode, stdout]).toEqual([4, expect.stringContaining("problem  the folder is read-only")]);
    },
  );
});
