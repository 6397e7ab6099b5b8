import { execFileSync } from "node:child_process";
import { existsSync, truncateSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset as openFolder } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readWholeFile } from "../../../src/node/files/read-whole-file.ts";
import {
  exportLegacyFolder,
  ingestLegacyFolder,
  openFileSource,
  refreshFromFolder,
} from "../../../src/node/index.ts";
import { caught, codeOf } from "../../support/caught.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const HAS_PIPES = process.platform !== "win32";
const TERABYTE = 2 ** 40;

describe("a named pipe, which nobody ever writes to,", () => {
  let folder: string;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    folder = await makeLabFolder({
      "lab/a.tif": tinyTiff(1),
      "lab/b.tif": tinyTiff(2),
      "lab/b.qc.json": "[1]",
    });
    dataset = await openDataset(memoryStore());
  });
  afterEach(() => rm(folder, { recursive: true }));
  const putPipe = async (path: string): Promise<void> => {
    await rm(join(folder, path), { force: true });
    execFileSync("mkfifo", [join(folder, path)]);
  };

  it.runIf(HAS_PIPES).each(["lab/b.tif", "lab/b.qc.json", "lab/b.txt", "lab/b.json", "lab/export.json"])(
    "is not waited for by ingest and refresh: %s",
    async (path) => {
      await putPipe(path);
      const report = await ingestLegacyFolder(dataset, join(folder, "lab"));
      expect(report.ingested.length + report.failed.length).toBe(2);
      expect(report.ingested.map((item) => item.path)).toContain("a.tif");
      await ingestLegacyFolder(dataset, join(folder, "lab"), { dryRun: true });
      expect((await refreshFromFolder(dataset, join(folder, "lab"))).ingested).toEqual([]);
    },
  );

  it.runIf(HAS_PIPES).each(["lab/a.tif", "lab/b.qc.json"])(
    "is not waited for when it takes a file's place after the folder was read: %s",
    async (path) => {
      let isReplaced = false;
      const report = await ingestLegacyFolder(dataset, join(folder, "lab"), {
        onEvent: ({ type }) => {
          if (type === "planned" && !isReplaced) {
            isReplaced = true;
            execFileSync("sh", ["-c", 'rm "$1" && mkfifo "$1"', "sh", join(folder, path)]);
          }
        },
      });
      expect(report.failed).toHaveLength(1);
      expect(report.failed[0]?.reason).toContain("cannot read");
    },
  );

  it.runIf(HAS_PIPES)("is not waited for in an export, to be replaced or taken in", async () => {
    await ingestLegacyFolder(dataset, join(folder, "lab"));
    const out = join(folder, "out");
    await exportLegacyFolder(dataset, out);
    const [image] = JSON.parse(await readFile(join(out, "export.json"), "utf8")).images;
    await putPipe(`out/${image.pixels.path}`);
    const restored = await ingestLegacyFolder(await openDataset(memoryStore()), out);
    expect(restored.failed).toHaveLength(1);
    for (const name of ["export.json", ".kym-export.json"]) {
      await putPipe(`out/${name}`);
      await caught(() => exportLegacyFolder(dataset, out, { overwrite: true }));
    }
  });
});

describe("a sparse file of a terabyte", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2), "b.qc.json": "[1]" });
  });
  afterEach(() => rm(folder, { recursive: true }));
  it("fails its image alone, as image and as sidecar, and is no memory", async () => {
    truncateSync(join(folder, "b.qc.json"), TERABYTE);
    const dataset = await openDataset(memoryStore());
    const first = await ingestLegacyFolder(dataset, folder);
    expect([first.ingested.map(({ path }) => path), first.failed.map(({ path }) => path)]).toEqual([
      ["a.tif"],
      ["b.tif"],
    ]);
    truncateSync(join(folder, "a.tif"), TERABYTE);
    const second = await ingestLegacyFolder(dataset, folder);
    expect(second.ingested).toEqual([]);
    expect(second.failed.map(({ path }) => path)).toEqual(["a.tif", "b.tif"]);
    expect(await dataset.listImageIds()).toHaveLength(1);
  });

  it("is refused by a typed error where it would be read whole", async () => {
    const path = join(folder, "b.qc.json");
    truncateSync(path, TERABYTE);
    expect(await codeOf(() => readWholeFile(path))).toBe("not_supported");
    using source = openFileSource(path);
    expect(await codeOf(() => source.read(0, TERABYTE))).toBe("not_supported");
    expect(await source.read(TERABYTE - 2, 2)).toEqual(new Uint8Array(2));
  });
});

