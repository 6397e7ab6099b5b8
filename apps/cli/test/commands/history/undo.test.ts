import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";
import { treeHash } from "../../support/tree-hash.ts";

describe("kym undo", () => {
  let cwd: string;
  let study: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-undo-"));
    study = join(cwd, "study.zarr");
    await makeSmallStudy(study);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const run = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await kym(args, { cwd });
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  const refusal = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { exitCode, stderr } = await kym(["undo", "study.zarr", ...args], { cwd });
    return [
      exitCode,
      ...stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.trim()),
    ];
  };
  const version = async (): Promise<number> => {
    await using dataset = await openLocalDataset(study, { mode: "r" });
    await dataset.refresh();
    return dataset.version;
  };
  /** The hash of all images, without the log. */
  const images = (): Promise<string> => treeHash(join(study, "images"));

  it("brings a deleted ROI back, byte for byte, and says so with the file's name; a second undo goes further back", async () => {
    const first = await images();
    await run("roi", "edit", "study.zarr", "a.tif", "1", "--name", "artery");
    const second = await images();
    await run("roi", "delete", "study.zarr", "a.tif", "1", "--yes");
    const deleted = await version();
    expect(await run("undo", "study.zarr")).toBe(
      `undone: ROI 1 deleted from a\nkym undo study.zarr ${deleted + 1} does it again\n`,
    );
    expect(await images()).toBe(second);
    expect(await run("undo", "study.zarr")).toContain("undone: ROI 1 of a: name vessel → artery\n");
    expect(await images()).toBe(first);
    // The undo of the first undo does the deletion again, once the name is back.
    await run("undo", "study.zarr", String(deleted + 2));
    expect(await images()).toBe(second);
    await run("undo", "study.zarr", String(deleted + 1));
    expect(await run("roi", "list", "study.zarr", "a.tif")).toBe("no ROIs\n");
  });

  it("says which rows went stale, with the next line, and the same as JSON", async () => {
    await run("index", "study.zarr");
    {
      await using dataset = await openLocalDataset(study);
      const events = await dataset.record("scan-a").loadParquet("velocity_events/events");
      await dataset.record("scan-a").saveParquet("velocity_events/events", events.slice(1));
    }
    await run("index", "study.zarr");
    const { ok, data } = await kymJson(["undo", "study.zarr"], { cwd });
    const now = await version();
    expect(ok).toBe(true);
    expect(data).toMatchObject({
      dryRun: false,
      undoes: now - 2,
      version: now,
      files: [{ imageId: "scan-a", artifact: "velocity_events/events", how: "restored" }],
      changes: [{ image_id: "scan-a", kind: "table", rows: { before: 1, after: 2, added: ["first"] } }],
      left: [],
      stale: [{ table: "kym_velocity_events", image_ids: ["scan-a"] }],
      next: "kym index study.zarr",
    });
    await run("index", "study.zarr");
    expect(await run("undo", "study.zarr", String(now))).toBe(
      `undone: events of a: 1 row → 2, added first
kym undo study.zarr ${now + 2} does it again
kym_velocity_events: the rows of 1 image are stale now
`,
    );
  });

  it("a dry run says what it would do and changes nothing", async () => {
    await run("roi", "delete", "study.zarr", "a.tif", "1", "--yes");
    const tree = await treeHash(study);
    expect(await run("undo", "study.zarr", "--dry-run")).toBe("would undo: ROI 1 deleted from a\n");
    expect((await kymJson(["undo", "study.zarr", "-n"], { cwd })).data).toMatchObject({
      dryRun: true,
      version: null,
      stale: [],
      next: null,
    });
    expect(await treeHash(study)).toBe(tree);
  });

  it("a later change of another ROI stays, and one of the same ROI refuses with 5 and names it", async () => {
    await run("roi", "edit", "study.zarr", "a.tif", "1", "--name", "artery");
    const edited = await version();
    await run("roi", "add", "study.zarr", "a.tif");
    expect(await run("undo", "study.zarr", String(edited))).toContain(
      "undone: ROI 1 of a: name vessel → artery\nwhat was changed later stays\n",
    );
    expect(await run("roi", "list", "study.zarr", "a.tif")).toMatch(/^1 rect .*vessel\n2 rect/);
    await run("roi", "edit", "study.zarr", "a.tif", "2", "--note", "one");
    await run("roi", "edit", "study.zarr", "a.tif", "2", "--note", "two");
    const last = await version();
    const tree = await treeHash(study);
    expect(await refusal(String(last - 1))).toEqual([
      5,
      `kym: nothing was undone: ROI 2 of a was changed since, in version ${last}`,
      `undo that first, with kym undo study.zarr ${last}, or set the value that you want`,
    ]);
    expect(await treeHash(study)).toBe(tree);
    await run("roi", "edit", "study.zarr", "a.tif", "1", "--name", "vein");
    expect(await refusal(String(last - 1))).toEqual([
      5,
      `kym: nothing was undone: ROI 2 of a was changed since, in one of the versions ${last}, ${last + 1}`,
      "kym log study.zarr says in which; undo that first, or set the value that you want",
    ]);
  });

  it("refuses what put images in or deleted them, with what to do instead", async () => {
    expect(await refusal("1")).toEqual([
      5,
      "kym: nothing was undone: version 1 put a in",
      expect.stringMatching(/^kym delete study\.zarr IMAGE takes an image out; kym undo study\.zarr VERSION/),
    ]);
    {
      await using dataset = await openLocalDataset(study);
      await dataset.deleteImage("scan-c");
    }
    // A deleted image is still called by its file.
    expect(await refusal()).toEqual([
      5,
      `kym: nothing was undone: version ${await version()} deleted c, and pixels are not kept`,
      expect.stringContaining("kym ingest FOLDER study.zarr --deleted puts the files in again"),
    ]);
  });

  it("refuses with the reason what the history does not have any more", async () => {
    await run("roi", "delete", "study.zarr", "a.tif", "1", "--yes");
    for (const name of await readdir(join(study, "__history"))) {
      await rm(join(study, "__history", name));
    }
    expect((await refusal())[1]).toBe(
      "kym: nothing was undone: the old bytes are not in __history, as with more than 16 MiB or in a copy without that folder: metadata of a",
    );
    await run("roi", "add", "study.zarr", "a.tif");
    await run("roi", "edit", "study.zarr", "a.tif", "2", "--note", "x");
    await run("gc", "study.zarr", "--history", "0h", "--yes");
    const { error, message, exitCode } = {
      ...(await kymJson(["undo", "study.zarr"], { cwd })),
      exitCode: (await refusal())[0],
    };
    expect([error, exitCode]).toEqual(["history_gone", 5]);
    expect(message).toContain("the old bytes were removed by kym gc --history");
  });

  it("ends with 6 for a missing dataset or version, and with 2 for a version that is not a number", async () => {
    expect((await refusal("99"))[0]).toBe(6);
    expect((await refusal("last"))[0]).toBe(2);
    expect((await kym(["undo", "nothing.zarr"], { cwd })).exitCode).toBe(6);
    expect(await readdir(cwd)).toEqual(["study.zarr"]);
  });
});
