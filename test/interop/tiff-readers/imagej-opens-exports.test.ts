// Checks that a real ImageJ opens what we export of any axes, and shows the values that we convert.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { memoryStore, type NdArray, openDataset } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyValueCalibration } from "../../../packages/legacy-io/src/tiff/pixels/apply-value-calibration.ts";
import { hasImageJ, runImageJ } from "../imagej/imagej.ts";

/** Axes and shape of an image, and what ImageJ has to say: height and width, frames, slices, channels; null if it is refused. */
const IMAGES = [
  ["t,x", [6, 5], [6, 5], [1, 1, 1]],
  ["c,t,x", [2, 6, 5], [6, 5], [1, 1, 2]],
  ["y,x,s", [6, 5, 3], [6, 5], [1, 1, 3]],
  ["y,x,s", [6, 5, 2], [6, 5], [1, 1, 2]],
  ["t,x,c", [6, 5, 2], [6, 5], [1, 1, 2]],
  ["c,z,y,x", [2, 3, 6, 5], [6, 5], [1, 3, 2]],
  ["z,t,y,x", [3, 4, 6, 5], [6, 5], [4, 3, 1]],
  ["c,z,t,y,x", [2, 3, 4, 6, 5], [6, 5], [4, 3, 2]],
  ["z,y,x,s", [3, 6, 5, 3], [6, 5], [1, 3, 3]],
  ["q,y,x", [3, 6, 5], null, null],
  ["c,y,x,s", [2, 6, 5, 3], null, null],
] as const;
const DTYPES = ["uint8", "uint16", "float32"] as const;

/** ImageJ's functions with coefficients; at their edges as well. */
const FUNCTIONS = [
  [0, [10, 2]],
  [0, [-100, 1], "zero"],
  [1, [1, 2, 0.5]],
  [2, [1, 2, 0.5, 0.01]],
  [3, [1, 2, 0.5, 0.01, 0.001]],
  [4, [2, 0.01]],
  [5, [2, 0.5]],
  [5, [2, -1]],
  [6, [2, 3]],
  [6, [2, -3]],
  [7, [1, 2, 50, 4]],
  [8, [10, 2, 1.5, 30]],
  [8, [10, -2, 1.5, 30]],
  [9, [1, 2, 50]],
  [10, [20, 2, 50, 100]],
  [10, [0, -2, 50, 100]],
  [11, [2, 0.01, 1]],
  [12, [1, 5, 100, 20]],
  [13, [2, 0.02, 1]],
  [21, []],
] as const;

const TABLES = `
import json, sys
from ij import ImagePlus
from ij.measure import Calibration
from ij.process import ByteProcessor
tables = []
for code, coefficients, *zero in json.loads(sys.argv[1]):
    calibration = Calibration(ImagePlus("x", ByteProcessor(16, 16)))
    calibration.setFunction(code, [float(c) for c in coefficients] or None, "u", bool(zero))
    tables.append([str(float(value)) for value in calibration.getCTable()])
print(json.dumps(tables))
`;

