// Decides the shape and the axes of the array that a TIFF's pages make.

import { defaultAxes } from "@kym/zarr-store/array";
import { axisOf, type FluoviewDimension } from "../descriptions/fluoview-tags.ts";
import type { ImageJDescription } from "../descriptions/imagej-description.ts";
import type { OmeDescription } from "../descriptions/ome-description.ts";
import type { ShapedDescription } from "../descriptions/shaped-description.ts";
import { pageBytes } from "../page/page-geometry.ts";
import { unsupportedTag } from "../page/tag-errors.ts";
import type { TiffPage } from "../page/tiff-page.ts";
import { isContiguous, planRuns } from "./contiguous.ts";

/** Which description names the axes; `default` if none does. */
export type AxesSource = "imagej" | "ome" | "mm_header" | "tifffile" | "pylake" | "lsm" | "default";

/** How the pages of a file form one array. */
export interface TiffLayout {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly axesSource: AxesSource;
  /** The page of each plane, in C order of the axes before the plane. */
  readonly pageOfPlane: readonly number[];
  /** Planes behind the only directory, one after another: ImageJ writes large stacks so. Otherwise 1. */
  readonly planesOfOnlyPage: number;
  /** Sentences for people about descriptions that do not fit the pages. */
  readonly warnings: readonly string[];
}

/** The descriptions that programs wrote. The first that is there and fits is used, in this order. */
export interface StackDescriptions {
  readonly ome?: OmeDescription | undefined;
  readonly imageJ?: ImageJDescription | undefined;
  readonly shaped?: ShapedDescription | undefined;
  readonly mmHeader?: readonly FluoviewDimension[] | undefined;
  /** What the rows and the columns are, where a description says so; samples, `s`, do not count. */
  readonly planeAxes?: readonly string[] | undefined;
  /** The description that says so, where it describes one plane. */
  readonly planeAxesSource?: "pylake" | "lsm" | undefined;
  /** Planes that MetaMorph says are in the file, one after another behind one directory. */
  readonly metaMorphPlanes?: number | undefined;
}

const LEADING_AXES: readonly (readonly string[])[] = [[], ["z"], ["t", "z"], ["t", "z", "c"]];

/**
 * Decides the shape and the axes of the array that equal pages form. The samples of a pixel are the axis `s`. It is the last
 * axis if they are stored pixel by pixel, and the one before `y` if they are stored plane by plane.
 *
 * A description that counts other planes than the file has costs its axes, with a warning, but never the pages.
 * @throws {LegacyIoError} `not_supported` for planes behind one directory that cannot be found
 */
export function planTiffLayout(
  page: TiffPage,
  pageCount: number,
  fileBytes: number,
  descriptions: StackDescriptions,
): TiffLayout {
  const warnings: string[] = [];
  const { ome, imageJ, shaped, mmHeader, planeAxes, planeAxesSource, metaMorphPlanes = 1 } = descriptions;
  const plane = namedPlane(arrayOfPage(page), planeAxes);
  const unfit = (says: string): void => {
    warnings.push(
      `TIFF tag ImageDescription: ${says}, the file has ${pageCount} ${pageCount === 1 ? "page" : "pages"} and ${fileBytes} bytes: the pages are read, its axes are not used`,
    );
  };
  if (ome !== undefined) {
    return {
      shape: [...ome.leadingShape, ...plane.shape],
      axes: [...ome.leadingAxes, ...plane.axes],
      axesSource: "ome",
      pageOfPlane: ome.pages,
      planesOfOnlyPage: 1,
      warnings,
    };
  }
  if (imageJ !== undefined) {
    const placed = placePlanes(page, pageCount, imageJ.images, fileBytes);
    if (placed !== undefined) {
      const sizes = [imageJ.frames, imageJ.slices, imageJ.channels];
      const isLong = (_: unknown, index: number): boolean => (sizes[index] ?? 1) > 1;
      return {
        shape: [...sizes.filter(isLong), ...plane.shape],
        axes: [...["t", "z", "c"].filter(isLong), ...plane.axes],
        axesSource: "imagej",
        ...placed,
        warnings,
      };
    }
    unfit(`ImageJ says ${imageJ.images} planes`);
  }
  if (shaped !== undefined && fitsPlane(page, shaped)) {
    const placed = placePlanes(page, pageCount, planesOfShape(page, shaped), fileBytes);
    if (placed !== undefined) {
      return { ...shapedLayout(page, pageCount, shaped), ...placed, warnings };
    }
    unfit(`tifffile says shape [${shaped.shape.join(", ")}]`);
  }
  if (metaMorphPlanes > 1 && pageCount === 1) {
    const placed = placePlanes(page, pageCount, metaMorphPlanes, fileBytes);
    if (placed === undefined) {
      throw unsupportedTag(
        "UIC2Tag",
        `a MetaMorph stack of ${metaMorphPlanes} planes that do not follow one another`,
      );
    }
    return { ...defaultLayout(plane, metaMorphPlanes), ...placed, warnings };
  }
  const saidBy = imageJ === undefined && pageCount === 1 ? planeAxesSource : undefined;
  const fromHeader = mmHeader === undefined ? undefined : mmHeaderLayout(plane, pageCount, mmHeader);
  return {
    ...(fromHeader === undefined
      ? { ...defaultLayout(plane, pageCount), ...(saidBy !== undefined && { axesSource: saidBy }) }
      : { ...fromHeader, axesSource: "mm_header" as const }),
    pageOfPlane: Array.from({ length: pageCount }, (_, index) => index),
    planesOfOnlyPage: 1,
    warnings,
  };
}

