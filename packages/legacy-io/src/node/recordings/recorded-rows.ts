// Presents a line scan of a recording as rows, as the rows of a TIFF are, after checking what its reader says of it.

import { itemSizeBytes, ndArrayBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type { RecordedArray } from "../../formats/recording-format.ts";

/** Rows of an array, counted through all planes in C order. */
export interface RecordedRows {
  readonly info: Pick<RecordedArray, "dtype" | "shape">;
  /** Of one plane. */
  readonly height: number;
  readonly rowBytes: number;
  readonly readInto: (start: number, stop: number, target: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/** Lines that are asked for at once: what is read and where it goes are both in memory. */
const BLOCK_BYTES = 4 * 2 ** 20;

/**
 * The rows of a scan or picture.
 *
 * @throws LegacyIoError `invalid_file` for a shape that no image has, `not_supported` for more than `maxDecodedBytes`
 */
export function recordedRows(array: RecordedArray, maxDecodedBytes: number): RecordedRows {
  const { dtype, shape, axes, name } = array;
  const isShape = shape.length >= 2 && shape.length === axes.length && shape.every(isLength);
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  if (!isShape) {
    throw new LegacyIoError("invalid_file", `${named(name)} has the shape ${shape.join(" × ")}`, {
      found: shape,
    });
  }
  if (sizeBytes > maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${named(name)} has ${sizeBytes} bytes of pixels, more than ${maxDecodedBytes}`,
      { expected: maxDecodedBytes, found: sizeBytes },
    );
  }
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const rowBytes = width * itemSizeBytes(dtype);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  const leading = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  const readPlane = async (plane: number, start: number, stop: number): Promise<Uint8Array> => {
    const lines = await array.readLines(start, stop, leading === 1 ? undefined : plane);
    const bytes = ndArrayBytes(lines);
    const ofPlane = (stop - start) * rowBytes;
    if (lines.dtype !== dtype || (bytes.length !== ofPlane && bytes.length !== leading * ofPlane)) {
      throw new LegacyIoError("invalid_file", `${named(name)}: lines ${start} to ${stop} have another size`, {
        expected: ofPlane,
        found: bytes.length,
      });
    }
    return bytes.length === ofPlane ? bytes : bytes.subarray(plane * ofPlane, (plane + 1) * ofPlane);
  };
  return {
    info: { dtype, shape },
    height,
    rowBytes,
    readInto: async (start, stop, target) => {
      for (let row = start; row < stop; ) {
        const plane = Math.floor(row / height);
        const end = Math.min(stop, (plane + 1) * height, row + step);
        const bytes = await readPlane(plane, row - plane * height, end - plane * height);
        target.set(bytes, (row - start) * rowBytes);
        row = end;
      }
    },
  };
}

function isLength(length: number): boolean {
  return Number.isSafeInteger(length) && length > 0;
}

function named(name: string): string {
  return name === "" ? "the scan" : JSON.stringify(name);
}
