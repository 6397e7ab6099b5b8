import { join } from "node:path";
import { exportLegacyFolder } from "@kym/legacy-io/node";
import { createNdArray, memoryStore, type NdArray, openDataset } from "@kym/zarr-store";
import type { AxisScales } from "@kym/zarr-store/array";
import type { ReaderRow } from "../readers/readers-page.ts";
import { runNgffReaders } from "./ngff-environment.ts";

/** What one reader said of one image. */
export interface NgffFact {
  readonly reader: string;
  /** Path of the image below the folder. */
  readonly image: string;
  /** The model that ome-zarr-models found. */
  readonly model?: string;
  /** Whether every pixel of level 0 is that of the dataset. */
  readonly right?: boolean;
  readonly scale?: readonly number[];
  readonly units?: readonly (string | null)[];
  readonly levels?: readonly (readonly number[])[];
  readonly contrast?: readonly (readonly number[])[];
  /** How far the first block of each level is from the mean of its lines. */
  readonly means?: readonly number[];
}

interface ExportedKind {
  readonly array: NdArray;
  readonly axes: readonly string[];
  readonly scales?: AxisScales;
  readonly chunks?: readonly number[];
  readonly chunkKeySeparator?: ".";
  /** The steps of t, c, z, y and x in the export, as far as it has them. */
  readonly steps: readonly number[];
  readonly units: readonly (string | null)[];
}

const TIME = { unit: "s", step: 0.002 };
const SPACE = { unit: "\u00b5m", step: 0.25 };

/** The exported images by id, in the order of the export. */
export const NGFF_IMAGES: Readonly<Record<string, ExportedKind>> = {
  colour: {
    array: anyPixels(createNdArray("uint8", [40, 12, 3])),
    axes: ["t", "x", "s"],
    chunks: [25, 12, 2],
    scales: [TIME, SPACE, null],
    steps: [1, 0.002, 0.25],
    units: [null, null, "micrometer"],
  },
  line: {
    array: anyPixels(createNdArray("uint16", [2500, 20])),
    axes: ["t", "x"],
    scales: [TIME, SPACE],
    steps: [0.002, 0.25],
    units: [null, "micrometer"],
  },
  movie: {
    array: anyPixels(createNdArray("int16", [3, 30, 20])),
    axes: ["t", "y", "x"],
    scales: [{ unit: "s", step: 0.5 }, SPACE, SPACE],
    steps: [0.5, 0.25, 0.25],
    units: ["second", "micrometer", "micrometer"],
  },
  older: {
    array: anyPixels(createNdArray("float32", [60, 20])),
    axes: ["t", "x"],
    chunks: [20, 20],
    chunkKeySeparator: ".",
    steps: [1, 1],
    units: [null, null],
  },
  two: {
    array: anyPixels(createNdArray("uint16", [2, 60, 20])),
    axes: ["c", "t", "x"],
    scales: [null, TIME, SPACE],
    steps: [1, 0.002, 0.25],
    units: [null, null, "micrometer"],
  },
};

function anyPixels(array: NdArray): NdArray {
  for (let index = 0; index < array.data.length; index++) {
    array.data[index] = (index * 7919) % 251;
  }
  return array;
}

/** Exports the images: all below one root, one alone as a folder and as a file, and all for acqstore. */
export async function makeNgffExports(folder: string): Promise<void> {
  const dataset = await openDataset(memoryStore());
  for (const [id, { array, axes, scales, chunks, chunkKeySeparator }] of Object.entries(NGFF_IMAGES)) {
    await dataset.addImage(array, {
      ...{ id, axes, scales, chunkKeySeparator },
      ...(chunks && { chunks }),
    });
  }
  const line = { format: "ome-zarr", imageIds: ["line"], durability: "none" } as const;
  await exportLegacyFolder(dataset, join(folder, "study.ome.zarr"), {
    format: "ome-zarr",
    durability: "none",
  });
  await exportLegacyFolder(dataset, join(folder, "line.ome.zarr"), line);
  await exportLegacyFolder(dataset, join(folder, "line.ozx"), line);
  await exportLegacyFolder(dataset, join(folder, "acqstore"), { format: "acqstore", durability: "none" });
}

/** Lets the readers open what {@link makeNgffExports} wrote. */
export async function readNgffExports(
  folder: string,
): Promise<{ readonly facts: readonly NgffFact[]; readonly rows: readonly ReaderRow[] }> {
  return JSON.parse(await runNgffReaders(new URL("try_ngff.py", import.meta.url), [folder]));
}

/** The id of the image at a path below the folder. */
export function idOfExport(path: string): string {
  const [, number] = /^study\.ome\.zarr\/(\d+)$/.exec(path) ?? [];
  return number === undefined
    ? (/([a-z]+)\.(cs\.ome\.zarr|ome\.zarr|ozx)$/.exec(path)?.[1] ?? "")
    : (Object.keys(NGFF_IMAGES)[Number(number)] ?? "");
}
