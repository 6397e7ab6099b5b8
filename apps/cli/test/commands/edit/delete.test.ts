import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";
import { treeHash } from "../../support/tree-hash.ts";

const KYMOGRAPHS = findSharedData("kymographs");

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-delete-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

it("asks; where nobody can be asked it ends with 5; after no, and in a dry run, nothing is written", async () => {
  await makeSmallStudy(join(cwd, "study.zarr"));
  const tree = await treeHash(cwd);
  const args = ["delete", "study.zarr", "a", "c"];
  const refused = await kym(args, { cwd, stdin: "y\n" });
  expect([refused.exitCode, refused.stderr]).toEqual([
    5,
    expect.stringContaining("Delete these 2 images and all analyses of them?"),
  ]);
  expect(refused.stderr).toContain("kym delete study.zarr a c --yes\n");
  const terminal = { cwd, columns: 80, stdinIsTty: true };
  const no = await kym(args, { ...terminal, stdin: "\n" });
  expect(no.stderr).toBe("  a\n  c\nDelete these 2 images and all analyses of them? [y/N] ");
  expect(no.stdout).toBe("nothing was deleted\n");
  const dry = await kym([...args, "-n"], { cwd });
  expect(dry.stdout).toBe(
    "would have deleted a\nwould have deleted c\nkym_velocity_events: the rows of 1 image would go with the next index\n",
  );
  expect((await kym(["delete", "study.zarr", "a", "nobody", "--yes"], { cwd })).exitCode).toBe(6);
  expect((await kym(["delete", "study.zarr"], { cwd })).exitCode).toBe(2);
  expect(await treeHash(cwd)).toBe(tree);
});

it("deletes images in one commit; their pooled rows go by the next index, and the ledger keeps what it knows", async () => {
  await makeSmallStudy(join(cwd, "study.zarr"));
  const commits = async (): Promise<readonly { readonly message: string }[]> =>
    (await kymJson(["log", "study.zarr"], { cwd })).data;
  const before = (await commits()).length;
  const { data } = await kymJson(["delete", "study.zarr", "a", "c", "--yes"], { cwd });
  expect(data).toEqual({
    dryRun: false,
    deleted: [
      { image_id: "scan-a", name: "a" },
      { image_id: "scan-c", name: "c" },
    ],
    went_stale: [{ table: "kym_velocity_events", image_ids: ["scan-a"] }],
    next: "kym index study.zarr",
  });
  expect((await commits()).slice(before).map(({ message }) => message)).toEqual(["delete 2 images"]);
  const rowCount = async (): Promise<number> => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    expect((await dataset.loadSourcesIndex()).map((row) => row.image_id)).toHaveLength(4);
    return (await dataset.loadTable("kym_velocity_events")).numRows;
  };
  expect(await rowCount()).toBe(2);
  await kym(["index", "study.zarr"], { cwd });
  expect(await rowCount()).toBe(1);
  expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
});

it.skipIf(KYMOGRAPHS === undefined)(
  "ingest and refresh do not bring a deleted scan back, and ingest --deleted does, once",
  async () => {
    await mkdir(join(cwd, "lab"));
    for (const name of ["Capillary2_no_txt.tif", "Capillary1_0001.tif"]) {
      await cp(join(KYMOGRAPHS ?? "", name), join(cwd, "lab", name));
    }
    await kym(["ingest", "lab", "study.zarr"], { cwd });
    await kym(["delete", "study.zarr", "Capillary2_no_txt", "--yes"], { cwd });
    for (const command of [
      ["ingest", "lab", "study.zarr"],
      ["refresh", "study.zarr", "lab"],
    ]) {
      await kym(command, { cwd });
      const { data } = await kymJson(["ls", "study.zarr", "--columns", "file_name"], { cwd });
      expect(data).toEqual([{ file_name: "Capillary1_0001" }]);
    }
    const dry = await kymJson(["ingest", "lab", "study.zarr", "--deleted", "-n"], { cwd });
    expect(dry.data.ingested).toMatchObject([{ path: "Capillary2_no_txt.tif" }]);
    for (const added of [1, 0]) {
      const { data } = await kymJson(["ingest", "lab", "study.zarr", "--deleted"], { cwd });
      expect([data.ingested.length, data.unchanged.length]).toEqual([added, 2 - added]);
    }
    expect((await kymJson(["ls", "study.zarr"], { cwd })).data).toHaveLength(2);
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
  },
);
