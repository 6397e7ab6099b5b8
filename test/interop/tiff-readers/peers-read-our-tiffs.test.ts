// Checks that tifffile and ImageJ read the TIFFs that we write.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WriteImageJTiffOptions, writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray, type NdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImageJ, runImageJ } from "../imagej/imagej.ts";
import { hasPython, runPython } from "../python-environment.ts";

const SCAN = { umPerPx: 0.284, secondsPerLine: 0.00117 };

interface Case {
  readonly name: string;
  readonly array: NdArray;
  readonly options: WriteImageJTiffOptions;
  /** Numbers of frames, slices and channels. */
  readonly stack: readonly [number, number, number];
}

const FORMS = [
  { form: "line scan", shape: [50, 13], options: { axes: ["t", "x"], ...SCAN }, stack: [1, 1, 1] },
  { form: "two channels", shape: [2, 50, 13], options: { axes: ["c", "t", "x"], ...SCAN }, stack: [1, 1, 2] },
  {
    form: "slices",
    shape: [3, 7, 5],
    options: { axes: ["z", "y", "x"], umPerPx: 0.5, umPerRow: 0.25, umPerSlice: 1.5 },
    stack: [1, 3, 1],
  },
  {
    form: "frames",
    shape: [4, 7, 5],
    options: { axes: ["t", "y", "x"], umPerPx: 0.5, secondsPerFrame: 0.033 },
    stack: [4, 1, 1],
  },
  {
    form: "all axes",
    shape: [2, 3, 4, 5, 6],
    options: { axes: ["t", "z", "c", "y", "x"], umPerPx: 2, umPerSlice: 1.5, secondsPerFrame: 0.5 },
    stack: [2, 3, 4],
  },
  { form: "no units", shape: [6, 9], options: {}, stack: [1, 1, 1] },
] as const;
const DTYPES = ["uint8", "uint16", "float32", "int16", "int8", "bool"] as const;

function filled(dtype: (typeof DTYPES)[number], shape: readonly number[]): NdArray {
  const array = createNdArray(dtype, shape);
  for (let index = 0; index < array.data.length; index++) {
    const number = (index * 7919 + 13) % 65_536;
    array.data[index] = dtype === "float32" ? number / 7 - 4000 : dtype === "bool" ? number % 2 : number;
  }
  return array;
}

const CASES: readonly Case[] = DTYPES.flatMap((dtype) =>
  FORMS.map(({ form, shape, options, stack }) => ({
    name: `${dtype} ${form}`,
    array: filled(dtype, shape),
    options,
    stack,
  })),
);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const WRITTEN = {
  uint8: "uint8",
  uint16: "uint16",
  float32: "float32",
  int16: "int16",
  int8: "int16",
  bool: "uint8",
};

const isThereImageJ = await hasImageJ();

describe.skipIf(!(await hasPython()))("TIFFs that we write", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-our-tiffs-"));
    for (const { name, array, options } of CASES) {
      await writeFile(join(folder, `${name}.tif`), writeImageJTiff(array, options));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("tifffile reads with their pixels, axes, sizes and units", async () => {
    const said = JSON.parse(await runPython(new URL("read_tiffs.py", import.meta.url), [folder]));
    const expected = CASES.map(({ name, array, options, stack }) => {
      const dtype = WRITTEN[array.dtype as keyof typeof WRITTEN];
      const samples = createNdArray(dtype as "int16", array.shape);
      samples.data.set(Array.from(array.data, Number));
      const [frames, slices, channels] = stack;
      const y = "secondsPerLine" in options ? options.secondsPerLine : undefined;
      return [
        `${name}.tif`,
        {
          dtype,
          shape: [...array.shape],
          sha256: sha256(ndArrayBytes(samples)),
          isImageJ: true,
          axes: `${frames > 1 ? "t" : ""}${slices > 1 ? "z" : ""}${channels > 1 ? "c" : ""}yx`,
          pages: frames * slices * channels,
          unit: options.umPerPx === undefined ? null : "um",
          yunit: y === undefined ? null : "s",
          spacing: options.umPerSlice ?? null,
          finterval: options.secondsPerFrame ?? null,
          x: options.umPerPx ?? null,
          y: y ?? options.umPerRow ?? options.umPerPx ?? null,
        },
      ] as const;
    });
    expect(said).toEqual(Object.fromEntries(expected));
  });

  it.skipIf(!isThereImageJ)("ImageJ opens with their pixels, channels, sizes and units", async () => {
    const said = JSON.parse(await runImageJ(new URL("imagej_tiffs.py", import.meta.url), [folder]));
    const expected = CASES.map(({ name, array, options, stack }) => {
      const { umPerPx, umPerRow, secondsPerLine, umPerSlice, secondsPerFrame } = options;
      const bits = { 1: 8, 2: 16, 4: 32 }[ndArrayBytes(array).length / array.data.length];
      const unit = umPerPx === undefined ? "pixel" : "µm";
      return [
        `${name}.tif`,
        {
          bits: array.dtype === "int8" ? 16 : bits,
          size: array.shape.slice(-2),
          stack,
          sha256: sha256(new Uint8Array(Float64Array.from(array.data, Number).buffer)),
          steps: [umPerPx ?? 1, secondsPerLine ?? umPerRow ?? umPerPx ?? 1, umPerSlice ?? 1],
          units: [unit, secondsPerLine === undefined ? unit : "s", unit],
          frameInterval: secondsPerFrame ?? 0,
        },
      ] as const;
    });
    expect(said).toEqual(Object.fromEntries(expected));
  });
});
