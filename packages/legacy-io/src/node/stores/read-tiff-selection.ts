// Reads a region of an image from a TIFF, decoding as few strips or tiles as possible.

import { createNdArray, type ImageInfo, type NdArray } from "@kym/zarr-store";
import { joinArrays, type Region, sliceNdArray } from "@kym/zarr-store/array";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { readTiff, readTiffRegion } from "../../tiff/read-tiff.ts";
import { openFileSource } from "../tiff/file-source.ts";
import { codecsBeforeNodes } from "../tiff/tiff-codecs.ts";

/** Reading one plane parses the headers again, so if more planes than this are needed the whole file is read. */
const MAX_PLANES_ONE_BY_ONE = 16;

interface Options {
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface SelectedTiff extends Pick<ImageInfo, "shape" | "dtype"> {
  /** True if a page is not a plane of the image: then the file is read whole. */
  readonly arePagesJoined: boolean;
}

/**
 * Reads a region of a TIFF whose shape and dtype are known. For some planes or rows, only the strips or tiles that hold
 * them are read. Throws as `readTiffRegion` does.
 */
export async function readTiffSelection(
  path: string,
  { shape, dtype, arePagesJoined }: SelectedTiff,
  region: Region,
  { codecs, signal }: Options,
): Promise<NdArray> {
  const wanted = region.map(({ start, stop }) => stop - start);
  if (wanted.includes(0)) {
    return createNdArray(dtype, wanted);
  }
  using source = openFileSource(path);
  const options = { codecs: codecsBeforeNodes(codecs), signal };
  if (wanted.every((length, axis) => length === shape[axis])) {
    return (await readTiff(source, options)).image;
  }
  if (arePagesJoined) {
    return sliceNdArray((await readTiff(source, options)).image, region);
  }
  const { leadingCount, rowAxis } = await planesOf(source, shape, options);
  const planes = planeIndexes(shape.slice(0, leadingCount), region);
  if (planes.length > MAX_PLANES_ONE_BY_ONE) {
    return sliceNdArray((await readTiff(source, options)).image, region);
  }
  const inPlane = region.slice(leadingCount);
  const rows = inPlane[rowAxis] ?? { start: 0, stop: 1 };
  const rest = inPlane.map((range, axis) => (axis === rowAxis ? undefined : range));
  const parts: NdArray[] = [];
  for (const page of planes) {
    const part = await readTiffRegion(source, { ...options, page, rowStart: rows.start, rowStop: rows.stop });
    parts.push(sliceNdArray(part, rest));
  }
  return joinArrays(dtype, wanted, parts);
}

/**
 * Finds how many axes precede the plane, and which axis of the plane its rows are; -1 if it has one row. Samples may be
 * the first or the last axis of a plane.
 */
async function planesOf(
  source: ByteSource,
  shape: readonly number[],
  options: Options,
): Promise<{ readonly leadingCount: number; readonly rowAxis: number }> {
  if (shape.length === 2) {
    return { leadingCount: 0, rowAxis: 0 };
  }
  const row = await readTiffRegion(source, { ...options, rowStart: 0, rowStop: 1 });
  const leadingCount = shape.length - row.shape.length;
  const plane = shape.slice(leadingCount);
  return { leadingCount, rowAxis: plane.findIndex((length, axis) => length !== row.shape[axis]) };
}

/** Lists the planes of a region by their index, in C order of the axes before the plane. */
function planeIndexes(leading: readonly number[], region: Region): readonly number[] {
  return leading.reduce<readonly number[]>(
    (indexes, length, axis) => {
      const { start, stop } = region[axis] ?? { start: 0, stop: length };
      const along = Array.from({ length: stop - start }, (_, offset) => start + offset);
      return indexes.flatMap((index) => along.map((place) => index * length + place));
    },
    [0],
  );
}
