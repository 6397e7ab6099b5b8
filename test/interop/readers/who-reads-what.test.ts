// Checks that docs/who-reads-what.md says what other programs do with a dataset; `exec vitest run --project=interop readers -u` writes it.

import { execFile } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { AcqImage } from "@kym/kym-dataset";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { hasImageJ, runImageJ } from "../imagej/imagej.ts";
import { installFromNpm } from "../install-from-npm.ts";
import { hasNgffReaders } from "../ngff/ngff-environment.ts";
import {
  idOfExport,
  makeNgffExports,
  NGFF_IMAGES,
  type NgffFact,
  readNgffExports,
} from "../ngff/ngff-exports.ts";
import { hasPython } from "../python-environment.ts";
import { runReaders } from "./readers-environment.ts";
import { type ReaderRow, readersPage } from "./readers-page.ts";

const PAGE = resolve(import.meta.dirname, "../../../docs/who-reads-what.md");
const LINES = 60;
const COLUMNS = 20;
const PIXELS = Uint16Array.from({ length: LINES * COLUMNS }, (_, index) => (index * 7919) % 4096);
const SCALES = [
  { unit: "s", step: 0.002 },
  { unit: "\u00b5m", step: 0.25 },
] as const;
const IMAGE = { dtype: "uint16", shape: [LINES, COLUMNS], data: PIXELS } as const;
const SPECTRUM = { dtype: "float64", shape: [12, 5], data: new Float64Array(60) } as const;

const CAN_READ = (await hasPython()) && (await hasImageJ()) && (await hasNgffReaders());

describe.skipIf(!CAN_READ)("other programs", () => {
  let cwd = "";
  let rows: readonly ReaderRow[] = [];
  let facts: readonly NgffFact[] = [];

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-readers-"));
    await makeStudy(cwd);
    await makeNgffExports(cwd);
    const ngff = await readNgffExports(cwd);
    facts = ngff.facts;
    const script = new URL("try_readers.py", import.meta.url);
    rows = [
      ...JSON.parse(await runReaders(script, [cwd])),
      ...JSON.parse(await runImageJ(new URL("try_imagej.py", import.meta.url), [cwd])),
      ...(await rowsOfR(cwd)),
      ...ngff.rows,
    ];
  }, 600_000);
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it("read what the page says, and show it as the page says", async () => {
    await expect(readersPage(rows)).toMatchFileSnapshot(PAGE);
  });

  it("VirtualiZarr shows dots as zeros, and every other reader of Zarr is right or refuses", () => {
    const wrong = rows.filter(({ result }) => result.includes("every pixel is 0"));
    expect(wrong.map(({ reader, given }) => [reader, given])).toEqual([
      ["VirtualiZarr", "pixels, chunk keys with `.`"],
    ]);
    expect(rows.filter(({ result }) => result.includes("other pixels"))).toEqual([]);
  });

  it("napari puts the image, and a ROI of lines 10 to 40 and pixels 4 to 12, at the same seconds and micrometers", () => {
    const napari = rows.find(({ given }) => given.startsWith("the lines of `kym show`"));
    expect(napari?.result).toBe(
      "every pixel right; image from [0.0, 0.0] to [0.118, 4.75], in s, \u00b5m; the ROI from [0.019, 0.875] to [0.079, 2.875]",
    );
  });

  it("readers of OME-Zarr open level 0 of every exported image: each pixel, steps in s and µm, units", () => {
    const readers = ["ngff-zarr", "iohub", "ome-zarr-py", "napari-ome-zarr"];
    for (const reader of readers) {
      const read = facts.filter((fact) => fact.reader === reader);
      for (const { image, right, scale = [], units = [] } of read) {
        const { steps, units: stated } = NGFF_IMAGES[idOfExport(image)] ?? { steps: [], units: [] };
        const isLayer = reader === "napari-ome-zarr" && steps.length > scale.length;
        const [expectedSteps, expectedUnits] = isLayer ? [steps.slice(1), stated.slice(1)] : [steps, stated];
        const words = units.map((unit) => (unit === "pixel" ? null : unit));
        const hasUnits = words.length > 0;
        expect([reader, image, right, scale, hasUnits ? words : []]).toEqual([
          ...[reader, image, true, expectedSteps, hasUnits ? expectedUnits : []],
        ]);
      }
      const isOfFiles = reader === "ngff-zarr" || reader === "iohub";
      expect(read).toHaveLength(2 * Object.keys(NGFF_IMAGES).length + (isOfFiles ? 2 : 1));
    }
  });

  it("ome-zarr-models validates every exported image, and napari-ome-zarr shows each level and the contrast", () => {
    const models = facts.filter(({ reader }) => reader === "ome-zarr-models");
    expect(new Set(models.map(({ model }) => model))).toEqual(new Set(["ome_zarr_models.v05.image.Image"]));
    const napari = facts.filter(({ reader }) => reader === "napari-ome-zarr");
    const line = napari.find(({ image }) => image === "line.ome.zarr");
    expect(line?.levels).toEqual([
      [2500, 20],
      [1250, 20],
      [625, 20],
    ]);
    expect(line?.contrast).toEqual([[2, 249]]);
    expect(Math.max(...(line?.means ?? [1]))).toBeLessThanOrEqual(0.5);
    expect(napari.find(({ image }) => image === "study.ome.zarr/4")?.contrast).toHaveLength(2);
  });

  it("xarray opens the tree of a dataset, and the groups of one with axes that an early build named", () => {
    const trees = rows.filter(({ given }) => given.startsWith("`open_"));
    expect(trees.map(({ result }) => result.split(/[;,:] /)[0])).toEqual([
      "opens all of it",
      "refuses it",
      "opens all of it",
    ]);
  });
});

