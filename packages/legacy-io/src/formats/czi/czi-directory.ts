// Reads the directory of a Zeiss CZI file: which block of pixels is where, in the order in which it lists them.

import { LegacyIoError } from "../../errors.ts";
import type { RecordingLimits } from "../recording-format.ts";
import { type CziFile, positionAt, segmentAt, viewOf, zeroEndedText } from "./czi-file.ts";

/** Dimensions besides X and Y that tell planes apart: channel, time, depth, scene, and those of other modes. */
export const PLANE_DIMENSIONS = ["C", "T", "Z", "S", "R", "I", "H", "V", "B"] as const;

export type PlaneDimension = (typeof PLANE_DIMENSIONS)[number];

/** The blocks of a file at full size, one column per fact. */
export interface CziDirectory {
  readonly count: number;
  /** Where the segment of each block begins. */
  readonly offsets: Float64Array;
  readonly pixelTypes: Uint8Array;
  readonly compressions: Int32Array;
  readonly starts: Readonly<Record<"X" | "Y" | PlaneDimension, Int32Array>>;
  readonly widths: Int32Array;
  readonly heights: Int32Array;
  /** Blocks that are smaller copies for display. */
  readonly pyramidBlocks: number;
  /** Dimensions of which a block has more than one plane, if any: no known writer does that. */
  readonly thick: string | undefined;
}

const LIST_OFFSET = 128;
const ENTRY_BYTES = 32;
const DIMENSION_BYTES = 20;
/** X, Y and every other letter, once or twice. */
const MAX_DIMENSIONS = 40;
const BLOCK_BYTES = 2 ** 20;

/** @throws LegacyIoError `invalid_file`, `not_supported` for more blocks than `maxEntries` */
export async function readDirectory(
  { source, directoryOffset }: CziFile,
  { maxEntries }: RecordingLimits,
): Promise<CziDirectory> {
  const { offset, sizeBytes } = await segmentAt(source, directoryOffset, ["ZISRAWDIRECTORY"]);
  const count = viewOf(await source.read(offset, 4)).getInt32(0, true);
  const most = Math.floor(Math.max(0, sizeBytes - LIST_OFFSET) / ENTRY_BYTES);
  if (count < 0 || count > most) {
    throw new LegacyIoError("invalid_file", `a CZI lists ${count} blocks where ${most} fit`, {
      offset: directoryOffset,
      expected: most,
      found: count,
    });
  }
  if (count > maxEntries) {
    throw new LegacyIoError("not_supported", `a CZI with ${count} blocks, more than ${maxEntries}`, {
      expected: maxEntries,
      found: count,
    });
  }
  const columns = emptyColumns(count);
  const end = offset + sizeBytes;
  let [kept, pyramidBlocks, at] = [0, 0, offset + LIST_OFFSET];
  let thick: string | undefined;
  let window = { offset: at, bytes: new Uint8Array(0) as Uint8Array };
  const bytesAt = async (from: number, length: number): Promise<Uint8Array> => {
    const inWindow = from - window.offset;
    if (inWindow + length > window.bytes.length) {
      if (length > end - from) {
        throw new LegacyIoError(
          "invalid_file",
          "truncated: the directory of a CZI ends in the middle of a block",
          {
            offset: from,
          },
        );
      }
      const bytes = await source.read(from, Math.min(Math.max(length, BLOCK_BYTES), end - from));
      window = { offset: from, bytes };
      return bytes.subarray(0, length);
    }
    return window.bytes.subarray(inWindow, inWindow + length);
  };
  for (let entry = 0; entry < count; entry++) {
    const head = await bytesAt(at, ENTRY_BYTES);
    const view = viewOf(head);
    const dimensions = view.getInt32(28, true);
    if (zeroEndedText(head.subarray(0, 2)) !== "DV" || dimensions < 0 || dimensions > MAX_DIMENSIONS) {
      throw new LegacyIoError(
        "invalid_file",
        `entry ${entry} of the directory of a CZI does not describe a block`,
        {
          offset: at,
        },
      );
    }
    const isPyramid = view.getUint8(22) !== 0;
    const [pixelType, blockOffset, part] = [
      view.getInt32(2, true),
      positionAt(view, 6),
      view.getInt32(14, true),
    ];
    const compression = view.getInt32(18, true);
    if (part !== 0) {
      throw new LegacyIoError("not_supported", "a CZI that is in several files", { found: part });
    }
    const list = viewOf(await bytesAt(at + ENTRY_BYTES, dimensions * DIMENSION_BYTES));
    at += ENTRY_BYTES + dimensions * DIMENSION_BYTES;
    if (isPyramid) {
      pyramidBlocks++;
      continue;
    }
    columns.offsets[kept] = blockOffset;
    columns.pixelTypes[kept] = pixelType >= 0 && pixelType < 255 ? pixelType : 255;
    columns.compressions[kept] = compression;
    columns.widths[kept] = 1;
    columns.heights[kept] = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const from = dimension * DIMENSION_BYTES;
      const letter = String.fromCharCode(list.getUint8(from));
      const [start, size] = [list.getInt32(from + 4, true), list.getInt32(from + 8, true)];
      if (letter === "X" || letter === "Y") {
        columns.starts[letter][kept] = start;
        columns[letter === "X" ? "widths" : "heights"][kept] = size;
      } else if (isPlaneDimension(letter)) {
        columns.starts[letter][kept] = start;
        thick ??= size > 1 ? letter : undefined;
      }
    }
    kept++;
  }
  return { ...columns, count: kept, pyramidBlocks, thick };
}

function isPlaneDimension(letter: string): letter is PlaneDimension {
  return PLANE_DIMENSIONS.some((one) => one === letter);
}

function emptyColumns(count: number): Omit<CziDirectory, "count" | "pyramidBlocks" | "thick"> {
  const column = (): Int32Array => new Int32Array(count);
  return {
    offsets: new Float64Array(count),
    pixelTypes: new Uint8Array(count),
    compressions: column(),
    widths: column(),
    heights: column(),
    starts: {
      ...{ X: column(), Y: column(), C: column(), T: column(), Z: column(), S: column() },
      ...{ R: column(), I: column(), H: column(), V: column(), B: column() },
    },
  };
}
