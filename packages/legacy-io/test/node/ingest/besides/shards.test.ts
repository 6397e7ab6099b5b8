import { rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parsePathFields } from "../../../../src/index.ts";
import {
  exportLegacyFolder,
  type IngestReport,
  ingestLegacyFolder,
  refreshFromFolder,
} from "../../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, TRACE_CSV, tinyTiff } from "../../lab-folder.ts";

const COUNT = 3;
const SHARDS = Array.from({ length: COUNT }, (_, index) => ({ index, count: COUNT }));
const NAMES = Array.from({ length: 12 }, (_, index) => `salt/${index}.tif`);
/** The same letter in two spellings, as Linux and a Mac write it. */
const [COMPOSED, DECOMPOSED] = ["b\u00fc.tif", "bu\u0308.tif"];

let folder = "";
beforeEach(async () => {
  folder = await makeLabFolder({
    ...Object.fromEntries(NAMES.map((name, index) => [name, tinyTiff(index)])),
    "salt/3.json": CLASSIC_JSON,
    "flow-analysis/gone_radon.csv": TRACE_CSV,
    "salt/cut.tif": tinyTiff(99).subarray(0, 30),
    "notes.odd": "nobody knows",
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const all = <T>(list: readonly (readonly T[])[]): readonly T[] => list.flat();
const pathsOf = (items: IngestReport["ingested"]): readonly string[] => items.map(({ path }) => path).sort();
const relPaths = async (dataset: ZarrDataset): Promise<readonly string[]> =>
  (await dataset.loadSourcesIndex()).map((row) => `${row.source_rel_path}`).sort();

it("shards take every acquisition once; the first alone reports what belongs to no image; run again, they change nothing", async () => {
  const dataset = await openDataset(memoryStore());
  const reports: IngestReport[] = [];
  for (const shard of SHARDS) {
    reports.push(await ingestLegacyFolder(dataset, folder, { shard }));
  }
  expect(pathsOf(all(reports.map(({ ingested }) => ingested)))).toEqual(NAMES.toSorted());
  expect(pathsOf(all(reports.map(({ failed }) => failed)))).toEqual(["salt/cut.tif"]);
  expect(await relPaths(dataset)).toEqual(NAMES.toSorted());
  expect(reports.map(({ orphans, unrecognised }) => [orphans.length, unrecognised.length])).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  expect(reports.map(({ shard }) => shard)).toEqual(SHARDS.map((shard) => ({ ...shard, foundInFolder: 13 })));
  expect(reports.reduce((sum, { found }) => sum + found, 0)).toBe(13);
  expect(reports.reduce((sum, { counts }) => sum + (counts?.classicJsons ?? 0), 0)).toBe(1);
  expect(reports.every(({ ingested }) => ingested.length > 0)).toBe(true);
  const { version } = dataset;
  for (const shard of SHARDS) {
    expect((await ingestLegacyFolder(dataset, folder, { shard })).ingested).toEqual([]);
  }
  expect(dataset.version).toBe(version);
});

it("shards that begin together on an absent path make one dataset, with few commits, and read no file twice", async () => {
  const path = join(folder, "../", `${folder.split("/").at(-1)}.zarr`);
  try {
    const pathFields = parsePathFields("{condition}/*", {});
    const read: string[] = [];
    const outcomes = await Promise.all(
      SHARDS.map(async (shard) => {
        await using dataset = await openLocalDataset(path, { durability: "none" });
        const onEvent = (event: { readonly type: string; readonly path?: string }): void => {
          if (event.type === "read") {
            read.push(event.path ?? "");
          }
        };
        return ingestLegacyFolder(dataset, folder, { shard, pathFields, onEvent });
      }),
    );
    expect(read.toSorted()).toEqual([...NAMES, "salt/cut.tif"].sort());
    expect(pathsOf(all(outcomes.map(({ ingested }) => ingested)))).toEqual(NAMES.toSorted());
    await using dataset = await openLocalDataset(path, { mode: "r" });
    expect(await relPaths(dataset)).toEqual(NAMES.toSorted());
    expect((await dataset.check()).problems).toEqual([]);
    // The dataset, its pattern of folder names, and the images of each shard.
    expect(dataset.version).toBe(2 + COUNT);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
});

it("a moved image is recognised by the shard of its new path, and a changed sidecar is taken by one shard", async () => {
  const dataset = await openDataset(memoryStore());
  await ingestLegacyFolder(dataset, folder);
  await rename(join(folder, "salt/5.tif"), join(folder, "moved.tif"));
  await writeFile(join(folder, "salt/3.json"), CLASSIC_JSON.replace('"µ"', '"other"'));
  await writeFile(join(folder, "salt/4.tif"), tinyTiff(1234));
  await utimes(join(folder, "salt/4.tif"), 1, 1);
  const reports: IngestReport[] = [];
  for (const shard of SHARDS) {
    reports.push(await refreshFromFolder(dataset, folder, { shard, mode: "reingest_if_changed" }));
  }
  expect(pathsOf(all(reports.map(({ updated }) => updated)))).toEqual(["moved.tif", "salt/3.tif"]);
  expect(pathsOf(all(reports.map(({ ingested }) => ingested)))).toEqual(["salt/4.tif"]);
  const gone = reports.flatMap(({ notes }) => notes).filter(({ reason }) => reason?.includes("is gone"));
  expect(gone).toEqual([]);
  expect(await dataset.listImageIds()).toHaveLength(NAMES.length + 1);
});

it("a note about a TIFF that is gone is given once", async () => {
  const dataset = await openDataset(memoryStore());
  await ingestLegacyFolder(dataset, folder);
  await rm(join(folder, "salt/5.tif"));
  const notes = [];
  for (const shard of SHARDS) {
    notes.push(...(await ingestLegacyFolder(dataset, folder, { shard })).notes);
  }
  expect(notes.filter(({ reason }) => reason?.includes("gone")).map(({ path }) => path)).toEqual([
    "salt/5.tif",
  ]);
});

it("machines that spell a name in two ways give it to the same shard", async () => {
  const owners = [];
  for (const name of [COMPOSED, DECOMPOSED]) {
    const lab = await makeLabFolder({ [name]: tinyTiff(1) });
    for (const shard of SHARDS) {
      const { found } = await ingestLegacyFolder(await openDataset(memoryStore()), lab, {
        shard,
        dryRun: true,
      });
      owners.push(...(found === 1 ? [shard.index] : []));
    }
    await rm(lab, { recursive: true });
  }
  expect(owners).toHaveLength(2);
  expect(owners[0]).toBe(owners[1]);
});

it("a shard that cannot be, and a shard of an export, are refused before anything is written", async () => {
  const dataset = await openDataset(memoryStore());
  await expect(ingestLegacyFolder(dataset, folder, { shard: { index: 3, count: 3 } })).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining("there is no shard 3"),
  });
  expect(dataset.version).toBe(0);
  await ingestLegacyFolder(dataset, folder);
  const exported = `${folder}-export`;
  try {
    await exportLegacyFolder(dataset, exported);
    const fresh = await openDataset(memoryStore());
    await expect(
      ingestLegacyFolder(fresh, exported, { shard: { index: 0, count: 2 } }),
    ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining("restored whole") });
    expect(fresh.version).toBe(0);
  } finally {
    await rm(exported, { recursive: true, force: true });
  }
});