async function makeStudy(cwd: string): Promise<void> {
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  for (const [id, chunkKeySeparator] of [
    ["line-scan", "/"],
    ["older", "."],
  ] as const) {
    const options = { id, chunkKeySeparator, axes: ["t", "x"], chunks: [COLUMNS, COLUMNS], scales: SCALES };
    await dataset.addImage(IMAGE, options);
  }
  const record = dataset.record("line-scan");
  await record.saveArrayArtifact("radon/spectrum", SPECTRUM, { axes: ["t", "angle"] });
  await record.saveArrayArtifact("radon", { dtype: "float32", shape: [7], data: new Float32Array(7) });
  await record.saveArrayArtifact("mask", {
    dtype: "bool",
    shape: [LINES, COLUMNS],
    data: new Uint8Array(1200),
  });
  const image = AcqImage.from({
    sourceKey: "line-scan",
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  await image.editMetadata({ header: { voxels: [0.002, 0.25], voxelsUnits: ["s", "um"] } });
  await image.addRoi({ name: "vessel", bounds: { dim0Start: 10, dim0Stop: 40, dim1Start: 4, dim1Stop: 12 } });
  await image.addRoi({ bounds: { dim0Start: 0, dim0Stop: 10, dim1Start: 0, dim1Stop: 4 } });
  await dataset.saveTable(
    "quality",
    [
      { image_id: "line-scan", ok: true, seen_ns: 1_667_392_215_461_000_001n },
      { image_id: "older", ok: null, seen_ns: null },
    ],
    {
      schema: {
        columns: [
          { name: "image_id", type: "utf8", nullable: false },
          { name: "ok", type: "bool" },
          { name: "seen_ns", type: "int64" },
        ],
      },
    },
  );
  await using one = await openLocalDataset(join(cwd, "one.zarr"));
  const early = await one.addImage(IMAGE, { id: "line-scan", axes: ["t", "x"] });
  await early.saveArrayArtifact("radon/spectrum", SPECTRUM, { axes: ["t", "angle"], exactAxes: true });

  await ends(["roi", "export", "study.zarr", "line-scan", "rois.geojson", "--pixel-center", "0"], cwd);
  const shown = await ends(["show", "study.zarr", "line-scan"], cwd);
  const recipe = /^ {2}napari +(layer = .*\n(?: {11}.*\n)+)/m.exec(shown)?.[1] ?? "";
  await writeFile(join(cwd, "napari.py"), recipe.replaceAll(/^ {11}/gm, ""));
  await ends(["export", "study.zarr", "out", "line-scan", "--to", "imagej"], cwd);
  await rename(join(cwd, "out", "line-scan.tif"), join(cwd, "scan.tif"));
}

async function ends(args: readonly string[], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await kym(args, { cwd });
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
}

/** R itself, compiled to WebAssembly. */
async function rowsOfR(cwd: string): Promise<readonly ReaderRow[]> {
  const run = join(import.meta.dirname, "../r/run-r.ts");
  const webR = await installFromNpm("webr", "0.6.0");
  const { stdout } = await promisify(execFile)(process.execPath, [
    run,
    webR,
    join(import.meta.dirname, "try_r.R"),
    cwd,
  ]);
  const [version = "", ...lines] = stdout.trim().split("\n");
  return lines.map((line) => {
    const [given = "", result = ""] = line.split(": ");
    return { reader: "R, read.csv", version, given, result };
  });
}
