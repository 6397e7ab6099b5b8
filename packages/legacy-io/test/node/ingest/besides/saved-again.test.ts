import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRectRoi, type Roi } from "@kym/roi";
import { parseImageJRoi, writeImageJRoi, writeImageJRois } from "@kym/roi/imagej";
import { memoryStore, openDataset, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { metadataText } from "../../../../src/content/image-metadata.ts";
import { roisOfMetadata } from "../../../../src/content/rois/rois-in-metadata.ts";
import {
  exportLegacyFolder,
  findFaultyReads,
  ingestLegacyFolder,
  refreshFromFolder,
} from "../../../../src/node/index.ts";
import { encodeImageJMetadata } from "../../../../src/tiff/descriptions/imagej-metadata.ts";
import {
  bytesSource,
  describeTiff,
  type ImageJMetadata,
  type TiffInfo,
  type WriteImageJTiffOptions,
  writeImageJTiff,
} from "../../../../src/tiff/index.ts";
import { ascii, buildTiff, greyTags } from "../../../tiff/tiff-fixture.ts";
import { makeLabFolder } from "../../lab-folder.ts";
import { storeAsOldBuild } from "../../old-build.ts";
import { metadataOf, oval, rect } from "./imagej-parts.ts";

const SCALE = { umPerPx: 0.25, secondsPerLine: 0.004 };
type Files = Readonly<Record<string, string | Uint8Array>>;
type Parts = Partial<ImageJMetadata>;

function pixels(shape: readonly number[], first = 0) {
  const count = shape.reduce((product, length) => product * length, 1);
  const data = Uint16Array.from({ length: count }, (_, index) => index + first);
  return { dtype: "uint16" as const, shape, data };
}

/** Four lines of three places. */
function scan(
  parts: Parts = {},
  { first = 0, ...options }: WriteImageJTiffOptions & { first?: number } = {},
) {
  return writeImageJTiff(pixels([4, 3], first), { imageJMetadata: metadataOf(parts), ...options });
}

/** Three places of four lines, as ImageJ saves a scan that it rotated. */
function turned(parts: Parts = {}): Uint8Array {
  return writeImageJTiff(pixels([3, 4]), {
    ...{ axes: ["x", "t"], imageJMetadata: metadataOf(parts) },
    ...SCALE,
  });
}

/** A rect of ImageJ at a column and a row of the file. */
function rectAt(name: string, x: number, y: number, width: number, height: number): Uint8Array {
  return writeImageJRoi({ type: "rect", name, bounds: { x, y, width, height } }).with(94, 5);
}

function pointsAt(name: string, ...points: readonly (readonly [x: number, y: number])[]): Uint8Array {
  return writeImageJRoi({ type: "point", name, coordinates: points.map(([x, y]) => ({ x, y })) });
}

function zipOf(...some: readonly Roi[]): Uint8Array {
  return writeImageJRois(some).file;
}

describe("what is in a TIFF besides the pixels", () => {
  let dataset: ZarrDataset;
  const folders: string[] = [];
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
  });
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const labOf = async (files: Files): Promise<string> => {
    const lab = await makeLabFolder(files);
    folders.push(lab);
    return lab;
  };
  const ingested = async (files: Files): Promise<string> => {
    const lab = await labOf(files);
    await ingestLegacyFolder(dataset, lab);
    return lab;
  };
  const record = async (into = dataset): Promise<ZarrImageRecord> => {
    const [id = ""] = await into.listImageIds();
    return into.record(id);
  };
  const metadata = async () => JSON.parse((await (await record()).loadJsonText("metadata")).text);
  const rois = async (into = dataset): Promise<readonly Roi[]> =>
    roisOfMetadata((await (await record(into)).loadJsonText("metadata")).text).rois;
  const names = async (): Promise<readonly string[]> =>
    (await rois()).map(({ id, name }) => `${id} ${name}`).toSorted();
  const exported = async (format?: "imagej"): Promise<string> => {
    const target = join(await labOf({}), "out");
    await exportLegacyFolder(dataset, target, format === undefined ? {} : { format });
    return target;
  };
  const infoOf = async (path: string): Promise<TiffInfo> => describeTiff(bytesSource(await readFile(path)));
  const plainTiff = async (): Promise<string> => {
    const target = await exported();
    const text = await readFile(join(target, "export.json"), "utf8");
    return join(target, JSON.parse(text).images[0].pixels.path);
  };

  describe("that was saved again with the same pixels", () => {
    it("comes in with a refresh: new, moved and deleted ROIs, the scale and the info", async () => {
      const before = { info: "one", overlay: [rect("gone"), rect("moved", 1), rect("stays", 2)] };
      const lab = await ingested({ "c.tif": scan(before) });
      const after = { info: "two", overlay: [rect("moved", 0), rect("stays", 2), oval("new")] };
      await writeFile(join(lab, "c.tif"), scan(after, SCALE));
      const plan = await refreshFromFolder(dataset, lab, { dryRun: true });
      const done = await refreshFromFolder(dataset, lab);
      for (const { updated, skipped } of [plan, done]) {
        expect([updated.map(({ reason }) => reason), skipped]).toEqual([
          ["the TIFF was saved again with the same pixels"],
          [],
        ]);
      }
      expect(await names()).toEqual(["2 moved", "3 stays", "4 new"]);
      expect((await metadata()).header).toMatchObject({ voxels: [0.004, 0.25], voxels_units: ["s", "um"] });
      expect((await infoOf(await plainTiff())).imageJMetadata).toEqual(metadataOf(after));
      expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
    });

    it("is merged with edits in the dataset, again and again, and a field that both changed is a conflict", async () => {
      const lab = await ingested({ "c.tif": scan({ overlay: [rect("a"), rect("b", 1)] }) });
      const edit = async (change: (text: ReturnType<typeof JSON.parse>) => void): Promise<void> => {
        const text = await metadata();
        change(text);
        await (await record()).saveJson("metadata", text);
      };
      await edit((text) => {
        text.rois[0].note = "mine";
        text.experiment_metadata = { ...text.experiment_metadata, condition: "wild type" };
      });
      await writeFile(join(lab, "c.tif"), scan({ overlay: [rect("a"), rect("b", 1), rect("c", 2)] }, SCALE));
      const first = await refreshFromFolder(dataset, lab);
      expect([first.updated.length, first.conflicts]).toEqual([1, []]);
      expect(await names()).toEqual(["1 a", "2 b", "3 c"]);
      expect((await rois())[0]?.note).toBe("mine");
      await writeFile(join(lab, "c.tif"), scan({ overlay: [rect("a"), rect("c", 2)] }, SCALE));
      const second = await refreshFromFolder(dataset, lab);
      expect([second.updated.length, second.conflicts]).toEqual([1, []]);
      expect(await names()).toEqual(["1 a", "3 c"]);
      const { experiment_metadata: experiment, header } = await metadata();
      expect([experiment.condition, header.voxels]).toEqual(["wild type", [0.004, 0.25]]);
      await edit((text) => {
        text.rois[0].name = "mine";
      });
      await writeFile(join(lab, "c.tif"), scan({ overlay: [rect("c", 2)] }, SCALE));
      const third = await refreshFromFolder(dataset, lab);
      expect(third.conflicts.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(
          /^c\.tif changed, but ROI 1.* was edited in the dataset since: the edit stays$/,
        ),
      ]);
      expect(third.open).toHaveLength(1);
    });

    it("without anything but another file is remembered, and a changed pixel stays a changed image", async () => {
      const lab = await ingested({ "c.tif": scan({ info: "x" }), "c.json": '{"experiment_metadata":{}}' });
      await writeFile(join(lab, "c.tif"), scan({ info: "x" }, { first: 1 }));
      const { skipped } = await refreshFromFolder(dataset, lab);
      expect(skipped.map(({ reason }) => reason)).toEqual(["the image changed since it was ingested"]);
      await writeFile(join(lab, "c.tif"), scan());
      await writeFile(join(lab, "c.json"), '{"experiment_metadata":{"note":"late"}}');
      const { updated } = await refreshFromFolder(dataset, lab);
      expect(updated.map(({ reason }) => reason)).toEqual([
        "the TIFF was saved again with the same pixels; changed beside it: c.json",
      ]);
      expect(await (await record()).json.list()).not.toContain("imagej/tags");
      expect((await metadata()).experiment_metadata.note).toBe("late");
      expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
    });

    it("stays the record that it is where changed images are taken in anew, with what changed beside it", async () => {
      const REINGEST = { mode: "reingest_if_changed", onChange: "supersede" } as const;
      const lab = await ingested({ "c.tif": scan({ overlay: [rect("a")] }), "c.qc.json": "1" });
      const { id } = await record();
      await writeFile(join(lab, "c.tif"), scan({ overlay: [rect("a"), rect("b", 1)] }));
      await writeFile(join(lab, "c.qc.json"), "2");
      for (const { updated, newImageIds } of [
        await refreshFromFolder(dataset, lab, { ...REINGEST, dryRun: true }),
        await refreshFromFolder(dataset, lab, REINGEST),
      ]) {
        expect(updated.map(({ reason }) => reason)).toEqual([
          "the TIFF was saved again with the same pixels; changed beside it: c.qc.json",
        ]);
        expect(newImageIds).toEqual([]);
      }
      expect([await names(), await dataset.listImageIds()]).toEqual([["1 a", "2 b"], [id]]);
      expect(await (await record()).loadJson("qc")).toBe(2);
      expect((await refreshFromFolder(dataset, lab, REINGEST)).unchanged).toHaveLength(1);
      await writeFile(join(lab, "c.tif"), scan({ overlay: [rect("a")] }, { first: 9 }));
      expect((await refreshFromFolder(dataset, lab, REINGEST)).newImageIds).toHaveLength(1);
    });

    it("of two channels is compared with both, and each file is remembered", async () => {
      const files = { "p_C001T001.tif": scan(), "p_C002T001.tif": scan({}, { first: 50 }) };
      const lab = await ingested(files);
      await writeFile(join(lab, "p_C002T001.tif"), scan({ overlay: [rect("b", 1)] }, { first: 50 }));
      expect((await refreshFromFolder(dataset, lab)).updated).toHaveLength(1);
      expect(await names()).toEqual(["1 b"]);
      expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
    });
  });

  describe("whose columns are time", () => {
    it("has ROIs that turn with it, from its tags, a zip, a .roi and a GeoJSON, and gives ImageJ's bytes back", async () => {
      // One place, lines 1 and 2: in the file one row, columns 1 and 2.
      const overlay = [rectAt("r", 1, 0, 2, 1), pointsAt("p", [3, 2], [0, 1]), oval("o")];
      const geometry = { type: "Point", coordinates: [3.5, 0.5] };
      await ingested({
        "c.tif": turned({ overlay, selection: rectAt("s", 0, 2, 4, 1) }),
        "c.roi": pointsAt("q", [2, 0]),
        "c.geojson": JSON.stringify({ type: "Feature", geometry, properties: { name: "g" } }),
        // In the file: column 3, rows 1 and 2.
        "RoiSet.zip": zipOf(
          createRectRoi({
            ...{ id: 1, name: "z" },
            bounds: { dim0Start: 1, dim0Stop: 3, dim1Start: 3, dim1Stop: 4 },
          }),
        ),
      });
      const found = await rois();
      const places = new Map(found.map((roi) => [roi.name, placeOf(roi)]));
      expect((await (await record()).openArray()).shape).toEqual([4, 3]);
      expect(Object.fromEntries([...places].filter(([name]) => name !== "o"))).toEqual({
        r: [1, 3, 0, 1],
        p: [
          [3.5, 2.5],
          [0.5, 1.5],
        ],
        s: [0, 4, 2, 3],
        q: [[2.5, 0.5]],
        g: [[3.5, 0.5]],
        z: [3, 4, 1, 3],
      });
      const plain = (await infoOf(await plainTiff())).imageJMetadata;
      expect(plain?.overlay.slice(0, 3)).toEqual(overlay);
      expect(plain?.selection).toEqual(rectAt("s", 0, 2, 4, 1));
      const lines = await infoOf(join(await exported("imagej"), "c.tif"));
      expect([lines.shape, lines.imageJMetadata?.overlay.map(parseImageJRoi)[0]]).toMatchObject([
        [4, 3],
        { type: "rect", bounds: { x: 0, y: 1, width: 1, height: 2 } },
      ]);
    });

    it("keeps the ROIs where they are through an export and a second ingest, whichever way it is written", async () => {
      await ingested({ "c.tif": turned({ overlay: [rectAt("r", 1, 0, 2, 1), pointsAt("p", [3, 2])] }) });
      const before = (await rois()).map((roi) => [roi.name, placeOf(roi)]);
      const again = await openDataset(memoryStore());
      await ingestLegacyFolder(again, await exported("imagej"));
      expect((await rois(again)).map((roi) => [roi.name, placeOf(roi)])).toEqual(before);
      const third = await openDataset(memoryStore());
      await ingestLegacyFolder(third, await labOf({ "c.tif": await readFile(await plainTiff()) }));
      expect((await rois(third)).map((roi) => [roi.name, placeOf(roi)])).toEqual(before);
    });

    it("is followed when its overlay changes", async () => {
      const lab = await ingested({ "c.tif": turned({ overlay: [rectAt("r", 1, 0, 2, 1)] }) });
      await writeFile(join(lab, "c.tif"), turned({ overlay: [rectAt("r", 2, 0, 2, 1)] }));
      expect((await refreshFromFolder(dataset, lab)).updated).toHaveLength(1);
      expect((await rois()).map((roi) => [roi.id, placeOf(roi)])).toEqual([[1, [2, 4, 0, 1]]]);
    });
  });

  it("of an image that an earlier version ingested comes in when it is read again, with the edits of its record", async () => {
    const lab = await ingested({ "c.tif": scan({ info: "x", overlay: [rect("a", 1)] }, SCALE) });
    const image = await record();
    const text = metadataText({
      ...{ shape: [4, 3], olympus: undefined, classic: undefined, scales: undefined, accepted: true },
    });
    await image.json.delete("imagej/tags");
    await image.saveJson("metadata", { ...JSON.parse(text), accepted: false });
    await storeAsOldBuild(dataset, image, { tiff: 2, attributes: { tiff_scales: undefined } });
    expect(
      (await findFaultyReads(dataset)).map(({ fault, likelihood }) => [fault.mendedIn, likelihood]),
    ).toEqual([
      [3, "likely"],
      [3, "possible"],
    ]);
    expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
    const { updated, conflicts } = await refreshFromFolder(dataset, lab, { again: true });
    expect([updated.length, conflicts]).toEqual([1, []]);
    expect(await names()).toEqual(["1 a"]);
    expect(await metadata()).toMatchObject({ accepted: false, header: { voxels: [0.004, 0.25] } });
    expect(await findFaultyReads(dataset)).toEqual([]);
    expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
  });

  it("shows the same values of int16 after an export, by the range of its description and of its tags", async () => {
    const text = "ImageJ=1.54p\nvunit=Gray Value\ncf=0\nc0=-32768.0\nc1=1.0\nmin=32763\nmax=32772\n";
    const tags = encodeImageJMetadata(metadataOf({ ranges: [32_762, 32_773] }));
    const values = Uint16Array.from({ length: 12 }, (_, index) => index - 6 + 32_768);
    const page = {
      tags: greyTags(4, 3, 16, [
        ascii(270, text),
        { tag: 50_838, type: 4, values: tags?.byteCounts ?? [] },
        { tag: 50_839, type: 1, values: [...(tags?.bytes ?? [])] },
      ]),
      segments: [new Uint8Array(values.buffer)],
    };
    await ingested({ "c.tif": buildTiff([page]) });
    const written = await infoOf(join(await exported("imagej"), "c.tif"));
    expect([written.dtype, written.displayRange, written.imageJMetadata?.ranges]).toEqual([
      "int16",
      [-5, 4],
      [-6, 5],
    ]);
    expect(written.description).toContain("min=32763\nmax=32772\n");
  });
});

function placeOf(roi: Roi): readonly unknown[] {
  switch (roi.type) {
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      return [dim0Start, dim0Stop, dim1Start, dim1Stop];
    }
    case "mask":
      return [];
    default:
      return roi.points.map(({ dim0, dim1 }) => [dim0, dim1]);
  }
}
