import fileSystem, { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder } from "../../../src/node/index.ts";
import { replaceExports } from "../../support/replace-exports.ts";

interface Call {
  readonly method: "write" | "sync" | "rename" | "rm";
  readonly path: string;
}

const disk = {
  calls: [] as Call[],
  /** Says why a call fails. */
  failing: (_call: Call): string | undefined => undefined,
};

function note(call: Call): void {
  disk.calls.push(call);
  const code = disk.failing(call);
  if (code !== undefined) {
    throw Object.assign(new Error(code), { code });
  }
}

const actual = { ...fileSystem };
const noting: Partial<typeof fileSystem> = {
  open: async (path, ...rest) => {
    const file = await actual.open(path, ...rest);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      note({ method: "sync", path: String(path) });
      await sync();
    };
    return file;
  },
  writeFile: async (path, ...rest) => {
    note({ method: "write", path: String(path) });
    await actual.writeFile(path, ...rest);
  },
  rename: async (from, to) => {
    note({ method: "rename", path: String(to) });
    await actual.rename(from, to);
  },
  rm: async (path, options) => {
    note({ method: "rm", path: String(path) });
    await actual.rm(path, options);
  },
};
let restore = (): void => undefined;
beforeAll(() => {
  restore = replaceExports(fileSystem, noting);
});
afterAll(() => restore());

describe("an export, when the power fails", () => {
  let dataset: ZarrDataset;
  let work = "";
  let out = "";
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-flush-"));
    out = join(work, "new", "shares", "out");
    dataset = await openDataset(memoryStore());
    for (const id of ["a", "b"]) {
      const record = await dataset.addImage(
        { dtype: "uint16", shape: [2, 3], data: new Uint16Array(6) },
        { id },
      );
      await record.saveJson("deep/er/qc", { passed: true });
    }
    disk.calls.length = 0;
  });
  afterEach(async () => {
    disk.failing = () => undefined;
    await rm(work, { recursive: true, force: true });
  });
  const indexOf = (method: Call["method"], path: string): number =>
    disk.calls.findIndex((call) => call.method === method && call.path === path);

  it.each(["legacy", "imagej"] as const)(
    "has every file, and every folder that names one, on the disk before its name (%s)",
    async (format) => {
      await exportLegacyFolder(dataset, out, { format });
      const named = indexOf("rename", out);
      const written = disk.calls.filter(({ method }) => method === "write").map(({ path }) => path);
      expect(written.length).toBeGreaterThan(2);
      const root =
        disk.calls.map(({ path }) => /^.*\.partial-[0-9a-f-]+/.exec(path)?.[0]).find(Boolean) ?? "";
      for (const file of written) {
        expect(indexOf("sync", file), file).toBeGreaterThan(indexOf("write", file));
        expect(indexOf("sync", file), file).toBeLessThan(named);
        for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
          expect(indexOf("sync", folder), folder).toBeGreaterThan(indexOf("sync", file));
          expect(indexOf("sync", folder), folder).toBeLessThan(named);
        }
      }
    },
  );

  it("has its name on the disk when the call returns, and those of the folders that were made for it", async () => {
    await exportLegacyFolder(dataset, out);
    const named = indexOf("rename", out);
    const after = disk.calls.slice(named).filter(({ method }) => method === "sync");
    expect(after.map(({ path }) => path).toSorted()).toEqual([
      work,
      join(work, "new"),
      join(work, "new/shares"),
    ]);
  });

  it("keeps the folder that it replaces until the new one's name is on the disk", async () => {
    await exportLegacyFolder(dataset, out);
    disk.calls.length = 0;
    await exportLegacyFolder(dataset, out, { overwrite: true });
    const removed = disk.calls.findIndex(({ method, path }) => method === "rm" && path.endsWith("-old"));
    const naming = disk.calls.findLastIndex(({ method }) => method === "sync");
    expect(disk.calls[naming]?.path).toBe(dirname(out));
    expect(naming).toBeGreaterThan(indexOf("rename", out));
    expect(removed).toBeGreaterThan(naming);
  });

  it("is not there if anything cannot be flushed, and what was there before is", async () => {
    await exportLegacyFolder(dataset, out);
    const before = await readdir(out, { recursive: true });
    await dataset.record("a").saveJson("more", {});
    for (let site = 0; ; site++) {
      let left = site;
      disk.failing = ({ method }) => (method === "sync" && left-- === 0 ? "EIO" : undefined);
      const failure = await exportLegacyFolder(dataset, out, { overwrite: true }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) {
        expect(site, "flushes that failed").toBeGreaterThan(10);
        break;
      }
      expect(failure, `flush ${site}`).toMatchObject({ code: "io", details: { found: "EIO" } });
      expect(await readdir(out, { recursive: true })).toEqual(before);
      expect(await readdir(dirname(out)), "nothing is left over").toEqual(["out"]);
    }
    expect((await readdir(out, { recursive: true })).some((path) => path.endsWith("more.json"))).toBe(true);
  });

  it("is written where the file system cannot flush", async () => {
    disk.failing = ({ method }) => (method === "sync" ? "ENOTSUP" : undefined);
    await exportLegacyFolder(dataset, out);
    expect(await readdir(out)).toContain("export.json");
  });

  it("is left to the operating system where the caller says so", async () => {
    await exportLegacyFolder(dataset, out, { durability: "none" });
    expect(disk.calls.filter(({ method }) => method === "sync")).toEqual([]);
    expect(indexOf("rename", out)).toBeGreaterThan(0);
  });
});
