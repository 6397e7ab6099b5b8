// Decides the shape and the axes of the array that a TIFF's pages make.

import { defaultAxes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import { axisOf, type FluoviewDimension } from "../descriptions/fluoview-tags.ts";
import type { ImageJDescription } from "../descriptions/imagej-description.ts";
import type { OmeDescription } from "../descriptions/ome-description.ts";
import type { ShapedDescription } from "../descriptions/shaped-description.ts";
import { pageBytes, type TiffPage } from "./tiff-page.ts";

/** Which description names the axes; `default` if none does. */
export type AxesSource = "imagej" | "ome" | "mm_header" | "tifffile" | "pylake" | "default";

/** How the pages of a file form one array. */
export interface TiffLayout {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly axesSource: AxesSource;
  /** The page of each plane, in C order of the axes before the plane. */
  readonly pageOfPlane: readonly number[];
  /** Planes behind the only directory, one after another: ImageJ writes large stacks so. Otherwise 1. */
  readonly planesOfOnlyPage: number;
}

/** The descriptions that programs wrote. The first that is there and fits is used, in this order. */
export interface StackDescriptions {
  readonly ome?: OmeDescription | undefined;
  readonly imageJ?: ImageJDescription | undefined;
  readonly shaped?: ShapedDescription | undefined;
  readonly mmHeader?: readonly FluoviewDimension[] | undefined;
  /** What the rows and the columns are, where a description says so; samples, `s`, do not count. */
  readonly planeAxes?: readonly string[] | undefined;
}

const LEADING_AXES: readonly (readonly string[])[] = [[], ["z"], ["t", "z"], ["t", "z", "c"]];

/**
 * Decides the shape and the axes of the array that equal pages form. The samples of a pixel are the axis `s`. It is the last
 * axis if they are stored pixel by pixel, and the one before `y` if they are stored plane by plane.
 * @throws {LegacyIoError} `invalid_file`, with both numbers, if a description counts other planes than the file has
 */
export function planTiffLayout(
  page: TiffPage,
  pageCount: number,
  fileBytes: number,
  descriptions: StackDescriptions,
): TiffLayout {
  const { ome, imageJ, shaped, mmHeader, planeAxes } = descriptions;
  const plane = namedPlane(arrayOfPage(page), planeAxes);
  const pagesInOrder = Array.from({ length: pageCount }, (_, index) => index);
  if (ome !== undefined) {
    return {
      shape: [...ome.leadingShape, ...plane.shape],
      axes: [...ome.leadingAxes, ...plane.axes],
      axesSource: "ome",
      pageOfPlane: ome.pages,
      planesOfOnlyPage: 1,
    };
  }
  if (imageJ !== undefined) {
    const sizes = [imageJ.frames, imageJ.slices, imageJ.channels];
    const isLong = (_: unknown, index: number): boolean => (sizes[index] ?? 1) > 1;
    return {
      shape: [...sizes.filter(isLong), ...plane.shape],
      axes: [...["t", "z", "c"].filter(isLong), ...plane.axes],
      axesSource: "imagej",
      ...placePlanes(page, pageCount, imageJ.images, fileBytes),
    };
  }
  if (shaped !== undefined && fitsPlane(page, shaped)) {
    return { ...shapedLayout(page, pageCount, shaped), ...placeShaped(page, pageCount, fileBytes, shaped) };
  }
  const fromHeader = mmHeader === undefined ? undefined : mmHeaderLayout(plane, pageCount, mmHeader);
  const leading = pageCount === 1 ? [] : [pageCount];
  return {
    shape: fromHeader?.shape ?? [...leading, ...plane.shape],
    axes: fromHeader?.axes ?? [...(LEADING_AXES[leading.length] ?? []), ...plane.axes],
    axesSource:
      fromHeader !== undefined
        ? "mm_header"
        : planeAxes === undefined || pageCount > 1
          ? "default"
          : "pylake",
    pageOfPlane: pagesInOrder,
    planesOfOnlyPage: 1,
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

function placePlanes(
  page: TiffPage,
  pageCount: number,
  planeCount: number,
  fileBytes: number,
): Pick<TiffLayout, "pageOfPlane" | "planesOfOnlyPage"> {
  if (pageCount === planeCount) {
    return { pageOfPlane: Array.from({ length: pageCount }, (_, index) => index), planesOfOnlyPage: 1 };
  }
  const end = (page.offsets[0] ?? 0) + planeCount * pageBytes(page);
  if (pageCount !== 1 || !isOneRun(page) || end > fileBytes) {
    throw new LegacyIoError(
      "invalid_file",
      `the TIFF's description says ${planeCount} planes, the file has ${pageCount} pages and ${fileBytes} bytes`,
      { tag: "ImageDescription", expected: planeCount, found: pageCount },
    );
  }
  return { pageOfPlane: [0], planesOfOnlyPage: planeCount };
}

function isOneRun(page: TiffPage): boolean {
  const { offsets, byteCounts } = page;
  return (
    page.codec.name === "none" &&
    !page.isTiled &&
    offsets.every((offset, index) => {
      return index === 0 || offset === (offsets[index - 1] ?? 0) + (byteCounts[index - 1] ?? 0);
    })
  );
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

function placeShaped(
  page: TiffPage,
  pageCount: number,
  fileBytes: number,
  { shape }: ShapedDescription,
): Pick<TiffLayout, "pageOfPlane" | "planesOfOnlyPage"> {
  const planeCount = elementsOf(shape) / (page.width * page.height * page.samplesPerPixel);
  return placePlanes(page, pageCount, planeCount, fileBytes);
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
