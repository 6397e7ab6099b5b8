import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { checkLocalDataset, openLocalDataset } from "@kym/zarr-store/node";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { treeHash } from "../../apps/cli/test/support/tree-hash.ts";
import { goldenFolder } from "../support/golden-dataset.ts";
import { findOlderBuild, olderKym, openOlderSession } from "./older-build.ts";
import { prepareFolder, VERSION_3_DATASETS } from "./version-3-datasets.ts";

const build = findOlderBuild();
const root = "root" in build ? build.root : "";

/** Says that the dataset, or a record of it, is of a version that the program does not know. */
const NAMES_A_VERSION =
  /commit record \d+ has format 2, expected 1|has format version 3; this package reads 2/;

/** The version up to which a session of the older build saves undisturbed: some images more than the golden dataset has. */
const AT_LEAST = 25;

/** Commands that read, and all that write. `STUDY` is the dataset, `SCANS` a folder with a TIFF. */
const COMMANDS: readonly (readonly string[])[] = [
  ["ls", "STUDY"],
  ["show", "STUDY", "newer"],
  ["ingest", "SCANS", "STUDY"],
  ["index", "STUDY"],
  ["roi", "add", "STUDY", "newer", "--px", "0:1"],
  ["adopt", "STUDY"],
  ["gc", "STUDY", "--force"],
  ["check", "STUDY", "--repair"],
];

describe.skipIf("missing" in build)("kym of 7fad3b2, which knows only version 2,", () => {
  it.for(VERSION_3_DATASETS)(
    "refuses a dataset of version 3 by name and writes nothing ($name), in a session opened before as well",
    { timeout: 600_000 },
    async (dataset) => {
      const folder = await mkdtemp(join(tmpdir(), "kym-older-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const study = join(folder, "study.zarr");
      const scans = join(folder, "scans");
      await mkdir(scans);
      await writeFile(
        join(scans, "scan.tif"),
        writeImageJTiff(createNdArray("uint16", [3, 4], new Uint16Array(12))),
      );
      await prepareFolder(study, dataset);
      const session = await openOlderSession(root, study);
      const whyNot = await dataset.make(study);
      expect(whyNot).toBeUndefined();
      const before = await treeHash(study);

      const save = await session.save(1);
      expect.soft(save.saved, "by the session that was open").toBe(0);
      expect.soft(save.message).toMatch(NAMES_A_VERSION);
      expect.soft(await treeHash(study), "after the session that was open").toBe(before);
      for (const words of COMMANDS) {
        const args = words.map((word) => (word === "STUDY" ? study : word === "SCANS" ? scans : word));
        const { exitCode, stdout, stderr } = await olderKym(root, args);
        expect.soft(exitCode, `${words.join(" ")}: ${stdout}${stderr}`).not.toBe(0);
        expect.soft(stdout + stderr, words.join(" ")).toMatch(NAMES_A_VERSION);
        expect.soft(await treeHash(study), `${words.join(" ")} wrote`).toBe(before);
      }
      const reader = await openLocalDataset(study, { mode: "r" });
      expect(await reader.listImageIds(), "what this tree reads").toContain("newer");
    },
  );

  it("that saves while this build upgrades loses nothing that it was told is saved, and is refused from then on", {
    timeout: 120_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-older-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const study = join(folder, "study.zarr");
    await cp(goldenFolder("version-2"), study, { recursive: true });
    const saving = (await openOlderSession(root, study)).save(10_000);
    const before = await openLocalDataset(study, { mode: "r" });
    await vi.waitUntil(async () => (await before.refresh()) && before.version > AT_LEAST, {
      timeout: 60_000,
    });
    await using dataset = await openLocalDataset(study);
    await dataset.record("stack").saveJson("newer", {});
    const older = await saving;
    expect(older.message).toMatch(NAMES_A_VERSION);
    expect(older.saved).toBeGreaterThan(0);
    await dataset.refresh();
    const ids = (await dataset.listImageIds()).filter((id) => id.startsWith("older-"));
    expect(ids).toHaveLength(older.saved);
    const records = await Array.fromAsync(dataset.log());
    const upgrade = records.findIndex(({ format }) => format === 2);
    expect(records.slice(upgrade).map(({ message }) => message)).toEqual([
      "upgrade to format version 3",
      "save newer of stack",
    ]);
    expect((await checkLocalDataset(study)).problems).toEqual([]);
    expect(await dataset.record("stack").loadJson("newer")).toEqual({});
  });
});
