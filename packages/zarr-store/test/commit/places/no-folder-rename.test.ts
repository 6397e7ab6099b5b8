import * as fsPromises from "node:fs/promises";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDataset } from "../../../src/index.ts";
import { type FileSystem, localStore } from "../../../src/node/local/local-store.ts";

// The case dataset-15: the commit was acknowledged and never published, and every further write failed.
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kym-no-folder-rename-"));
});
afterEach(() => rm(root, { recursive: true }));

const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) } as const;

function failure(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -1 });
}

/** A place where folders cannot be renamed, and perhaps files cannot be linked; counts the renames that were refused. */
function place(
  folderErrno: string,
  linkErrno?: string,
): { readonly fs: FileSystem; readonly refused: () => number } {
  let refused = 0;
  const rename: FileSystem["rename"] = async (from, to) => {
    if ((await fsPromises.lstat(from)).isDirectory()) {
      refused++;
      throw failure(folderErrno);
    }
    await fsPromises.rename(from, to);
  };
  const link: FileSystem["link"] = async (from, to) => {
    if (linkErrno !== undefined) {
      throw failure(linkErrno);
    }
    await fsPromises.link(from, to);
  };
  return { fs: { ...fsPromises, rename, link }, refused: () => refused };
}

async function datasetIn(fileSystem: FileSystem): ReturnType<typeof openDataset> {
  return openDataset(localStore(root, { fileSystem }), { durability: "none" });
}

it.each(["EMFILE", "ENOSYS", "EXDEV", "EPERM", "ENOTSUP"])(
  "images are published file by file where the rename of a folder ends with %s, which is tried once",
  async (errno) => {
    const { fs, refused } = place(errno);
    {
      await using dataset = await datasetIn(fs);
      for (const id of ["a", "b", "c"]) {
        await (await dataset.addImage(IMAGE, { id })).saveJson("qc", { id });
      }
      await dataset.deleteImage("b");
      const { problems, notes } = await dataset.check();
      expect([problems, notes]).toEqual([[], []]);
    }
    expect(refused()).toBe(1);
    expect(await readdir(join(root, "images"))).toEqual(["a", "c", "zarr.json"]);
    expect(await readdir(join(root, "__staging"))).toEqual([]);
  },
);

it("what another build could not publish there is finished by the next writer", async () => {
  const { fs } = place("EMFILE");
  const stuck = { ...fs, rename: async () => Promise.reject(failure("EMFILE")) };
  {
    await using dataset = await datasetIn(stuck);
    await dataset.addImage(IMAGE, { id: "a" });
  }
  expect(await readdir(root)).not.toContain("zarr.json");
  await using dataset = await datasetIn(fs);
  await dataset.addImage(IMAGE, { id: "b" });
  expect((await dataset.check()).problems).toEqual([]);
  expect(await readdir(join(root, "images"))).toEqual(["a", "b", "zarr.json"]);
});

it("after a move to another place, folders are renamed again", async () => {
  await using before = await datasetIn(place("EMFILE").fs);
  await before.addImage(IMAGE, { id: "a" });
  const renamed: string[] = [];
  const rename: FileSystem["rename"] = async (from, to) => {
    renamed.push(
      ...((await fsPromises.lstat(from)).isDirectory() ? [String(to).slice(root.length + 1)] : []),
    );
    await fsPromises.rename(from, to);
  };
  await using dataset = await datasetIn({ ...fsPromises, rename });
  await dataset.addImage(IMAGE, { id: "b" });
  expect(renamed).toEqual(["images/b"]);
});

it.each(["EIO", "EINVAL", "EXDEV", "EACCES", "EMLINK"])(
  "a dataset is made without links where a link ends with %s",
  async (errno) => {
    const { fs } = place("never", errno);
    await using dataset = await datasetIn({ ...fs, rename: fsPromises.rename });
    await (await dataset.addImage(IMAGE, { id: "a" })).saveJson("qc", {});
    expect((await dataset.check()).problems).toEqual([]);
    const [first] = await Array.fromAsync(dataset.log());
    expect(first?.claim).toBe("folder");
  },
);

it("writing is refused by name, and nothing is left, where neither works", async () => {
  const { fs } = place("EMFILE", "EIO");
  await using dataset = await datasetIn(fs);
  await expect(dataset.addImage(IMAGE, { id: "a" })).rejects.toMatchObject({
    code: "not_supported",
    message: expect.stringMatching(/there are no hard links; the rename of a folder/),
  });
  expect(await fsPromises.readdir(root, { recursive: true })).toEqual(["__staging"]);
});

it("a writer whose link fails reads who holds the version, and does not choose another way", async () => {
  {
    await using dataset = await datasetIn(fsPromises);
    await dataset.addImage(IMAGE, { id: "a" });
  }
  let isMade = true;
  const link: FileSystem["link"] = async (from, to) => {
    const isClaim = /__commits\/\d{20}\.json$/.test(String(to));
    if (isMade || !isClaim) {
      await fsPromises.link(from, to);
    }
    if (isClaim) {
      throw failure("EIO");
    }
  };
  await using dataset = await datasetIn({ ...fsPromises, link });
  await dataset.record("a").saveJson("qc", { passed: true });
  expect(dataset.version).toBe(2);
  isMade = false;
  await expect(dataset.record("a").saveJson("qc", { passed: false })).rejects.toMatchObject({
    details: { found: "EIO" },
  });
  expect(await dataset.record("a").loadJson("qc")).toEqual({ passed: true });
  expect((await Array.fromAsync(dataset.log())).map(({ claim }) => claim)).toEqual(["link", undefined]);
});
