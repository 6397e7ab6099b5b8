import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLocalDataset } from "../../../src/node/index.ts";

// The case dataset-12: files of systems in every folder were problems, adopted, and committed away by gc.
let root = "";
const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) } as const;
const APPLE_DOUBLE = Buffer.from("00051607000200004d6163204f532058", "hex");

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "kym-system-files-"));
  await using dataset = await openLocalDataset(root, { durability: "none" });
  const record = await dataset.addImage(IMAGE, { id: "a" });
  await record.saveJson("qc", { passed: true });
  await record.saveAttachment("notes.txt", new Uint8Array([65]));
  await dataset.saveTable("kym_radon", [{ image_id: "a" }], {
    schema: { columns: [{ name: "image_id", type: "utf8" }] },
  });
  await litter(root);
});
afterAll(() => rm(root, { recursive: true }));

/** As macOS, Windows and sync clients leave a folder tree: in every folder, also in those of the commit protocol. */
async function litter(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = [
    folder,
    ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)),
  ];
  for (const entry of entries) {
    await writeFile(join(entry.parentPath, `._${entry.name}`), APPLE_DOUBLE);
  }
  for (const one of [...folders, join(folder, "__staging")]) {
    await mkdir(one, { recursive: true });
    for (const name of [
      ".DS_Store",
      "Thumbs.db",
      "desktop.ini",
      ".dropbox.attr",
      "~syncthing~qc.json.tmp",
      "Icon\r",
    ]) {
      await writeFile(join(one, name), "somebody's");
    }
    await mkdir(join(one, "@eaDir"), { recursive: true });
    await writeFile(join(one, "@eaDir", "qc.json@SynoEAStream"), "somebody's");
  }
}

async function strangers(): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() && /^(\._|\.DS_Store|Thumbs|desktop|\.dropbox|~sync|Icon)|Syno/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

it("a check has one note about all of them, and no problem", async () => {
  await using dataset = await openLocalDataset(root);
  const { problems, notes } = await dataset.check();
  expect(problems).toEqual([]);
  expect(notes).toEqual([
    {
      kind: "system",
      path: "",
      message: expect.stringMatching(
        /^\d{2,3} files such as .+ are of Dropbox, Syncthing, Synology, Windows and macOS: /,
      ),
    },
  ]);
});

it("a problem is still found among them", async () => {
  await using dataset = await openLocalDataset(root);
  const path = join(root, "images/a/analysis/qc.json");
  const before = await readFile(path);
  await writeFile(path, '{"passed": false}');
  const { problems } = await dataset.check();
  await writeFile(path, before);
  expect(problems).toMatchObject([{ kind: "modified_outside", path: "images/a/analysis/qc.json" }]);
});

it("adopt takes none of them, gc passes over them, and writing goes on with none of them lost", async () => {
  const before = await strangers();
  const longAgo = new Date(1_000_000_000_000);
  await utimes(join(root, "__staging/.DS_Store"), longAgo, longAgo);
  await using dataset = await openLocalDataset(root, { durability: "none" });
  expect(await dataset.adopt()).toMatchObject({ adopted: [], refused: [], missing: [] });
  expect(await dataset.gc({ dryRun: false, olderThanMs: 0 })).toMatchObject({
    proposed: [],
    kept: [],
    removed: [],
  });
  await dataset.record("a").saveJson("qc", { passed: false });
  await dataset.addImage(IMAGE, { id: "b" });
  expect(await dataset.repair()).toMatchObject({ actions: [], problems: [] });
  expect(await dataset.record("a").listAttachments()).toEqual(["notes.txt"]);
  expect(await strangers()).toEqual(before);
});

it("a folder with nothing but such files is empty enough for a new dataset", async () => {
  const folder = await mkdtemp(join(root, "@tmp-"));
  await writeFile(join(folder, ".DS_Store"), "Finder's");
  await using dataset = await openLocalDataset(folder, { durability: "none" });
  await dataset.addImage(IMAGE, { id: "a" });
  expect(await dataset.listImageIds()).toEqual(["a"]);
});
