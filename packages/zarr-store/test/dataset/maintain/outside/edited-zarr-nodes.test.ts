import { execFileSync } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../../test/support/find-shared-data.ts";
import {
  openDataset,
  parseStoreKey,
  readOnlyStore,
  rowsOf,
  type ZarrDataset,
} from "../../../../src/index.ts";
import { localStore, openLocalDataset as openFolder } from "../../../../src/node/index.ts";
import { webServer } from "../../../http/web-server.ts";
import { collectLog } from "../../../support/test-runtime.ts";
import { inMaintained, type Maintained, problemsOf } from "../maintained-dataset.ts";
import { likeZarrPython, type NodeEdit } from "./like-zarr-python.ts";

type OpenRecord = ReturnType<ZarrDataset["record"]>;

const ROOT = "zarr.json";
const RECORD = "images/one/zarr.json";
const PIXELS = "images/one/data/zarr.json";
const STALE = { "images/one/data": { shape: [64, 64], data_type: "float64" }, "images/gone": {} };

async function edit(at: Maintained, path: string, change: NodeEdit): Promise<void> {
  await at.put(path, likeZarrPython((await at.text(path)) ?? "", change));
}

/** What other programs wrote at a path, and what was kept of it. */
async function keptCopies(at: Maintained, path: string): Promise<readonly (string | undefined)[]> {
  const names = (await at.store.list(parseStoreKey("__staging"))).map(({ name }) => name);
  const texts = names
    .filter((name) => name.startsWith("obstacle-"))
    .map((name) => at.text(`__staging/${name}/${path}`));
  return (await Promise.all(texts)).filter((text) => text !== undefined);
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

type Remedy = "adopt" | "repair";

const EDITS: readonly (readonly [
  name: string,
  path: string,
  change: NodeEdit,
  message: string,
  remedy: Remedy,
])[] = [
  ["the root consolidated", ROOT, { consolidated: STALE }, "consolidated metadata added", "repair"],
  ["an attribute of the root", ROOT, { attributes: { lab: "B12" } }, "the attribute lab added", "adopt"],
  [
    "attributes of an image and its group consolidated",
    RECORD,
    { attributes: { note: "µm", n: 2 ** 40 }, consolidated: STALE },
    "consolidated metadata, the attributes note, n added",
    "adopt",
  ],
  [
    "the group of all images consolidated",
    "images/zarr.json",
    { consolidated: {} },
    "consolidated metadata added",
    "repair",
  ],
  ["an attribute of the pixels", PIXELS, { attributes: { unit: "V" } }, "the attribute unit added", "adopt"],
  [
    "an attribute of an array artifact",
    "images/one/analysis_arrays/mask/data/zarr.json",
    { attributes: { by: { hand: true } } },
    "the attribute by added",
    "adopt",
  ],
  [
    "an attribute of an artifact's group",
    "images/one/analysis_arrays/zarr.json",
    { attributes: { x: 1 }, members: { consolidated_metadata: null } },
    "the attribute x added",
    "adopt",
  ],
  [
    "a member that need not be understood",
    ROOT,
    { members: { lab: { must_understand: false, room: "B12" } } },
    "written in another form",
    "repair",
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

  it.each(EDITS)(
    "is named by check, and its attributes are adopted: %s",
    async (_name, path, change, message, remedy) => {
      await inMaintained("local", async (at) => {
        const before = await contentsOf(at.dataset);
        const committed = await at.text(path);
        await edit(at, path, change);
        const edited = await at.text(path);
        const { problems } = await at.dataset.check();
        expect(problems).toMatchObject([
          { kind: "rewritten", path, remedy, message: `changed by another program: ${message}` },
        ]);
        const report = await at.dataset.adopt();
        expect(report).toMatchObject(
          remedy === "adopt"
            ? { adopted: [{ path, change: "changed" }], putBack: [], refused: [] }
            : { adopted: [], putBack: [path], refused: [] },
        );
        const isTakenWhole = remedy === "adopt" && change.consolidated === undefined;
        const now = await at.text(path);
        expect(now === edited).toBe(isTakenWhole);
        expect(now === committed).toBe(remedy === "repair");
        expect(now).not.toContain("must_understand");
        expect(await keptCopies(at, path)).toEqual(isTakenWhole ? [] : [edited]);
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
    },
  );

  it.each(EDITS.filter((_, at) => at % 2 === 0))(
    "is put back by repair if nothing of it can be adopted: %s",
    async (_name, path, change, _, remedy) => {
      await inMaintained("local", async (at) => {
        const committed = await at.text(path);
        await edit(at, path, change);
        const edited = await at.text(path);
        const { actions } = await at.dataset.repair();
        expect(actions).toEqual(remedy === "repair" ? [{ kind: "put_back", path }] : []);
        expect(await at.text(path)).toBe(remedy === "repair" ? committed : edited);
        expect(await keptCopies(at, path)).toEqual(remedy === "repair" ? [edited] : []);
      });
    },
  );

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
      // The groups were consolidated, which would hide what is new: they are back. The pixels may wait for adopt.
      expect(problemsOf(await reader.check())).toEqual([`rewritten ${PIXELS} → adopt`]);
      for (const path of [ROOT, RECORD, "images/zarr.json"]) {
        expect(await at.text(path)).not.toContain("consolidated");
        expect(await keptCopies(at, path)).toHaveLength(1);
      }
    });
  });

  it.each([
    ["metadata saved", (record: OpenRecord) => record.saveJson("metadata", { longer: "than before" })],
    ["attributes set", (record: OpenRecord) => record.updateAttributes({ mine: 1 })],
    ["metadata deleted", (record: OpenRecord) => record.json.delete("metadata")],
    ["the image deleted", (_: OpenRecord, writer: ZarrDataset) => writer.deleteImage("one")],
  ] as const)("does not stop a writer, who keeps the other program's file: %s", async (_name, write) => {
    await inMaintained("local", async (at) => {
      await edit(at, RECORD, { attributes: { lab: "B12" }, consolidated: STALE });
      const edited = await at.text(RECORD);
      const log = collectLog();
      const writer = await at.open(2, { logger: log });
      await write(writer.record("one"), writer);
      expect(await keptCopies(at, RECORD)).toEqual([edited]);
      expect(log.warnings.join("\n")).toContain("__staging/obstacle-");
      expect((await writer.check()).problems).toEqual([]);
    });
  });

  it("keeps what was added once it was adopted", async () => {
    await inMaintained("local", async (at) => {
      await edit(at, RECORD, { attributes: { lab: "B12" }, consolidated: STALE });
      const writer = await at.open(2);
      await writer.adopt();
      const record = writer.record("one");
      await record.saveJson("metadata", { longer: "than before" });
      expect(await record.attributes()).toMatchObject({ lab: "B12", summary: { length: 29 } });
      expect(await at.text(RECORD)).not.toContain("consolidated");
    });
  });

  it("stops a writer whose node cannot be made again", async () => {
    await inMaintained("local", async (at) => {
      await edit(at, RECORD, { attributes: { created_utc: "yesterday" } });
      const edited = await at.text(RECORD);
      const writer = await at.open(2);
      await expect(writer.record("one").updateAttributes({ mine: 1 })).rejects.toMatchObject({
        code: "modified_outside",
      });
      expect(await at.text(RECORD)).toBe(edited);
      expect(await keptCopies(at, RECORD)).toEqual([]);
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
          { kind: "rewritten", path, message: expect.stringContaining("scrambled") },
        ]);
        expect((await at.dataset.adopt({ dryRun: true })).adopted).toEqual([]);
        const others = await at.open(3);
        expect(await others.record("one").loadJson("qc")).toEqual({ passed: true });
        await others.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array([1]) }, { id: "two" });
        expect([...(await others.record("two").loadArray()).data]).toEqual([1]);
      });
    },
  );

  const OTHERS = [
    ["an image without axes", RECORD, { axes: 7 }, "the attribute axes"],
    ["pixels of another shape", PIXELS, undefined, "shape"],
    ["a root of another format", ROOT, { format: "somebody's own" }, "the attribute format"],
    ["a root without our attributes, as xarray leaves it", ROOT, null, "format, format_version, created_utc"],
  ] as const;

  it.each(OTHERS)(
    "is rewritten, and not adopted, where it says something else: %s",
    async (_name, path, attributes, differs) => {
      await inMaintained("local", async (at) => {
        const change =
          attributes === null
            ? { members: { attributes: {} } }
            : attributes === undefined
              ? { members: { shape: [3, 2] } }
              : { attributes };
        const before = await contentsOf(at.dataset);
        const committed = await at.text(path);
        // Without a checkpoint only the root can be made again: its first record tells when it was made.
        await edit(at, path, change);
        const edited = await at.text(path);
        const remedy = path === ROOT ? "repair" : "restore";
        expect(problemsOf(await at.dataset.check())).toEqual([`rewritten ${path} → ${remedy}`]);
        expect((await at.dataset.adopt({ dryRun: true })).adopted).toEqual([]);
        await at.put(path, committed ?? "");
        await at.dataset.updateManifest();
        await edit(at, path, change);
        const { problems } = await at.dataset.check();
        expect(problems).toMatchObject([{ kind: "rewritten", path, remedy: "repair" }]);
        expect(problems[0]?.message).toContain(differs);
        const log = collectLog();
        expect(await contentsOf(await at.open(2, { mode: "r", logger: log }))).toEqual(before);
        await at.dataset.repair();
        expect(await at.text(path)).toBe(committed);
        expect(await keptCopies(at, path)).toEqual([edited]);
      });
    },
  );

  it.each([
    ["cut off", (text: string) => text.slice(0, -20)],
    ["no JSON", () => "yes"],
    ["an array where a group belongs", (text: string) => text.replace('"group"', '"array"').concat("\n")],
    ["one letter in one of its attributes", (text: string) => text.replace("created_utc", "created_utd")],
  ] as const)("is damaged where it is no such node: %s", async (_name, damage) => {
    await inMaintained("memory", async (at) => {
      await at.put(RECORD, damage((await at.text(RECORD)) ?? ""));
      expect(problemsOf(await at.dataset.check())).toEqual([`damaged ${RECORD} → restore`]);
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
      // The root is back: the image that came in later would be hidden otherwise.
      expect(problemsOf(await reader.check())).toEqual([
        `rewritten ${PIXELS} → adopt`,
        `rewritten ${RECORD} → adopt`,
      ]);
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
    it.each([
      ["zarr.json", "repair"],
      ["zarr-attrs.json", "adopt"],
    ] as const)("reads whole, and adopts its attributes: %s", async (file, remedy) => {
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
        expect(problemsOf(await dataset.check())).toEqual([`rewritten zarr.json → ${remedy}`]);
        const { adopted } = await dataset.adopt();
        expect(adopted).toEqual(remedy === "adopt" ? [{ path: "zarr.json", change: "changed" }] : []);
        expect(await readFile(join(place, "zarr.json"), "utf8")).not.toContain("consolidated");
        expect((await dataset.check()).problems).toEqual([]);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);
