// Opens a file of a microscope, with its companions, through its format.

import { dirname, isAbsolute, join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import type {
  RecordedScan,
  Recording,
  RecordingFormat,
  RecordingLimits,
  Unzstd,
} from "../../formats/recording-format.ts";
import { DEFAULT_TIFF_LIMITS, type TiffLimits } from "../../tiff/header/tiff-limits.ts";
import { type FileSource, openFileSource } from "../tiff/file-source.ts";

/** A file that is open, with what it says. */
export interface OpenedRecording {
  readonly format: RecordingFormat;
  readonly recording: Recording;
  readonly main: FileSource;
  readonly close: () => void;
}

export interface OpenRecordingOptions {
  readonly limits?: Partial<TiffLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Blocks, pages, planes or entries of a file. A line of a scan may be one. */
const MAX_ENTRIES = 2 ** 24;
/** Metadata of one file. */
const MAX_TEXT_BYTES = 2 ** 26;

/**
 * Opens a recording and reads what it says, but no pixels.
 *
 * @param path that of the file, absolute
 * @throws LegacyIoError `not_found`, `io`, `invalid_file`, `not_supported`; `invalid_argument` for a file of another kind
 */
export async function openRecording(
  path: string,
  { limits = {}, signal }: OpenRecordingOptions = {},
): Promise<OpenedRecording> {
  const format = recordingFormatOf(fileNameOf(path));
  if (format === undefined) {
    throw new LegacyIoError("invalid_argument", `${path} is not the name of a recording`, { path });
  }
  const sources: FileSource[] = [];
  const close = (): void => {
    for (const source of sources.splice(0)) {
      source.close();
    }
  };
  const open = (at: string): FileSource => {
    const source = openFileSource(at);
    sources.push(source);
    return source;
  };
  try {
    const main = open(path);
    const files = {
      fileName: fileNameOf(path),
      main,
      companion: async (name: string) => openCompanion(dirname(path), name, open),
      unzstd,
      signal,
    };
    return { format, main, close, recording: await format.open(files, limitsOf(limits)) };
  } catch (error) {
    close();
    throw error;
  }
}

function openCompanion(
  folder: string,
  name: string,
  open: (path: string) => FileSource,
): FileSource | undefined {
  const parts = name.split("/");
  if (
    name === "" ||
    isAbsolute(name) ||
    /[\0\\]/.test(name) ||
    parts.some((part) => /^\.{0,2}$/.test(part))
  ) {
    return undefined;
  }
  try {
    return open(join(folder, ...parts));
  } catch (error) {
    if (isLegacyIoError(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}

const unzstd: Unzstd = (bytes, maxBytes) =>
  zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });

function limitsOf(limits: Partial<TiffLimits>): RecordingLimits {
  return {
    maxDecodedBytes: limits.maxDecodedBytes ?? DEFAULT_TIFF_LIMITS.maxDecodedBytes,
    maxTextBytes: limits.maxTextBytes ?? MAX_TEXT_BYTES,
    maxEntries: MAX_ENTRIES,
  };
}

/**
 * The scan of an image: by its place among those of the file, or the only one.
 *
 * @throws LegacyIoError `invalid_file` without a line scan, or with several of which `place` names no one
 */
export function scanOf(
  path: string,
  { scans, notScans }: Recording,
  place: number | undefined,
): RecordedScan {
  const scan = place === undefined && scans.length === 1 ? scans[0] : scans[place ?? -1];
  if (scan === undefined) {
    const others = notScans.length === 0 ? "" : `: it has ${notScans.join(", ")}`;
    throw new LegacyIoError(
      "invalid_file",
      scans.length === 0
        ? `${fileNameOf(path)} has no line scan${others}`
        : `${fileNameOf(path)} has ${scans.length} line scans: name one of them`,
      { path, expected: 1, found: scans.length },
    );
  }
  return scan;
}