describe("a folder that comes to an export's target while the export is written", () => {
  let folder: string;
  let target: string;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    folder = await makeLabFolder({ "lab/a.tif": tinyTiff(1) });
    target = join(folder, "out");
    dataset = await openDataset(memoryStore());
    await ingestLegacyFolder(dataset, join(folder, "lab"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const exportWhile = async (overwrite: boolean, meanwhile: () => void): Promise<string> =>
    codeOf(() => exportLegacyFolder(dataset, target, { overwrite, onEvent: meanwhile }));
  const putNotes = (): void => {
    execFileSync(process.execPath, ["-e", PUT_NOTES, target]);
  };
  const PUT_NOTES =
    "fs.mkdirSync(process.argv[1], {recursive: true}); fs.writeFileSync(process.argv[1] + '/notes.txt', 'a week')";

  it.each([false, true])("is not removed (overwrite: %s)", async (overwrite) => {
    expect(await exportWhile(overwrite, putNotes)).toBe("already_exists");
    expect(await readFile(join(target, "notes.txt"), "utf8")).toBe("a week");
    expect((await readdir(folder)).sort()).toEqual(["lab", "out"]);
  });

  it("is not removed if it was an export when the new one began and somebody works in it since", async () => {
    await exportLegacyFolder(dataset, target);
    expect(await exportWhile(true, putNotes)).toBe("already_exists");
    expect(await readFile(join(target, "notes.txt"), "utf8")).toBe("a week");
    expect(existsSync(join(target, "export.json"))).toBe(true);
    await rm(join(target, "notes.txt"));
    await exportLegacyFolder(dataset, target, { overwrite: true });
    expect((await readdir(folder)).sort()).toEqual(["lab", "out"]);
  });
});

describe("a dataset among the files of a lab", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(["study.zarr", "study", "deep/er/study"])(
    "is not taken in, whatever TIFFs are attached in it: %s",
    async (name) => {
      await mkdir(join(folder, name), { recursive: true });
      const dataset = await openFolder(join(folder, name));
      const { newImageIds } = await ingestLegacyFolder(dataset, folder);
      expect(newImageIds).toHaveLength(2);
      await dataset.record(newImageIds[0] ?? "").saveAttachment("thumbnail.tif", tinyTiff(3));
      const again = await ingestLegacyFolder(dataset, folder);
      expect([again.found, again.ingested, again.unchanged.length, again.orphans]).toEqual([2, [], 2, []]);
      expect((await ingestLegacyFolder(await openDataset(memoryStore()), folder)).ingested).toHaveLength(2);
    },
  );

  it("is not exported into, by whatever link the way leads there", async () => {
    const dataset = await openFolder(join(folder, "study.zarr"));
    await ingestLegacyFolder(dataset, folder);
    await symlink(join(folder, "study.zarr"), join(folder, "link"));
    const linked = await openFolder(join(folder, "link"));
    for (const target of ["study.zarr/out", "link/out", "link/images/out/deep", "link"]) {
      expect(await codeOf(() => exportLegacyFolder(dataset, join(folder, target)))).toBe("invalid_argument");
      expect(await codeOf(() => exportLegacyFolder(linked, join(folder, target)))).toBe("invalid_argument");
    }
    expect((await exportLegacyFolder(linked, join(folder, "out"))).images).toBe(2);
  });
});
