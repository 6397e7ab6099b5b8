import { execFileSync } from "node:child_process";
import * as fsPromises from "node:fs/promises";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localStore } from "../../src/node/local/local-store.ts";
import { joinKey, type StoreKey } from "../../src/store/store-key.ts";

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-local-"));
  root = join(folder, "root");
  await mkdir(root);
});

afterEach(() => rm(folder, { recursive: true }));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const fsError = (code: string): Error => Object.assign(new Error(`${code}: as asked`), { code, errno: -1 });

describe("symbolic links that leave the root", () => {
  beforeEach(async () => {
    await mkdir(join(folder, "outside", "sub"), { recursive: true });
    await writeFile(join(folder, "outside", "secret"), "secret");
    await symlink(join(folder, "outside"), join(root, "link"));
    await writeFile(join(root, "inside"), "inside");
  });

  const below = joinKey("link/secret");
  const inside = joinKey("inside");
  const calls: readonly (readonly [string, (store: ReturnType<typeof localStore>) => Promise<unknown>])[] = [
    ["get", (store) => store.get(below)],
    ["getRange", (store) => store.getRange(below, { offset: 0, length: 1 })],
    ["list", (store) => store.list(joinKey("link"))],
    ["list deeper", (store) => store.list(joinKey("link/sub"))],
    ["stat", (store) => store.stat(below)],
    ["put over a file", (store) => store.put(below, utf8("x"))],
    ["put a new file", (store) => store.put(joinKey("link/new"), utf8("x"))],
    ["put with new directories", (store) => store.put(joinKey("link/a/b/new"), utf8("x"))],
    ["putNew to there", (store) => store.putNew(joinKey("link/new"), inside)],
    ["putNew from there", (store) => store.putNew(joinKey("new"), below)],
    ["makeDirectory", (store) => store.makeDirectory(joinKey("link/new"))],
    ["makeDirectory deeper", (store) => store.makeDirectory(joinKey("link/a/b"))],
    ["move to there", (store) => store.move(inside, joinKey("link/new"))],
    ["move from there", (store) => store.move(below, joinKey("new"))],
    ["remove", (store) => store.remove(below)],
    ["remove a directory", (store) => store.remove(joinKey("link/sub"))],
    ["sync", (store) => store.sync([below])],
  ];

  it.each(calls)("%s refuses and touches nothing", async (_name, call) => {
    await expect(call(localStore(root))).rejects.toMatchObject({ code: "invalid_name" });
    expect((await readdir(join(folder, "outside"))).sort()).toEqual(["secret", "sub"]);
    expect(await readFile(join(folder, "outside", "secret"), "utf8")).toBe("secret");
    expect((await readdir(root)).sort()).toEqual(["inside", "link"]);
  });

  it("refuses a file that is a link, to read it and to write through it", async () => {
    await symlink(join(folder, "outside", "secret"), join(root, "file-link"));
    const store = localStore(root);
    await expect(store.get(joinKey("file-link"))).rejects.toMatchObject({ code: "invalid_name" });
    await expect(store.put(joinKey("file-link"), utf8("x"))).rejects.toMatchObject({ code: "invalid_name" });
    expect(await readFile(join(folder, "outside", "secret"), "utf8")).toBe("secret");
    expect((await store.stat(joinKey("file-link")))?.kind).toBe("other");
  });

  it("removes the link itself and not what it points to", async () => {
    expect(await localStore(root).remove(joinKey("link"))).toBe("removed");
    expect(await readFile(join(folder, "outside", "secret"), "utf8")).toBe("secret");
  });

  it("does not make the target of a link that dangles", async () => {
    await symlink(join(folder, "nowhere"), join(root, "dangling"));
    await expect(localStore(root).put(joinKey("dangling/a/b"), utf8("x"))).rejects.toMatchObject({
      code: "io",
    });
    expect((await readdir(folder)).sort()).toEqual(["outside", "root"]);
  });
});

it("follows links that stay inside, and a root that is a link", async () => {
  await mkdir(join(root, "real"));
  await symlink("real", join(root, "alias"));
  await symlink(root, join(folder, "dataset"));
  const store = localStore(join(folder, "dataset"));
  await store.put(joinKey("alias/x"), utf8("x"));
  expect(await readFile(join(root, "real", "x"), "utf8")).toBe("x");
  expect(new TextDecoder().decode(await store.get(joinKey("alias/x")))).toBe("x");
});

it("gives a file whole, whatever length was expected of it, and nothing of what is no file", async () => {
  const store = localStore(root);
  await store.put(joinKey("file"), Uint8Array.of(1, 2, 3));
  await mkdir(join(root, "directory"));
  execFileSync("mkfifo", [join(root, "expected-pipe")]);
  for (const expectedBytes of [0, 1, 2, 3, 4, 1000, 1 << 18, 1 << 30, -1]) {
    const options = { expectedBytes };
    expect(await store.get(joinKey("file"), options)).toEqual(Uint8Array.of(1, 2, 3));
    expect((await store.get(joinKey("file"), options))?.buffer.byteLength).toBe(3);
    expect(await store.get(joinKey("directory"), options)).toBeUndefined();
    expect(await store.get(joinKey("expected-pipe"), options)).toBeUndefined();
    expect(await store.get(joinKey("absent"), options)).toBeUndefined();
  }
});

