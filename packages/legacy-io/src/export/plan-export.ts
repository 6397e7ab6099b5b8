// Plans the files of a lossless export: one path for each image, artifact and table.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { fileNameOfArtifact } from "../folder/artifact-file-name.ts";
import { canWriteImageJTiff } from "../tiff/write/write-imagej.ts";

/** The parts of an image by name, as {@link planExport} needs them. */
export interface ImageInventory {
  readonly imageId: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly json: readonly string[];
  readonly parquet: readonly string[];
  readonly csvGz: readonly string[];
  readonly arrays: readonly ArrayInventory[];
  readonly attachments: readonly string[];
}

export interface ArrayInventory {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface PlanExportOptions {
  /** Export the pixels. Default true. */
  readonly includeTiff?: boolean | undefined;
  /** Export the pooled tables. Default true. */
  readonly includeTables?: boolean | undefined;
}

export type PlannedArtifact =
  | {
      readonly kind: "json" | "csv.gz" | "attachment";
      readonly name: string;
      readonly path: string;
    }
  /** Written to `path` as CSV, or to `otherwisePath` as Parquet if CSV cannot hold its values. */
  | {
      readonly kind: "parquet";
      readonly name: string;
      readonly path: string;
      readonly otherwisePath: string;
    }
  /** `tifPath` is for a second copy as TIFF. It is written only if ImageJ can represent all values. */
  | {
      readonly kind: "array";
      readonly name: string;
      readonly path: string;
      readonly tifPath: string | undefined;
    };

export interface PlannedImage {
  readonly imageId: string;
  /** Undefined if pixels are left out. */
  readonly pixels: { readonly path: string; readonly format: "tif" | "npy" } | undefined;
  readonly artifacts: readonly PlannedArtifact[];
}

export interface PlannedTable {
  readonly name: string;
  readonly path: string;
  readonly otherwisePath: string;
}

/** The path of each part of a dataset, relative to the exported folder. */
export interface ExportPlan {
  readonly images: readonly PlannedImage[];
  readonly tables: readonly PlannedTable[];
}

/** Types that a TIFF stores without a change. */
const TIFF_TYPES: ReadonlySet<DType> = new Set<DType>(["uint8", "uint16", "float32"]);
/** Well below the 4 GiB limit of a TIFF, so that there is room for its directories. */
const MAX_TIFF_BYTES = 2 ** 32 - 2 ** 26;

/**
 * Plans the files of a lossless export. Reads nothing.
 *
 * | part | path |
 * |---|---|
 * | pixels | `images/<id>/image.tif`; `image.npy` if a TIFF would change them |
 * | JSON artifacts and tables | `images/<id>/<name>.json`, `.csv`, `.csv.gz`, `.parquet` |
 * | arrays | `images/<id>/array_artifacts/<name>.npy`; with two or three dimensions also `.tif` |
 * | attachments | `images/<id>/attachments/<name>` |
 * | pooled tables | `tables/<name>.csv` or `.parquet` |
 *
 * If two paths differ only in case, the second gets a number, because some file systems treat them as one. Names that
 * are too long are cut.
 */
export function planExport(
  images: readonly ImageInventory[],
  tables: readonly string[],
  options: PlanExportOptions = {},
): ExportPlan {
  const pathOf = uniquePaths();
  return {
    images: images.map((image) => planImage(image, options.includeTiff ?? true, pathOf)),
    tables: (options.includeTables === false ? [] : tables).map((name) => ({
      name,
      path: pathOf(`tables/${name}`, ".csv"),
      otherwisePath: pathOf(`tables/${name}`, ".parquet"),
    })),
  };
}

type PathOf = (path: string, ending: string) => string;

function planImage(image: ImageInventory, includePixels: boolean, pathOf: PathOf): PlannedImage {
  const folder = `images/${image.imageId}`;
  const beside = (name: string, ending: string): string =>
    pathOf(`${folder}/${fileNameOfArtifact(name)}`, ending);
  const format = canBeTiff(image) ? "tif" : "npy";
  const pixels = includePixels
    ? ({ path: pathOf(`${folder}/image`, `.${format}`), format } as const)
    : undefined;
  return {
    imageId: image.imageId,
    pixels,
    artifacts: [
      ...image.json.map((name) => ({ kind: "json", name, path: beside(name, ".json") }) as const),
      ...image.parquet.map(
        (name) =>
          ({
            kind: "parquet",
            name,
            path: beside(name, ".csv"),
            otherwisePath: beside(name, ".parquet"),
          }) as const,
      ),
      ...image.csvGz.map((name) => ({ kind: "csv.gz", name, path: beside(name, ".csv.gz") }) as const),
      ...image.arrays.map((array) => planArray(array, folder, pathOf)),
      ...image.attachments.map(
        (name) => ({ kind: "attachment", name, path: pathOf(`${folder}/attachments/${name}`, "") }) as const,
      ),
    ],
  };
}

function planArray(array: ArrayInventory, folder: string, pathOf: PathOf): PlannedArtifact {
  const stem = `${folder}/array_artifacts/${fileNameOfArtifact(array.name)}`;
  const path = pathOf(stem, ".npy");
  const tifPath = mayBeForImageJ(array) ? pathOf(stem, ".tif") : undefined;
  return { kind: "array", name: array.name, path, tifPath };
}

function canBeTiff({ dtype, shape }: Pick<ArrayInventory, "dtype" | "shape">): boolean {
  return (
    TIFF_TYPES.has(dtype) && canWriteImageJTiff(dtype, shape) && sizeOf({ dtype, shape }) <= MAX_TIFF_BYTES
  );
}

/** True if a TIFF copy is possible by shape and size. Whether a TIFF can hold the values is only known on writing. */
function mayBeForImageJ({ dtype, shape }: ArrayInventory): boolean {
  const isStack = shape.length === 2 || shape.length === 3;
  return isStack && !shape.includes(0) && sizeOf({ dtype, shape }) <= MAX_TIFF_BYTES;
}

function sizeOf({ dtype, shape }: Pick<ArrayInventory, "dtype" | "shape">): number {
  return shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
}

/** Every common file system accepts names of up to 255 bytes. */
const MAX_NAME_LENGTH = 240;
const CUT_NAME_LENGTH = 160;

function uniquePaths(): PathOf {
  const taken = new Set<string>();
  return (path, ending) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const cut = name.length + ending.length > MAX_NAME_LENGTH ? name.length - CUT_NAME_LENGTH : 0;
    const stem = path.slice(0, path.length - cut);
    for (let copy = 1; ; copy++) {
      const free = copy === 1 ? `${stem}${ending}` : `${stem}~${copy}${ending}`;
      const key = free.toLowerCase();
      if (!taken.has(key)) {
        taken.add(key);
        return free;
      }
    }
  };
}
