// Plans the files of a lossless export: one path for each image, artifact and table.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { fileNameOfArtifact } from "../folder/artifact-file-name.ts";
import { sameFileKey } from "../folder/same-file-key.ts";
import { canWriteImageJTiff } from "../tiff/write/write-imagej.ts";
import { imageJAxes, opensSamples, originalAxes, type WrittenAxes } from "../tiff/write/written-axes.ts";
import { acqstoreEnding } from "./acqstore-ending.ts";

/** The parts of an image by name, as {@link planExport} needs them. */
export interface ImageInventory {
  readonly imageId: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Names of the axes. Default: nothing is known of them. */
  readonly axes?: readonly string[] | undefined;
  /** The axes in the order of the TIFF that the image came from; undefined if it is the same. */
  readonly fileAxes?: readonly string[] | undefined;
  readonly json: readonly string[];
  readonly parquet: readonly string[];
  readonly csvGz: readonly string[];
  readonly arrays: readonly ArrayInventory[];
  readonly attachments: readonly string[];
  /** The paths of attachments that are the files the image was read from, relative to its folder, by their names. Default none. */
  readonly originals?: ReadonlyMap<string, string> | undefined;
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
  /** Where images go, by id. An image that is not in it goes to `images/<id>/`. Default none. */
  readonly places?: ReadonlyMap<string, ExportPlace> | undefined;
  /** Paths that the export needs for files of its own. */
  readonly reserved?: readonly string[] | undefined;
}

/** The place of an image in an export: a file in a folder, with the other files of the image beside it. */
export interface ExportPlace {
  /** Relative to the exported folder: empty for that folder itself, otherwise with a `/` at the end. */
  readonly folder: string;
  readonly fileName: string;
  /** The file's name without its ending. The names of the files beside it begin with it. */
  readonly stem: string;
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
  readonly pixels: PlannedPixels | undefined;
  readonly artifacts: readonly PlannedArtifact[];
}

