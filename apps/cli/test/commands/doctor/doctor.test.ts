import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../src/commands/doctor/problems-of.ts";
import { kym, kymJson } from "../../support/kym.ts";

describe("doctor", () => {
  it("says what this machine and a folder can do, and leaves nothing there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-doctor-"));
    const { ok, data } = await kymJson(["doctor", folder]);
    expect(ok).toBe(true);
    expect(data).toMatchObject({
      node: process.version,
      folder: {
        path: folder,
        writable: true,
        hard_links: true,
        claim: "link",
        recorded_claim: null,
        fsync_ms: expect.any(Number),
      },
      problems: [],
    });
    expect(await readdir(folder)).toEqual([]);
    const { stdout, exitCode } = await kym(["doctor"], { cwd: folder });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`folder   ${folder}\n`)]);
    await rm(folder, { recursive: true });
  });

  it("says how the dataset in a folder claims its versions", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-doctor-"));
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    await (await openLocalDataset(folder)).addImage(image, { id: "one" });
    const { data } = await kymJson(["doctor", folder]);
    expect(data).toMatchObject({ folder: { claim: "link", recorded_claim: "link" }, problems: [] });
    await rm(folder, { recursive: true });
  });

  it("ends with 6 for a folder that is not there", async () => {
    expect((await kym(["doctor", join(tmpdir(), "kym-no-such-folder")])).exitCode).toBe(6);
  });

  it.skipIf(process.platform !== "linux")(
    "ends with 4 where nothing can be written [skipped where there is no /proc]",
    async () => {
      const { stdout, exitCode } = await kym(["doctor", "/proc"]);
      expect([exitCode, stdout]).toEqual([
        4,
        expect.stringContaining("problem  nothing can be written there"),
      ]);
    },
  );
});

describe("what doctor makes of a place", () => {
  const place = {
    path: "/place",
    isWritable: true,
    failedSteps: [],
    isCaseSensitive: true,
    fsyncMs: 1,
    freeBytes: 1,
    fileSystemType: "0xef53",
  };
  const NO_LINKS = { link: "there are no hard links" };

  it("without hard links: folders claim versions, and nothing is wrong", () => {
    const claims = { fileSystem: "exfat", method: "folder", faults: NO_LINKS } as const;
    expect(problemsOf({ ...place, claims }, undefined)).toEqual([]);
    expect(problemsOf({ ...place, claims }, "folder")).toEqual([]);
  });

  it("for a dataset that records links: the command that records folders is named", () => {
    const claims = { fileSystem: "exfat", method: "folder", faults: NO_LINKS } as const;
    expect(problemsOf({ ...place, claims }, "link")).toEqual([
      expect.stringMatching(/by hard links, .*there are no hard links; .*`kym check --repair --claim`/),
    ]);
  });

  it("each step of a commit that fails is a problem, but for the rename of folders", () => {
    const claims = { fileSystem: "fuse.gcsfuse", method: "link", faults: {} } as const;
    const steps = [
      { step: "rename a folder", found: "EMFILE", isSpared: true },
      { step: "rename a file over another", found: "EEXIST", isSpared: false },
    ];
    expect(problemsOf({ ...place, claims, failedSteps: steps }, "link")).toEqual([
      "a commit cannot rename a file over another there: EEXIST",
    ]);
  });

  it("on an rclone mount: datasets can only be read", () => {
    const why = "on an rclone mount, two writers can both win the same version";
    const claims = { fileSystem: "fuse.rclone", method: undefined, faults: { link: why, folder: why } };
    expect(problemsOf({ ...place, claims }, "link")).toEqual([
      `datasets can only be read there, because no claim of a version is safe: ${why}`,
    ]);
  });
});