/** The array with the axes that ImageJ has, slowest first: t, z, c, rows, columns. */
function expectedPlanes(array: NdArray, axes: readonly string[]): Float64Array {
  const names = axes.map((name) => (name === "s" ? "c" : name));
  const plane = names
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => name !== "c")
    .slice(-2);
  const order = ["t", "z", "c"].flatMap((wanted) => {
    const at = names.findIndex((name, index) => name === wanted && !plane.some((one) => one.at === index));
    return at < 0 ? [] : [at];
  });
  const from = [...order, ...plane.map(({ at }) => at)];
  const lengths = from.map((axis) => array.shape[axis] ?? 1);
  const strides = array.shape.map((_, axis) =>
    array.shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  return Float64Array.from({ length: array.data.length }, (_, index) => {
    let rest = index;
    let at = 0;
    for (let axis = from.length - 1; axis >= 0; axis--) {
      const length = lengths[axis] ?? 1;
      at += (rest % length) * (strides[from[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / length);
    }
    return Number(array.data[at]);
  });
}

describe.skipIf(!(await hasImageJ()))("a real ImageJ", () => {
  let work = "";
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-imagej-exports-"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it("opens exports of any axes with planes, steps and units, or they are refused with a reason", async () => {
    const dataset = await openDataset(memoryStore());
    const expected: Record<string, unknown> = {};
    const refused: string[] = [];
    for (const [index, [axes, shape, size, stack]] of IMAGES.entries()) {
      for (const dtype of DTYPES) {
        const id = `i${index}-${dtype}`;
        const array = createNdArray(dtype, shape);
        array.data.set(array.data.map((_, at) => at % 251));
        const names = axes.split(",");
        const record = await dataset.addImage(array, { id, axes: names });
        const plane = names
          .map((name, at) => ({ name, at }))
          .filter(({ name }) => !"cs".includes(name))
          .slice(-2);
        const stepOf = (at: number): number => (at === plane[0]?.at ? 0.002 : at === plane[1]?.at ? 0.25 : 1);
        const unitOf = (at: number): string =>
          at === plane[0]?.at ? "s" : at === plane[1]?.at ? "um" : "px";
        const header = {
          voxels: names.map((_, at) => stepOf(at)),
          voxels_units: names.map((_, at) => unitOf(at)),
        };
        await record.saveJson("metadata", { header });
        if (size === null) {
          refused.push(id);
        } else {
          const planes = new Uint8Array(expectedPlanes(array, names).buffer);
          expected[id] = {
            size,
            stack,
            sha256: createHash("sha256").update(planes).digest("hex"),
            steps: [0.25, 0.002],
            units: ["\u00b5m", "s"],
          };
        }
      }
    }
    const { notes } = await exportLegacyFolder(dataset, join(work, "fiji"), { format: "imagej" });
    expect(notes.filter(({ reason }) => reason.includes("ImageJ has no place for the axes"))).toHaveLength(
      refused.length,
    );
    const folder = join(work, "flat");
    await mkdir(folder);
    for (const name of await readdir(join(work, "fiji"), { recursive: true })) {
      if (name.endsWith(".tif")) {
        await writeFile(join(folder, name.replaceAll("/", "~")), await readFile(join(work, "fiji", name)));
      }
    }
    const said = JSON.parse(await runImageJ(new URL("imagej_tiffs.py", import.meta.url), [folder]));
    const shown = Object.fromEntries(
      Object.entries<Record<string, unknown>>(said).map(([name, { size, stack, sha256, steps, units }]) => [
        Object.keys(expected).find((id) => name.includes(id)) ?? name,
        { size, stack, sha256, steps: Object(steps).slice(0, 2), units: Object(units).slice(0, 2) },
      ]),
    );
    expect(shown).toEqual(expected);
  });

  it("shows the values that --apply-calibration stores, for each of its functions", async () => {
    const tables: readonly (readonly string[])[] = JSON.parse(
      await runImageJ(TABLES, [JSON.stringify(FUNCTIONS)]),
    );
    const all = createNdArray(
      "uint8",
      [1, 256],
      Uint8Array.from({ length: 256 }, (_, value) => value),
    );
    for (const [index, [functionCode, coefficients, zero]] of FUNCTIONS.entries()) {
      const calibration = { functionCode, coefficients, unit: "u", isClippedAtZero: zero !== undefined };
      const ours = [...(applyValueCalibration(all, calibration)?.data ?? [])];
      const theirs = (tables[index] ?? []).map((text) => Number(text.replace("inf", "Infinity")));
      const differs = ours.flatMap((value, at) => {
        const other = theirs[at] ?? 0;
        const isSame = Object.is(value, other) || Math.abs(value - other) <= 1e-5 * Math.abs(other);
        return isSame ? [] : [`${at}: ${value}, ImageJ ${other}`];
      });
      expect(differs, `function ${functionCode} of ${coefficients}`).toEqual([]);
    }
  });

  it("reads a scale of its own in what comes back: an ingest of our export is calibrated alike", async () => {
    const dataset = await openDataset(memoryStore());
    const { ingested } = await ingestLegacyFolder(dataset, join(work, "flat"), { pattern: "*i0-uint16*" });
    const record = dataset.record(ingested[0]?.imageId ?? "");
    expect(await record.loadJson("metadata")).toMatchObject({
      header: { voxels: [0.002, 0.25], voxels_units: ["s", "um"], voxels_source: ["imagej", "imagej"] },
    });
  });
});