/** The file of an image's pixels. */
export interface PlannedPixels {
  readonly path: string;
  readonly format: "tif" | "npy";
  /** The axes of a TIFF, where it has them in another order than the image. */
  readonly written?: WrittenAxes | undefined;
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
 * | pixels | `images/<id>/image.tif`; `image.npy` if a TIFF would change them, or programs would take its axes for others |
 * | JSON artifacts and tables | `images/<id>/<name>.json`, `.csv`, `.csv.gz`, `.parquet` |
 * | arrays | `images/<id>/array_artifacts/<name>.npy`; with two or three dimensions also `.tif` |
 * | attachments | `images/<id>/attachments/<name>` |
 * | pooled tables | `tables/<name>.csv` or `.parquet` |
 *
 * With a place for an image, its pixels have the name and folder of the place, and the rest is beside them:
 * `<stem>.<name>.json`, also arrays, and `<stem>.attachments/<name>`. What acqstore wrote beside the TIFF is beside it again.
 *
 * If two paths differ only in case, the second gets a number, because some file systems treat them as one. Names that
 * are too long are cut.
 */
export function planExport(
  images: readonly ImageInventory[],
  tables: readonly string[],
  options: PlanExportOptions = {},
): ExportPlan {
  const { includeTiff = true, includeTables = true, places, reserved = [] } = options;
  const layouts = images.map((image) => layoutOf(image, places?.get(image.imageId)));
  const pathOf = uniquePaths(reserved, [
    "tables/",
    ...layouts.flatMap(({ pixels, attachments }, index) => [
      pixels,
      ...(images[index]?.attachments.length === 0 ? [] : [attachments]),
    ]),
  ]);
  const plannedTables = (includeTables ? tables : []).map((name) => ({
    name,
    path: pathOf(`tables/${name}`, ".csv"),
    otherwisePath: pathOf(`tables/${name}`, ".parquet"),
  }));
  // All pixels first, so that no other file takes the name of an image.
  const pixels = images.map((image, index) => planPixels(image, layouts[index], pathOf));
  return {
    images: images.map((image, index) => ({
      imageId: image.imageId,
      pixels: includeTiff ? pixels[index] : undefined,
      artifacts: planArtifacts(image, layouts[index], pathOf),
    })),
    tables: plannedTables,
  };
}

type PathOf = (path: string, ending: string) => string;

/** What the paths of an image's files begin with. */
interface ImageLayout {
  readonly pixels: string;
  /** The ending of pixels that are a TIFF. */
  readonly tiffEnding: string;
  readonly artifacts: string;
  readonly arrays: string;
  readonly attachments: string;
  /** The folder of the pixels, and the name of their TIFF: acqstore finds its files beside it. Undefined if images have no place. */
  readonly folder: string;
  readonly tiff: string | undefined;
}

function layoutOf({ imageId }: ImageInventory, place: ExportPlace | undefined): ImageLayout {
  const folder = `images/${imageId}/`;
  if (place === undefined) {
    return {
      pixels: `${folder}image`,
      tiffEnding: ".tif",
      artifacts: folder,
      arrays: `${folder}array_artifacts/`,
      attachments: `${folder}attachments/`,
      folder,
      tiff: undefined,
    };
  }
  const stem = `${place.folder}${place.stem}`;
  return {
    pixels: stem,
    tiffEnding: place.fileName.slice(place.stem.length),
    artifacts: `${stem}.`,
    arrays: `${stem}.`,
    attachments: `${stem}.attachments/`,
    folder: place.folder,
    tiff: place.fileName,
  };
}

function planPixels(image: ImageInventory, layout: ImageLayout | undefined, pathOf: PathOf): PlannedPixels {
  const { pixels, tiffEnding } = layout ?? layoutOf(image, undefined);
  const written = writtenAxes(image);
  const format = canBeTiff(image) && written !== "none" ? "tif" : "npy";
  return {
    path: pathOf(pixels, format === "tif" ? tiffEnding : ".npy"),
    format,
    ...(format === "tif" && written !== undefined && written !== "none" && { written }),
  };
}

/** The axes of the TIFF of an image: undefined for those of the image, `none` if ImageJ has no place for them. */
function writtenAxes({ axes, fileAxes, shape, dtype }: ImageInventory): WrittenAxes | "none" | undefined {
  if (axes === undefined || axes.length !== shape.length) {
    return undefined;
  }
  const channels = shape[axes.indexOf("c")] ?? 1;
  const original = originalAxes(axes, fileAxes, opensSamples(dtype, channels));
  const isOfSamples = axes.length === 3 && axes[2] === SAMPLES && opensSamples(dtype, shape[2] ?? 1);
  if (original !== undefined || isOfSamples) {
    return original;
  }
  const written = imageJAxes(axes, shape);
  const long = (written?.from ?? []).filter((axis) => (shape[axis] ?? 1) > 1);
  const isInOrder = long.every((axis, at) => axis >= (long[at - 1] ?? 0)) && !axes.includes(SAMPLES);
  return written === undefined ? "none" : isInOrder ? undefined : written;
}

const SAMPLES = "s";

function planArtifacts(
  image: ImageInventory,
  layout: ImageLayout = layoutOf(image, undefined),
  pathOf: PathOf,
): readonly PlannedArtifact[] {
  const beside = (name: string, ending: string): string =>
    pathOf(`${layout.artifacts}${fileNameOfArtifact(name)}`, ending);
  return [
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
    ...image.arrays.map((array) => planArray(array, layout, pathOf)),
    ...image.attachments.map((name) => {
      const original = originalPath(image, layout, name);
      if (original !== undefined) {
        const [stem = "", ending = ""] = original;
        return { kind: "attachment", name, path: pathOf(stem, ending) } as const;
      }
      const ending = layout.tiff === undefined ? undefined : acqstoreEnding(layout.tiff, name);
      const path =
        ending === undefined
          ? pathOf(`${layout.attachments}${name}`, "")
          : pathOf(`${layout.folder}${layout.tiff}`, ending);
      return { kind: "attachment", name, path } as const;
    }),
  ];
}

/**
 * Where a file that the image was read from goes, up to its ending and from there: where it was, seen from the image, or beside the
 * attachments if the pixels have its name. Undefined for another attachment.
 */
function originalPath(
  { originals }: ImageInventory,
  layout: ImageLayout,
  name: string,
): readonly [string, string] | undefined {
  const path = originals?.get(name);
  if (path === undefined || path.split("/").some((part) => /^\.{0,2}$/.test(part))) {
    return undefined;
  }
  const isTaken = layout.tiff === undefined || sameFileKey(path) === sameFileKey(layout.tiff);
  const whole = `${isTaken ? layout.attachments : layout.folder}${path}`;
  const dot = Math.max(whole.lastIndexOf("."), whole.lastIndexOf("/") + 2);
  return dot >= whole.length ? [whole, ""] : [whole.slice(0, dot), whole.slice(dot)];
}

function planArray(array: ArrayInventory, { arrays }: ImageLayout, pathOf: PathOf): PlannedArtifact {
  const stem = `${arrays}${fileNameOfArtifact(array.name)}`;
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

/** In bytes of UTF-8. Every common file system accepts names of up to 255 bytes. */
const MAX_NAME_LENGTH = 240;
const CUT_NAME_LENGTH = 160;

/** Gives each file a path that no other file has and that no folder of `within` needs, be it in another case. */
function uniquePaths(reserved: readonly string[], within: readonly string[]): PathOf {
  const taken = new Set<string>([...reserved, ...within.flatMap(foldersOf)].map(sameFileKey));
  return (path, ending) => {
    const stem = cutName(path, ending);
    for (let copy = 1; ; copy++) {
      const free = copy === 1 ? `${stem}${ending}` : `${stem}~${copy}${ending}`;
      const key = sameFileKey(free);
      if (!taken.has(key)) {
        taken.add(key);
        return free;
      }
    }
  };
}

function foldersOf(path: string): readonly string[] {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? [] : [path.slice(0, slash), ...foldersOf(path.slice(0, slash))];
}

/** Cuts the name at the end of a path if it is too long with its ending. */
function cutName(path: string, ending: string): string {
  const start = path.lastIndexOf("/") + 1;
  const name = path.slice(start);
  if (utf8Length(name) + ending.length <= MAX_NAME_LENGTH) {
    return path;
  }
  let cut = "";
  for (const character of name) {
    if (utf8Length(cut) + utf8Length(character) > CUT_NAME_LENGTH) {
      break;
    }
    cut += character;
  }
  return `${path.slice(0, start)}${cut}`;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
