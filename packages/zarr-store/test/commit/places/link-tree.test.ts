import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLocalDataset } from "../../../src/node/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) } as const;
let folder = "";
const root = (): string => join(folder, "study.zarr");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-link-tree-"));
  await using dataset = await openLocalDataset(root(), { durability: "none" });
  await (await dataset.addImage(IMAGE, { id: "a" })).saveJson("qc", { passed: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** Moves each file to where `contentOf` says, and puts a link in its place. */
async function linkAll(contentOf: (md5: string) => string): Promise<void> {
  for (const entry of await readdir(root(), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      const content = join(folder, contentOf(createHash("md5").update(path).digest("hex")));
      await mkdir(dirname(content), { recursive: true });
      await rename(path, content);
      await symlink(relative(dirname(path), content), path);
    }
  }
}

const TREES: readonly (readonly [string, string, string, (md5: string) => string])[] = [
  [
    "git-annex",
    "git annex unlock",
    "git annex get",
    (md5) => `.git/annex/objects/Xk/0q/MD5-${md5}/MD5-${md5}`,
  ],
  ["DVC", "dvc unprotect", "dvc pull", (md5) => `.dvc/cache/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`],
  [
    "DVC, of older versions",
    "dvc unprotect",
    "dvc pull",
    (md5) => `.dvc/cache/${md5.slice(0, 2)}/${md5.slice(2)}`,
  ],
  [
    "DVC, with a shared cache",
    "dvc unprotect",
    "dvc pull",
    (md5) => `shared/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`,
  ],
];

it.each(TREES)(
  "links of %s are read by hash, and writing names the command",
  async (_who, unlock, _get, contentOf) => {
    await linkAll(contentOf);
    await using dataset = await openLocalDataset(root(), { mode: "r" });
    expect(await dataset.record("a").loadJson("qc")).toEqual({ passed: true });
    expect((await dataset.record("a").loadArray()).data).toEqual(IMAGE.data);
    const { problems, notes } = await dataset.check();
    expect([problems, notes]).toEqual([[], []]);
    await using writer = await openLocalDataset(root());
    const refusal = { code: "read_only", message: expect.stringContaining(unlock) };
    await expect(writer.record("a").saveJson("qc", { passed: false })).rejects.toMatchObject(refusal);
    await expect(writer.repair()).rejects.toMatchObject(refusal);
    expect(await dataset.record("a").loadJson("qc")).toEqual({ passed: true });
  },
);

it.each(TREES)(
  "of %s, a file whose content is elsewhere is named with the command that brings it",
  async (...tree) => {
    const [, , get, contentOf] = tree;
    await linkAll(contentOf);
    const path = join(root(), "images/a/analysis/qc.json");
    await rm(join(dirname(path), (await readdir(dirname(path)))[0] ?? ""));
    await symlink(`../../../../${contentOf("f".repeat(32))}`, path);
    await using dataset = await openLocalDataset(root(), { mode: "r" });
    expect((await dataset.check()).problems).toMatchObject([
      { path: "images/a/analysis/qc.json", message: expect.stringContaining(get) },
    ]);
  },
);

it("content that is not what the log says is damage, and other links are not followed", async () => {
  await linkAll((md5) => `.git/annex/objects/Xk/0q/MD5-${md5}/MD5-${md5}`);
  const path = join(root(), "images/a/zarr.json");
  await rm(path);
  await mkdir(join(folder, ".git/annex/objects/other"), { recursive: true });
  await writeFile(join(folder, ".git/annex/objects/other/one"), "{}");
  await symlink("../../../.git/annex/objects/other/one", path);
  await using dataset = await openLocalDataset(root(), { mode: "r" });
  expect((await dataset.check()).problems).toMatchObject([{ kind: "damaged", path: "images/a/zarr.json" }]);
  const secret = join(folder, "secret");
  await writeFile(secret, "somebody's");
  await rm(path);
  await symlink("../../../.git/annex/objects/../../../secret", path);
  const [problem] = (await dataset.check()).problems;
  expect(problem).toMatchObject({
    kind: "damaged",
    message: expect.stringContaining("it is a symbolic link"),
  });
  expect(problem?.found).toBeUndefined();
  expect(await readFile(secret, "utf8")).toBe("somebody's");
});
