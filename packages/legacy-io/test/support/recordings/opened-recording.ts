import type { NdArray } from "@kym/zarr-store";
import type {
  RecordedScan,
  Recording,
  RecordingFormat,
  RecordingLimits,
} from "../../../src/formats/recording-format.ts";
import { type ByteSource, bytesSource } from "../../../src/tiff/byte-source.ts";

export const SMALL_LIMITS: RecordingLimits = {
  maxDecodedBytes: 2 ** 24,
  maxTextBytes: 2 ** 20,
  maxEntries: 10_000,
};

/** Opens bytes in memory with a format. */
export function opened(
  format: RecordingFormat,
  bytes: Uint8Array,
  limits: Partial<RecordingLimits> = {},
  main: ByteSource = bytesSource(bytes),
): Promise<Recording> {
  return format.open(
    { fileName: `a${format.endings[0]}`, main, companion: async () => undefined },
    { ...SMALL_LIMITS, ...limits },
  );
}

/** The only scan of a recording. */
export function onlyScan({ scans }: Recording): RecordedScan {
  const [scan, ...more] = scans;
  if (scan === undefined || more.length > 0) {
    throw new Error(`${scans.length} scans, not one`);
  }
  return scan;
}

/** All lines. */
export function allLines(scan: RecordedScan): Promise<NdArray> {
  return scan.readLines(0, scan.shape.at(-2) ?? 0);
}
