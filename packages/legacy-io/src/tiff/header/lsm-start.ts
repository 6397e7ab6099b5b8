// Reads when a Zeiss LSM file was recorded: the time of the first sample, one of the values of its scan.
// The layout of these values is that of tifffile (BSD-3).

import { isLegacyIoError } from "../../errors.ts";
import type { LsmInfo, TiffStart } from "../descriptions/lsm-info.ts";
import type { HeaderReader } from "./header-reader.ts";

/** The block that has the values of the recording. */
const RECORDING = 0x10000000;
const FIRST_SAMPLE = 0x10000036;
const FLOAT64 = 5;
/** Entry, type and size of a value: u32 each. */
const HEAD_BYTES = 12;
/** A recording has some hundred values, and the first sample is among the first sixty. */
const MAX_VALUES = 4096;

const MS_PER_DAY = 86_400_000;
/** From 1899-12-30 to 1970-01-01. */
const EPOCH_DAY = 25_569;
/** Of the year 10 000. */
const END_DAY = 2_958_466;

/**
 * Reads the start, which is stored as days since 1899-12-30, to the millisecond. Undefined without one, and for a time before 1970 or
 * after 9999. Values that do not fit into the file are a warning.
 */
export async function readLsmStart(
  { scanInfoOffset }: Pick<LsmInfo, "scanInfoOffset">,
  reader: HeaderReader,
  isLittleEndian: boolean,
  warnings: string[],
): Promise<TiffStart | undefined> {
  if (scanInfoOffset === 0) {
    return undefined;
  }
  try {
    return startOfDays(await firstSampleDays(scanInfoOffset, reader, isLittleEndian));
  } catch (error) {
    if (!isLegacyIoError(error, "invalid_file")) {
      throw error;
    }
    warnings.push(`Zeiss LSM: its start is not known: ${error.message}`);
    return undefined;
  }
}

async function firstSampleDays(
  offset: number,
  reader: HeaderReader,
  isLittleEndian: boolean,
): Promise<number | undefined> {
  let [at, depth] = [offset, 0];
  for (let count = 0; count < MAX_VALUES; count++) {
    const head = await reader.read(at, HEAD_BYTES);
    const [entry = 0, type, size = 0] = [0, 4, 8].map((from) => head.getUint32(from, isLittleEndian));
    if (count === 0 && entry !== RECORDING) {
      return undefined;
    }
    if (entry === FIRST_SAMPLE && type === FLOAT64) {
      return (await reader.read(at + HEAD_BYTES, 8)).getFloat64(0, isLittleEndian);
    }
    // A block has no value of its own: it opens here, and ends with an entry of ones.
    depth += entry === END_OF_BLOCK ? -1 : type === BLOCK ? 1 : 0;
    if (depth <= 0) {
      return undefined;
    }
    at += HEAD_BYTES + size;
  }
  return undefined;
}

const BLOCK = 0;
const END_OF_BLOCK = 0xffffffff;

function startOfDays(days: number | undefined): TiffStart | undefined {
  return days === undefined || !(days >= EPOCH_DAY && days < END_DAY)
    ? undefined
    : {
        text: new Date(Math.round((days - EPOCH_DAY) * MS_PER_DAY)).toISOString().slice(0, -1),
        zone: "no zone",
      };
}
