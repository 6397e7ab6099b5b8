import fileSystem, {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { replaceExports } from "../../support/replace-exports.ts";

const actual = { ...fileSystem };
/** The number of changes that still happen; after them, nothing reaches the disk, as if the process had been killed. */
let changesLeft = Number.POSITIVE_INFINITY;
/** What cannot be removed. */
let isStuck = (_path: string): boolean => false;

async function unlessKilled<T>(change: () => Promise<T>): Promise<T> {
  if (changesLeft <= 0) {
    throw Object.assign(new Error("EIO"), { code: "EIO" });
  }
  changesLeft--;
  return change();
}

let restore = (): void => undefined;
beforeAll(() => {
  restore = replaceExports(fileSystem, {
    rename: (from, to) => unlessKilled(() => actual.rename(from, to)),
    rm: async (path, options) => {
      if (isStuck(String(path))) {
        throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
      }
      await unlessKilled(() => actual.rm(path, options));
    },
    writeFile: (path, ...rest) => unlessKilled(() => actual.writeFile(path, ...rest)),
  });
});
afterAll(() => restore());

/** No process has this id: Linux ends below it. */
const DEAD = "7fffffff";

describe("an export that replaces another, killed", () => {
  let dataset: ZarrDataset;
  let work = "";
  let out = "";
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-killed-"));
    out = join(work, "out");
    dataset = await openDataset(memoryStore());
    const image = { dtype: "uint16", shape: [2, 3], data: new Uint16Array(6) } as const;
    await (await dataset.addImage(image, { id: "a" })).saveJson("qc", { v: 1 });
    await exportLegacyFolder(dataset, out);
    await dataset.record("a").saveJson("qc", { v: 2 });
  });
  afterEach(async () => {
    changesLeft = Number.POSITIVE_INFINITY;
    await actual.rm(work, { recursive: true, force: true });
  });

  /** The version of each folder that is a whole export. */
  async function wholeExports(): Promise<readonly unknown[]> {
    const versions: unknown[] = [];
    for (const name of await readdir(work)) {
      const { v } = await readFile(join(work, name, "images/a/qc.json"), "utf8").then(JSON.parse, () => ({}));
      const copy = await openDataset(memoryStore());
      const isWhole = await ingestLegacyFolder(copy, join(work, name)).then(
        ({ failed, ingested }) => failed.length === 0 && ingested.length === 1,
        () => false,
      );
      versions.push(...(isWhole ? [v] : []));
    }
    return versions;
  }

  /** Runs an export until so many changes are on the disk. What it leaves then belongs to a process that is gone. */
  async function killedAfter(changes: number): Promise<boolean> {
    changesLeft = changes;
    const isDone = await exportLegacyFolder(dataset, out, { overwrite: true }).then(
      () => changesLeft > 0,
      () => false,
    );
    changesLeft = Number.POSITIVE_INFINITY;
    const own = process.pid.toString(16).padStart(8, "0");
    for (const name of await readdir(work)) {
      await rename(join(work, name), join(work, name.replace(`-${own}-`, `-${DEAD}-`)));
    }
    return isDone;
  }

  it("at any change: one of the two is whole, and the next export leaves only its own", async () => {
    const left = new Set<string>();
    for (let changes = 0; !(await killedAfter(changes)); changes++) {
      expect((await wholeExports()).length, `after ${changes} changes`).toBeGreaterThan(0);
      left.add(
        (await readdir(work)).map((name) => name.replace(/\.partial-[0-9a-f-]{36}/, ".partial")).join(),
      );
      await exportLegacyFolder(dataset, out, { overwrite: true });
      expect(await readdir(work), `after ${changes} changes`).toEqual(["out"]);
      expect(await wholeExports()).toEqual([2]);
    }
    expect([...left].toSorted()).toEqual([
      "out",
      "out,out.partial",
      "out,out.partial-old",
      "out.partial,out.partial-old",
    ]);
  });

  /** As a kill of a process that has this id leaves it between the two renames. */
  async function betweenRenames(pid = DEAD): Promise<string> {
    const partial = `${out}.partial-${await ownPlace()}-${pid}-000000000000000000`;
    const fresh = join(work, "fresh");
    await exportLegacyFolder(dataset, fresh);
    await rename(out, `${partial}-old`);
    await rename(fresh, partial);
    return partial;
  }

  /** What the names of this machine's partial folders begin with. */
  async function ownPlace(): Promise<string> {
    const probe = join(work, "probe");
    changesLeft = 1;
    await exportLegacyFolder(dataset, probe).catch(() => undefined);
    changesLeft = Number.POSITIVE_INFINITY;
    const name = (await readdir(work)).find((entry) => entry.startsWith("probe.partial-")) ?? "";
    await actual.rm(join(work, name), { recursive: true });
    return /partial-([0-9a-f]{8})/.exec(name)?.[1] ?? "";
  }

  it("between the two renames: the next export puts the new one in place before it is refused without --force", async () => {
    await betweenRenames();
    await expect(exportLegacyFolder(dataset, out)).rejects.toMatchObject({ code: "already_exists" });
    expect([await readdir(work), await wholeExports()]).toEqual([["out"], [2]]);
  });

  it("says what it put in place", async () => {
    await betweenRenames();
    const { notes } = await exportLegacyFolder(dataset, out, { overwrite: true });
    expect(notes).toEqual([{ path: out, reason: "an export that was stopped is in place now" }]);
  });

  it("brings the old one back where the new one is not whole", async () => {
    const partial = await betweenRenames();
    await actual.rm(join(partial, "images/a/qc.json"));
    await expect(exportLegacyFolder(dataset, out)).rejects.toMatchObject({ code: "already_exists" });
    expect([await readdir(work), await wholeExports()]).toEqual([["out"], [1]]);
  });

  it("leaves the old one where it is if somebody edited it meanwhile", async () => {
    const old = `${await betweenRenames()}-old`;
    await writeFile(join(old, "images/a/qc.json"), '{"by": "hand"}');
    const { notes } = await exportLegacyFolder(dataset, out, { overwrite: true });
    expect(notes.map(({ path }) => path)).toEqual([out, old]);
    expect((await readdir(work)).toSorted()).toEqual(["out", basename(old)]);
  });

  it("touches nothing of a process that runs, or that cannot be judged and was here just now", async () => {
    const running = process.pid.toString(16).padStart(8, "0");
    for (const mark of [
      `${await ownPlace()}-${running}-000000000000000000`,
      "ffffffff-00000001-000000000000000000",
      "not-a-mark",
    ]) {
      await mkdir(`${out}.partial-${mark}`);
      await cp(out, `${out}.partial-${mark}-old`, { recursive: true });
    }
    await utimes(`${out}.partial-not-a-mark`, 0, 0);
    const before = await readdir(work);
    await exportLegacyFolder(dataset, out, { overwrite: true });
    expect(await readdir(work)).toEqual(before);
  });

  it("is there, and says so, if only the old one cannot be removed", async () => {
    isStuck = (path) => path.endsWith("-old");
    const { notes } = await exportLegacyFolder(dataset, out, { overwrite: true });
    isStuck = () => false;
    expect(notes).toMatchObject([{ reason: "the earlier export could not be removed" }]);
    expect(await wholeExports()).toContain(2);
    expect(await readFile(join(out, "images/a/qc.json"), "utf8")).toContain("2");
  });
});
