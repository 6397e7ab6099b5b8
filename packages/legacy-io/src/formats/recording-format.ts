// Defines a microscope's file format that is not TIFF: how its files are named, and how to read the scans in them.

import type { DType, NdArray } from "@kym/zarr-store";
import type { ByteSource } from "../tiff/byte-source.ts";

/** A file of a microscope, with the files beside it that hold parts of the same recording. */
export interface RecordingFiles {
  readonly fileName: string;
  readonly main: ByteSource;
  /** Opens a file by its path relative to the main file's folder; undefined if it is not there. */
  readonly companion: (name: string) => Promise<ByteSource | undefined>;
  /** Decompresses one or more frames of zstd, with a faster decoder than that of the TIFF reader. It gives at most `maxBytes`. */
  readonly unzstd?: Unzstd | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Unzstd = (bytes: Uint8Array, maxBytes: number) => Uint8Array | Promise<Uint8Array>;

/** Limits on what a file may ask for. */
export interface RecordingLimits {
  /** Decoded pixels of one scan. */
  readonly maxDecodedBytes: number;
  /** Metadata of a file that are read as text: XML, JSON, INI. */
  readonly maxTextBytes: number;
  /** Blocks, pages, planes or entries of a directory. */
  readonly maxEntries: number;
}

/** A number with the place in the file that states it. */
export interface Stated {
  readonly value: number;
  /** In words, without the unit: `recorded stamps`, `plan`, `dwell time × pixels`, `Scaling/Items/Distance X`. */
  readonly source: string;
}

/** When a scan began, as the file spells it, and the zone of that text. */
export interface StatedStart {
  readonly text: string;
  readonly zone: "utc" | "offset" | "no zone";
}

/** Lines that were planned and are not in the file. They are filled with zeros. */
export interface LineGap {
  /** Counted from 0. */
  readonly firstLine: number;
  readonly lines: number;
}

/** The line that was scanned, in pixels of the reference image. */
export interface ScanPath {
  /** `straight`, `freehand`, or the file's own word. */
  readonly mode: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly bidirectional?: boolean | undefined;
}

/** One array of a recording. Pixels are read on demand. */
export interface RecordedArray {
  /** Its name in the file; empty if the file names none. Unique within the file. */
  readonly name: string;
  readonly dtype: DType;
  /** Elements along each axis, slowest first. */
  readonly shape: readonly number[];
  /** `["t", "x"]` or `["c", "t", "x"]` for a line scan; `["y", "x"]` or `["c", "y", "x"]` for a picture. */
  readonly axes: readonly string[];
  /** The bits of a stored value that count, from the lowest; undefined if the file does not say or all do. */
  readonly significantBits?: number | undefined;
  /** µm per pixel along x. The first one counts; one that differs from it by more than 0.5 % is named in the report. */
  readonly umPerPx: readonly Stated[];
  readonly channelNames: readonly string[];
  /**
   * Reads `[start, stop)` along the axis before the last (lines of a scan) of all channels, as an array of the axes above. Memory: the
   * result and at most as much again.
   *
   * @param plane an index over the axes before, in C order: only the lines of this channel are wanted, as an array whose axes before
   * are 1. A reader that decodes all channels at once may give all of them.
   * @throws LegacyIoError `invalid_file`, `not_supported`, `io`
   */
  readonly readLines: (start: number, stop: number, plane?: number) => Promise<NdArray>;
}

/** A line scan of a recording. */
export interface RecordedScan extends RecordedArray {
  /** Seconds from the start of one line to the start of the next. The first one counts. */
  readonly secondsPerLine: readonly Stated[];
  readonly start?: StatedStart | undefined;
  readonly gaps: readonly LineGap[];
  readonly path?: ScanPath | undefined;
  /** The image in which the path was drawn. */
  readonly reference?: RecordedArray | undefined;
  /** Facts of this format that have no field above, to be kept as a JSON artifact. Keys in snake_case with units. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** What a file holds. */
export interface Recording {
  readonly scans: readonly RecordedScan[];
  /** What is in the file besides line scans, in words, with its name: `the frame scan "Series 3" (512 × 512)`. */
  readonly notScans: readonly string[];
  /** Sentences for people. */
  readonly warnings: readonly string[];
}

/** A format as one object. `ALL_RECORDING_FORMATS` lists them. */
export interface RecordingFormat {
  /** Unique: `zeiss_czi`. */
  readonly name: string;
  /** In lower case, with the dot: `.czi`. */
  readonly endings: readonly string[];
  /** Raised when a fault that gave wrong content without an error is mended. From 1. */
  readonly version: number;
  /**
   * The paths, below the folder of the main file, of files that hold parts of its recording: `<base>_00001`, or in a folder
   * `<name>.files`. Default: none.
   */
  readonly companionsOf?: ((fileName: string, paths: readonly string[]) => readonly string[]) | undefined;
  /**
   * Reads what a file says. Reads no pixels.
   *
   * @throws LegacyIoError `invalid_file` for a broken file, `not_supported` (by name: JPEG XR, …)
   */
  readonly open: (files: RecordingFiles, limits: RecordingLimits) => Promise<Recording>;
}