/** The array of planes about which no description says more. */
function defaultLayout(plane: NamedShape, planeCount: number): NamedShape & Pick<TiffLayout, "axesSource"> {
  const leading = planeCount === 1 ? [] : [planeCount];
  return {
    shape: [...leading, ...plane.shape],
    axes: [...(LEADING_AXES[leading.length] ?? []), ...plane.axes],
    axesSource: "default",
  };
}

/** The plane with the names of its rows and columns. */
function namedPlane({ shape, axes }: NamedShape, said: readonly string[] | undefined): NamedShape {
  const [rows, columns] = (said ?? []).filter((name) => name !== SAMPLES);
  return rows === undefined || columns === undefined
    ? { shape, axes }
    : { shape, axes: axes.map((name) => (name === "y" ? rows : name === "x" ? columns : name)) };
}

const SAMPLES = "s";

interface NamedShape {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
}

/** The shape and the axes of one page. */
export function arrayOfPage({ width, height, samplesPerPixel, planarConfiguration }: TiffPage): NamedShape {
  if (samplesPerPixel === 1) {
    return { shape: [height, width], axes: ["y", "x"] };
  }
  return planarConfiguration === "planar"
    ? { shape: [samplesPerPixel, height, width], axes: ["s", "y", "x"] }
    : { shape: [height, width, samplesPerPixel], axes: ["y", "x", "s"] };
}

/** Where the planes are; undefined if the file does not hold as many. */
function placePlanes(
  page: TiffPage,
  pageCount: number,
  planeCount: number,
  fileBytes: number,
): Pick<TiffLayout, "pageOfPlane" | "planesOfOnlyPage"> | undefined {
  if (pageCount === planeCount) {
    return { pageOfPlane: Array.from({ length: pageCount }, (_, index) => index), planesOfOnlyPage: 1 };
  }
  const end = (page.offsets[0] ?? 0) + planeCount * pageBytes(page);
  return pageCount === 1 && planeCount > 1 && isOneRun(page) && end <= fileBytes
    ? { pageOfPlane: [0], planesOfOnlyPage: planeCount }
    : undefined;
}

/** True for a page whose rows lie in the file as in the image, one after another. */
function isOneRun(page: TiffPage): boolean {
  const runs = isContiguous(page) ? planRuns(page, 0, page.height) : [];
  return runs.length === 1;
}

function shapedLayout(
  page: TiffPage,
  pageCount: number,
  { shape, axes }: ShapedDescription,
): NamedShape & Pick<TiffLayout, "axesSource"> {
  const plane = arrayOfPage(page);
  const leading = shape.slice(0, Math.max(0, shape.length - plane.shape.length));
  const endsInPlane = plane.shape.every((length, index) => shape[leading.length + index] === length);
  const names = endsInPlane ? LEADING_AXES[leading.length] : undefined;
  const isPlain = leading.length === (pageCount === 1 ? 0 : 1) && endsInPlane;
  return {
    shape,
    axes: axes ?? (names === undefined ? defaultAxes(shape.length) : [...names, ...plane.axes]),
    axesSource: axes === undefined && isPlain ? "default" : "tifffile",
  };
}

/** False for a shape that was written for another image: a program that crops may keep the description of the original. */
export function fitsPlane(page: TiffPage, { shape }: ShapedDescription): boolean {
  return elementsOf(shape) % (page.width * page.height * page.samplesPerPixel) === 0;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function planesOfShape(page: TiffPage, { shape }: ShapedDescription): number {
  return elementsOf(shape) / (page.width * page.height * page.samplesPerPixel);
}

/** The shape from FluoView's tag, which names axes fastest first: `X 38, T 30000` is a line scan with axes t, x. */
function mmHeaderLayout(
  plane: NamedShape,
  pageCount: number,
  dimensions: readonly FluoviewDimension[],
): NamedShape | undefined {
  const long = dimensions.filter(({ size }, index) => index < 2 || size > 1);
  const shape = long.map(({ size }) => size).reverse();
  const axes = long.map(({ name }) => axisOf(name)).reverse();
  const planes = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [height, width] = shape.slice(-2);
  const fits = plane.shape.length === 2 && plane.shape[0] === height && plane.shape[1] === width;
  return fits && planes === pageCount && new Set(axes).size === axes.length ? { shape, axes } : undefined;
}
