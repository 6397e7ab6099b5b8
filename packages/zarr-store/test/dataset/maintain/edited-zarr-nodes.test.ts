import { execFileSync } from "node:child_process";
import { copyFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { openDataset, parseStoreKey, readOnlyStore, rowsOf, type ZarrDataset } from "../../../src/index.ts";
import { localStore, openLocalDataset as openFolder } from "../../../src/node/index.ts";
import { webServer } from "../../http/web-server.ts";
import { collectLog } from "../../support/test-runtime.ts";
import { likeZarrPython, type NodeEdit } from "./like-zarr-python.ts";
import { inMaintained, type Maintained, problemsOf } from "./maintained-dataset.ts";

const ROOT = "zarr.json";
const RECORD = "images/one/zarr.json";
const PIXELS = "images/one/data/zarr.json";
const STALE = { "images/one/data": { shape: [64, 64], data_type: "float64" }, "images/gone": {} };

async function edit(at: Maintained, path: string, change: NodeEdit): Promise<void> {
  await at.put(path, likeZarrPython((await at.text(path)) ?? "", change));
}

/** All that the dataset holds of its first image, and the names of what else there is. */
async function contentsOf(dataset: ZarrDataset): Promise<unknown> {
  const record = dataset.record("one");
  return {
    ids: await dataset.listImageIds(),
    tables: await dataset.listTableNames(),
    pixels: [...(await record.loadArray()).data].map(Number),
    axes: await record.getAxes(),
    attributes: await record.attributes(),
    metadata: await record.loadJson("metadata"),
    events: [...rowsOf(await record.loadParquet("events"))],
    mask: [...(await record.loadArrayArtifact("mask")).data].map(Number),
    maskAttributes: (await record.arrays.open("mask")).attributes,
    pooled: [...rowsOf(await dataset.loadTable("pooled"))],
    manifest: (await dataset.rebuildManifest()).images,
  };
}

const EDITS: readonly (readonly [name: string, path: string, change: NodeEdit, message: string])[] = [
  ["the root consolidated", ROOT, { consolidated: STALE }, "consolidated metadata added"],
  ["an attribute of the root", ROOT, { attributes: { lab: "B12" } }, "the attribute lab added"],
  [
    "attributes of an image and its group consolidated",
    RECORD,
    { attributes: { note: "µm", n: 2 ** 40 }, consolidated: STALE },
    "consolidated metadata, the attributes note, n added",
  ],
  [
    "the group of all images consolidated",
    "images/zarr.json",
    { consolidated: {} },
    "consolidated metadata added",
  ],
  ["an attribute of the pixels", PIXELS, { attributes: { unit: "V" } }, "the attribute unit added"],
  [
    "an attribute of an array artifact",
    "images/one/analysis_arrays/mask/data/zarr.json",
    { attributes: { by: { hand: true } } },
    "the attribute by added",
  ],
  [
    "an attribute of an artifact's group",
    "images/one/analysis_arrays/zarr.json",
    { attributes: { x: 1 }, members: { consolidated_metadata: null } },
    "the attribute x added",
  ],
  [
    "a member that need not be understood",
    ROOT,
    { members: { lab: { must_understand: false, room: "B12" } } },
    "rewritten",
  ],
];

describe("a Zarr node that another program wrote to", () => {
  it.each(EDITS)("is read as it was committed: %s", async (_name, path, change) => {
    await inMaintained("memory", async (at) => {
      const before = await contentsOf(at.dataset);
      await edit(at, path, change);
      const log = collectLog();
      expect(await contentsOf(await at.open(2, { mode: "r", logger: log }))).toEqual(before);
      expect(log.warnings).toHaveLength(
        path === "images/zarr.json" || path.endsWith("arrays/zarr.json") ? 0 : 1,
      );
      expect(await contentsOf(await openDataset(readOnlyStore(at.store), { mode: "r" }))).toEqual(before);
      await (await at.open(3)).updateManifest();
      expect(await contentsOf(await at.open(4))).toEqual(before);
    });
  });

  it.each(EDITS)("is named by check, and adopted as it stands: %s", async (_name, path, change, message) => {
    await inMaintained("local", async (at) => {
      const before = await contentsOf(at.dataset);
      await edit(at, path, change);
      const edited = await at.text(path);
      const { problems } = await at.dataset.check();
      expect(problems).toMatchObject([
        {
          kind: "modified_outside",
          path,
          remedy: "adopt",
          message: `changed by another program: ${message}`,
        },
      ]);
      expect(problemsOf(await at.dataset.repair())).toEqual(problemsOf({ problems }));
      expect(await at.text(path)).toBe(edited);
      expect(await at.dataset.adopt()).toMatchObject({ adopted: [{ path, change: "changed" }], refused: [] });
      expect(await at.text(path)).toBe(edited);
      const fresh = await at.open(2);
      expect((await fresh.check()).problems).toEqual([]);
      const after = await contentsOf(fresh);
      if (path === RECORD) {
        expect(after).toMatchObject({ attributes: { note: "µm", n: 2 ** 40, axes: ["y", "x"] } });
      } else if (path.includes("mask/data")) {
        expect(after).toMatchObject({ maskAttributes: change.attributes });
      } else {
        expect(after).toEqual(before);
      }
    });
  });

  it("does not keep images from being added, nor what is saved beside it from being read", async () => {
    await inMaintained("local", async (at) => {
      for (const path of [ROOT, RECORD, PIXELS, "images/zarr.json"]) {
        await edit(at, path, { attributes: { lab: "B12" }, consolidated: STALE });
      }
      const writer = await at.open(2);
      await writer.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array([9]) }, { id: "two" });
      await writer.record("one").saveJson("later", { n: 1 });
      await writer
        .record("one")
        .saveArrayArtifact("other", { dtype: "int8", shape: [1], data: Int8Array.of(-1) });
      const reader = await at.open(3, { mode: "r" });
      expect(await reader.listImageIds()).toEqual(["one", "two"]);
      expect([...(await reader.record("two").loadArray()).data]).toEqual([9]);
      expect(await reader.record("one").loadJson("later")).toEqual({ n: 1 });
      expect((await reader.check()).problems.map(({ kind }) => kind)).toEqual(
        Array(4).fill("modified_outside"),
      );
    });
  });

  it("is not written over before it was adopted; afterwards what was added stays", async () => {
    await inMaintained("local", async (at) => {
      await edit(at, RECORD, { attributes: { lab: "B12" }, consolidated: STALE });
      const edited = await at.text(RECORD);
      const writer = await at.open(2);
      const record = writer.record("one");
      for (const write of [
        () => record.saveJson("metadata", { longer: "than before" }),
        () => record.updateAttributes({ mine: 1 }),
        () => record.json.delete("metadata"),
        () => writer.deleteImage("one"),
      ]) {
        await expect(write()).rejects.toMatchObject({
          code: "modified_outside",
          message: expect.stringContaining(RECORD),
        });
      }
      await edit(at, ROOT, { attributes: { lab: "B12" } });
      const anew = await at.open(3, { mode: "w", overwrite: true });
      await expect(
        anew.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) }),
      ).rejects.toMatchObject({ code: "modified_outside" });
      expect(await at.text(RECORD)).toBe(edited);
      await writer.adopt();
      await record.saveJson("metadata", { longer: "than before" });
      expect(await record.attributes()).toMatchObject({ lab: "B12", summary: { length: 29 } });
      expect(await at.text(RECORD)).not.toContain("consolidated");
    });
  });

  it("is adopted before the metadata that change it, each by a commit, so that the summary follows", async () => {
    await inMaintained("memory", async (at) => {
      await edit(at, RECORD, { attributes: { lab: "B12" } });
      await at.put("images/one/analysis/metadata.json", '{"a": 1, "b": 2}');
      const { version } = at.dataset;
      const report = await at.dataset.adopt();
      expect(report.adopted.map(({ path }) => path)).toEqual(["images/one/analysis/metadata.json", RECORD]);
      expect(report.version).toBe(version + 2);
      const { lab, summary } = await (await at.open(2)).record("one").attributes();
      expect([lab, summary]).toEqual(["B12", { length: 16 }]);
    });
  });

  it("may be changed once more: a root opens as long as its format is right, an image is read when adopted", async () => {
    await inMaintained("memory", async (at) => {
      for (const path of [ROOT, RECORD]) {
        await edit(at, path, { attributes: { lab: "B12" } });
      }
      await at.dataset.adopt();
      for (const path of [ROOT, RECORD]) {
        await edit(at, path, { attributes: { lab: "room B 14" } });
      }
      const log = collectLog();
      const reader = await at.open(2, { logger: log });
      expect(log.warnings.join()).toMatch(/zarr\.json was changed outside.*its format is still right/);
      expect(await reader.record("one").loadJson("qc")).toEqual({ passed: true });
      await expect(reader.record("one").attributes()).rejects.toMatchObject({ code: "modified_outside" });
      expect((await reader.rebuildManifest()).images).toMatchObject([{ imageId: "one", shape: [2, 3] }]);
      await reader.adopt();
      expect(await reader.record("one").attributes()).toMatchObject({ lab: "room B 14" });
    });
  });

  it.each([
    ["the root", ROOT, (at: Maintained) => at.open(2)],
    ["an image", RECORD, async (at: Maintained) => (await at.open(2)).record("one").attributes()],
    ["pixels", PIXELS, async (at: Maintained) => (await at.open(2)).record("one").loadArray()],
  ] as const)(
    "is refused by name where it has a member that must be understood: %s",
    async (_name, path, read) => {
      await inMaintained("memory", async (at) => {
        await edit(at, path, { members: { scrambled: { by: 7 } } });
        await expect(read(at)).rejects.toMatchObject({
          code: "integrity",
          message: expect.stringContaining("scrambled"),
        });
        const { problems } = await at.dataset.check();
        expect(problems).toMatchObject([
          { kind: "damaged", path, remedy: "restore", message: expect.stringContaining("scrambled") },
        ]);
        expect(await at.dataset.adopt()).toMatchObject({ adopted: [], refused: [{ path }] });
        if (path !== ROOT) {
          const others = await at.open(3);
          expect(await others.record("one").loadJson("qc")).toEqual({ passed: true });
          await others.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array([1]) }, { id: "two" });
          expect([...(await others.record("two").loadArray()).data]).toEqual([1]);
        }
      });
    },
  );

  it.each([
    ["an image without axes", RECORD, { axes: 7 }],
    ["pixels of another shape", PIXELS, undefined],
    ["a root of another format", ROOT, { format: "somebody's own" }],
  ] as const)("is damage where it says something else: %s", async (_name, path, attributes) => {
    await inMaintained("memory", async (at) => {
      await edit(at, path, { ...(attributes ? { attributes } : { members: { shape: [3, 2] } }) });
      expect(problemsOf(await at.dataset.check())).toEqual([`damaged ${path} → restore`]);
      expect((await at.dataset.adopt()).adopted).toEqual([]);
    });
  });

  it("is read over HTTP as well, where nothing is listed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-edited-"));
    try {
      await using dataset = await openFolder(folder);
      const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([4, 5]) } as const;
      await dataset.addImage(image, { id: "one", axes: ["t", "x"] });
      const store = localStore(folder);
      for (const path of [ROOT, RECORD, PIXELS].map(parseStoreKey)) {
        const text = new TextDecoder().decode(await store.get(path));
        await store.put(
          path,
          new TextEncoder().encode(likeZarrPython(text, { attributes: { lab: 1 }, consolidated: STALE })),
        );
      }
      await (await openFolder(folder)).addImage(image, { id: "two" });
      await using web = await webServer(folder, "data/");
      const reader = await openDataset(`${web.origin}/data`, { mode: "r" });
      for (const id of ["one", "two"]) {
        expect([...(await reader.record(id).loadArray()).data]).toEqual([4, 5]);
      }
      expect(await reader.record("one").getAxes()).toEqual(["t", "x"]);
      expect((await reader.check()).problems.map(({ kind }) => kind)).toEqual(
        Array(3).fill("modified_outside"),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const base = findSharedData("cases/dataset-common/base.zarr.tgz");
const edits = findSharedData("cases/dataset-02-consolidate-metadata-closes-dataset");

describe.runIf(base !== undefined && edits !== undefined)(
  "a dataset after zarr-python wrote its root",
  () => {
    it.each(["zarr.json", "zarr-attrs.json"])("reads whole, and adopts it: %s", async (file) => {
      const folder = await mkdtemp(join(tmpdir(), "kym-consolidated-"));
      try {
        execFileSync("tar", ["xzf", base ?? "", "-C", folder]);
        const place = join(folder, "base.zarr");
        await cp(place, join(folder, "untouched.zarr"), { recursive: true });
        await copyFile(join(edits ?? "", file), join(place, "zarr.json"));
        const log = collectLog();
        const dataset = await openFolder(place, { logger: log });
        expect(log.warnings).toHaveLength(1);
        const untouched = await openFolder(join(folder, "untouched.zarr"), { mode: "r" });
        expect(await dataset.rebuildManifest()).toEqual(await untouched.rebuildManifest());
        expect([...rowsOf(await dataset.loadTable("kym_radon"))]).toHaveLength(3);
        expect(problemsOf(await dataset.check())).toEqual(["modified_outside zarr.json → adopt"]);
        expect((await dataset.adopt()).adopted).toEqual([{ path: "zarr.json", change: "changed" }]);
        expect((await dataset.check()).problems).toEqual([]);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);