it("does not wait for a named pipe", async () => {
  execFileSync("mkfifo", [join(root, "pipe")]);
  const store = localStore(root);
  expect(await store.get(joinKey("pipe"))).toBeUndefined();
  await expect(store.put(joinKey("pipe"), utf8("x"))).rejects.toMatchObject({ code: "io" });
});

it("makes a directory again that another process keeps removing", async () => {
  let removals = 0;
  const link: typeof fsPromises.link = async (from, to) => {
    if (removals < 5) {
      removals++;
      await rm(join(root, "dir"), { recursive: true });
    }
    return fsPromises.link(from, to);
  };
  const store = localStore(root, { fileSystem: { ...fsPromises, link } });
  await store.put(joinKey("staged"), utf8("x"));
  expect(await store.putNew(joinKey("dir/new"), joinKey("staged"))).toBe(true);
  expect(removals).toBe(5);
});

it("gives up when a directory never stays", async () => {
  const link: typeof fsPromises.link = async () => {
    throw fsError("ENOENT");
  };
  const store = localStore(root, { fileSystem: { ...fsPromises, link } });
  await store.put(joinKey("staged"), utf8("x"));
  const attempt = store.putNew(joinKey("dir/new"), joinKey("staged"));
  await expect(attempt).rejects.toMatchObject({ code: "io", details: { found: "ENOENT" } });
});

it("without hard links, takes a half written copy back when the disk is full", async () => {
  let isFull = false;
  const open: typeof fsPromises.open = async (path, flags, mode) => {
    const file = await fsPromises.open(path, flags, mode);
    if (isFull) {
      file.write = async () => {
        throw fsError("ENOSPC");
      };
    }
    return file;
  };
  const link: typeof fsPromises.link = async () => {
    isFull = true;
    throw fsError("EPERM");
  };
  const store = localStore(root, { fileSystem: { ...fsPromises, link, open } });
  await store.put(joinKey("staged"), utf8("x"));
  const attempt = store.putNew(joinKey("new"), joinKey("staged"));
  await expect(attempt).rejects.toMatchObject({ code: "io", details: { found: "ENOSPC" } });
  expect(await readdir(root)).toEqual(["staged"]);
});

it("maps what the file system says to io, with the errno and the path", async () => {
  const rmdir: typeof fsPromises.rmdir = async () => {
    throw fsError("EACCES");
  };
  const store = localStore(root, { fileSystem: { ...fsPromises, rmdir } });
  await store.makeDirectory(joinKey("dir"));
  await expect(store.remove(joinKey("dir"))).rejects.toMatchObject({
    code: "io",
    message: `cannot remove ${join(root, "dir")}: EACCES`,
    details: { path: "dir", found: "EACCES", cause: { code: "EACCES" } },
  });
});

it("flushes many files at once, fails with the first error, and settles when all I/O has", async () => {
  let open = 0;
  let most = 0;
  const counted: typeof fsPromises.open = async (path, flags, mode) => {
    const file = await fsPromises.open(path, flags, mode);
    open++;
    most = Math.max(most, open);
    const close = file.close.bind(file);
    file.close = async () => {
      open--;
      await close();
    };
    if (String(path).endsWith("7")) {
      file.sync = async () => {
        throw fsError("EIO");
      };
    }
    return file;
  };
  const plain = localStore(root);
  const keys: StoreKey[] = [];
  for (let index = 0; index < 30; index++) {
    keys.push(joinKey(`file-${index}`));
    await plain.put(joinKey(`file-${index}`), utf8("x"));
  }
  const store = localStore(root, { fileSystem: { ...fsPromises, open: counted }, syncConcurrency: 4 });
  await expect(store.sync(keys)).rejects.toMatchObject({ code: "io", details: { found: "EIO" } });
  expect(open).toBe(0);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
});

it("passes over a file system that cannot flush directories", async () => {
  const open: typeof fsPromises.open = async (path, flags, mode) => {
    const file = await fsPromises.open(path, flags, mode);
    file.sync = async () => {
      throw fsError("EINVAL");
    };
    return file;
  };
  await expect(localStore(root, { fileSystem: { ...fsPromises, open } }).sync([""])).resolves.toBeUndefined();
});

it("says that a file became shorter while a range of it was read", async () => {
  const open: typeof fsPromises.open = async (path, flags, mode) => {
    const file = await fsPromises.open(path, flags, mode);
    const stat = file.stat.bind(file);
    file.stat = (async () => {
      const before = await stat();
      await writeFile(path, "ab");
      return before;
    }) as typeof file.stat;
    return file;
  };
  await writeFile(join(root, "file"), "abcdef");
  const store = localStore(root, { fileSystem: { ...fsPromises, open } });
  const attempt = store.getRange(joinKey("file"), { offset: 0, length: 6 });
  await expect(attempt).rejects.toMatchObject({ code: "io" });
});

it("reads a file whole while another process replaces it again and again", async () => {
  const store = localStore(root);
  await store.put(joinKey("file"), new Uint8Array(65_536).fill(0));
  let done = false;
  const writing = (async (): Promise<void> => {
    for (let round = 1; round <= 60; round++) {
      await writeFile(join(root, "next"), new Uint8Array(65_536).fill(round));
      await rename(join(root, "next"), join(root, "file"));
    }
    done = true;
  })();
  let reads = 0;
  while (!done) {
    const bytes = await store.get(joinKey("file"));
    expect(bytes?.length).toBe(65_536);
    expect(new Set(bytes).size).toBe(1);
    reads++;
  }
  await writing;
  expect(reads).toBeGreaterThan(0);
});
