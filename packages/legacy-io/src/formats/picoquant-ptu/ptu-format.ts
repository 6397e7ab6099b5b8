// Reads line scans of single photons in PicoQuant's files (PTU).

import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type {
  RecordedScan,
  Recording,
  RecordingFiles,
  RecordingFormat,
  RecordingLimits,
  Stated,
  StatedStart,
} from "../recording-format.ts";
import { countPhotons, type PtuHistogram } from "./ptu-histogram.ts";
import { findPtuLines, type LineMarkers, medianPeriod, type PtuLines, partsOfLines } from "./ptu-lines.ts";
import { assertKnownRecords, type PtuRecords, RECORD_BYTES } from "./ptu-records.ts";
import { type PtuTags, readPtuTags } from "./ptu-tags.ts";

const LINE = 2;
const IMAGE = 3;
const MAX_PIXELS = 2 ** 20;
const MS_PER_S = 1e3;
const MS_PER_DAY = 86_400_000;
const MOST_OF_UINT16 = 65_535;
/** Pixels may take as many line periods: dwell times are rounded. */
const MOST_OF_PERIOD = 1.5;
/** Two numbers for one thing that differ by more are told. */
const TOLERANCE = 0.005;

/**
 * A recording of lines, or of pictures of one line, is a scan: photons are counted by channel, line and pixel. Tags and bits follow
 * PicoQuant's description of its file formats and ptufile (docs/formats.md#picoquant-ptu); a line scan of a microscope was not there to try.
 */
export const ptuFormat: RecordingFormat = {
  name: "picoquant_ptu",
  endings: [".ptu"],
  version: 1,
  open: async (files, limits): Promise<Recording> => {
    const tags = await readPtuTags(files.main, limits);
    const other = whatElse(tags);
    return other === undefined
      ? openScan(files, tags, limits)
      : { scans: [], notScans: [other], warnings: [] };
  },
};

/** What a file without lines holds, in words. */
function whatElse({ numbers }: PtuTags): string | undefined {
  const subMode = numbers.get("Measurement_SubMode");
  const [width, height] = [numbers.get("ImgHdr_PixX"), numbers.get("ImgHdr_PixY")];
  if (subMode === LINE || (subMode === IMAGE && height !== undefined && height <= 1)) {
    return undefined;
  }
  return subMode === IMAGE
    ? `the frame scan (${width ?? "?"} \u00d7 ${height ?? "?"})`
    : `the measurement at a point (Measurement_SubMode ${subMode ?? "missing"})`;
}

async function openScan(files: RecordingFiles, tags: PtuTags, limits: RecordingLimits): Promise<Recording> {
  const { numbers } = tags;
  const resolutionS = positive(numbers.get("MeasDesc_GlobalResolution"));
  if (resolutionS === undefined) {
    throw invalid(
      "MeasDesc_GlobalResolution, the unit of its times, is missing",
      "a number above 0",
      undefined,
    );
  }
  const records = recordsOf(files, tags);
  const markers = markersOf(numbers);
  const maxLines = Math.floor(limits.maxDecodedBytes / 2);
  const lines = await findPtuLines(records, markers, maxLines, files.signal);
  if (lines.count === 0) {
    return { scans: [], notScans: ["a line scan without line markers"], warnings: [] };
  }
  const warnings: string[] = [];
  const period = medianPeriod(lines);
  const { pixels, pixelTime } = pixelsOf(numbers, resolutionS, lines, period, warnings);
  const channels = lines.channels.length === 0 ? [firstChannel(records.type)] : lines.channels;
  const dtype = lines.mostPhotons <= MOST_OF_UINT16 ? "uint16" : "uint32";
  const isBidirectional = (numbers.get("ImgHdr_BiDirect") ?? 0) > 0;
  const parts = partsOfLines(lines, period);
  for (const part of parts) {
    const sizeBytes = channels.length * part.lines * pixels * itemSizeBytes(dtype);
    if (sizeBytes > limits.maxDecodedBytes) {
      throw new LegacyIoError("not_supported", `PTU: ${sizeBytes} bytes of pixels are more than are read`, {
        expected: limits.maxDecodedBytes,
        found: sizeBytes,
      });
    }
  }
  if (parts.length > 1) {
    warnings.push(
      `its lines have ${parts.length - 1} pauses: what is before and behind each is a scan of its own`,
    );
  }
  if ((numbers.get("ImgHdr_SinCorrection") ?? 0) !== 0) {
    warnings.push(
      `its mirror moves as a sine (ImgHdr_SinCorrection ${numbers.get("ImgHdr_SinCorrection")}): pixels are equal in time, not in length`,
    );
  }
  const scans = parts.map((part, at) => {
    const histogram = {
      records,
      markers,
      part,
      channels,
      pixels,
      pixelTime,
      isBidirectional,
      dtype,
    } as const;
    const name = parts.length === 1 ? "" : `part ${at + 1}`;
    return scanOf(histogram, numbers, { name, resolutionS, period }, files.signal);
  });
  return { scans, notScans: [], warnings };
}

function scanOf(
  histogram: PtuHistogram,
  numbers: ReadonlyMap<string, number>,
  {
    name,
    resolutionS,
    period,
  }: { readonly name: string; readonly resolutionS: number; readonly period: number | undefined },
  signal: AbortSignal | undefined,
): RecordedScan {
  const { channels, part, pixels, pixelTime, isBidirectional, dtype, records } = histogram;
  const pitch = positive(numbers.get("ImgHdr_PixResol"));
  const frequency = positive(numbers.get("ImgHdr_LineFrequency"));
  const dwellMs = positive(numbers.get("ImgHdr_TimePerPixel"));
  const all: readonly (readonly [number | undefined, string])[] = [
    [
      period === undefined ? undefined : period * resolutionS,
      "line start markers (median from start to start)",
    ],
    [frequency === undefined ? undefined : 1 / frequency, "ImgHdr_LineFrequency"],
    [
      dwellMs === undefined ? undefined : (dwellMs / MS_PER_S) * pixels,
      "dwell time \u00d7 pixels, without the way back",
    ],
  ];
  return {
    name,
    dtype,
    shape: [...(channels.length > 1 ? [channels.length] : []), part.lines, pixels],
    axes: [...(channels.length > 1 ? ["c"] : []), "t", "x"],
    umPerPx: pitch === undefined ? [] : [{ value: pitch, source: "ImgHdr_PixResol" }],
    channelNames: channels.map((channel) => `Channel ${channel - firstChannel(records.type) + 1}`),
    secondsPerLine: all.flatMap(([value, source]): readonly Stated[] =>
      value === undefined || !(value > 0) ? [] : [{ value, source }],
    ),
    start: startOf(numbers.get("File_CreatingTime")),
    gaps: part.gaps,
    path: { mode: "line", points: [], bidirectional: isBidirectional },
    more: {
      record_type: `0x${records.type.toString(16).padStart(8, "0")}`,
      records: records.count,
      pixel_dwell_time_s: pixelTime * resolutionS,
      ...(isBidirectional && { odd_lines: "turned" }),
      time_unit_s: resolutionS,
    },
    readLines: async (start, stop, channel) => {
      if (
        !(
          Number.isInteger(start) &&
          Number.isInteger(stop) &&
          0 <= start &&
          start <= stop &&
          stop <= part.lines
        )
      ) {
        throw new LegacyIoError("invalid_argument", `lines ${start} to ${stop} are not within the scan`, {
          expected: `0 to ${part.lines}`,
          found: [start, stop],
        });
      }
      return countPhotons(histogram, { start, stop, channel }, signal);
    },
  };
}

function recordsOf({ main }: RecordingFiles, { numbers, recordsAt }: PtuTags): PtuRecords {
  const type = numbers.get("TTResultFormat_TTTRRecType") ?? 0;
  assertKnownRecords(type);
  const bits = numbers.get("TTResultFormat_BitsPerRecord") ?? 0;
  if (bits !== 0 && bits !== RECORD_BYTES * 8) {
    throw new LegacyIoError("not_supported", `PTU: records of ${bits} bits are not read`, {
      expected: RECORD_BYTES * 8,
      found: bits,
    });
  }
  const there = Math.floor((main.sizeBytes - recordsAt) / RECORD_BYTES);
  const said = numbers.get("TTResult_NumberOfRecords") ?? 0;
  if (said > there) {
    throw invalid(`it ends early: it says ${said} records and has ${there}`, said, there);
  }
  // A recording that was broken off counts none.
  return { source: main, offset: recordsAt, count: said > 0 ? said : there, type };
}

function markersOf(numbers: ReadonlyMap<string, number>): LineMarkers {
  const bitOf = (name: string): number => {
    const marker = numbers.get(name);
    return marker !== undefined && Number.isInteger(marker) && marker >= 1 && marker <= 4
      ? 1 << (marker - 1)
      : 0;
  };
  const [start, stop] = [bitOf("ImgHdr_LineStart"), bitOf("ImgHdr_LineStop")];
  if (start === 0) {
    throw new LegacyIoError(
      "not_supported",
      "PTU: lines without markers (ImgHdr_LineStart, as older programs write them) are not read",
      { expected: "1 to 4", found: numbers.get("ImgHdr_LineStart") },
    );
  }
  return { start, stop: stop === start ? 0 : stop };
}

/** The pixels of a line and the time of one, in units of the times. */
function pixelsOf(
  numbers: ReadonlyMap<string, number>,
  resolutionS: number,
  { activeTime, count }: PtuLines,
  period: number | undefined,
  warnings: string[],
): { readonly pixels: number; readonly pixelTime: number } {
  const dwellMs = positive(numbers.get("ImgHdr_TimePerPixel"));
  const dwell = dwellMs === undefined ? undefined : dwellMs / MS_PER_S / resolutionS;
  const length = positive(activeTime) ?? period;
  const said = numbers.get("ImgHdr_PixX");
  const ofTime =
    dwell === undefined || length === undefined ? undefined : Math.max(1, Math.round(length / dwell));
  const isSaid = said !== undefined && Number.isInteger(said) && said >= 1;
  const pixels = isSaid ? said : ofTime;
  const pixelTime = dwell ?? (length === undefined || pixels === undefined ? undefined : length / pixels);
  if (pixels === undefined || pixelTime === undefined || !(pixelTime > 0) || pixels > MAX_PIXELS) {
    throw invalid(
      `how many pixels its ${count} lines have is not known`,
      "ImgHdr_PixX, or ImgHdr_TimePerPixel and line markers",
      pixels,
    );
  }
  const spanned = pixels * pixelTime;
  // A pixel behind the end of each line, or shorter than the unit of time, would be empty.
  if (pixels > 1 && (pixelTime < 1 || (period !== undefined && spanned > MOST_OF_PERIOD * period))) {
    throw invalid(
      `its ${pixels} pixels of ${pixelTime} units of time do not fit a line of ${period} units`,
      "fewer pixels, or shorter ones",
      spanned,
    );
  }
  if (
    isSaid &&
    activeTime !== undefined &&
    activeTime > 0 &&
    Math.abs(spanned / activeTime - 1) > TOLERANCE
  ) {
    warnings.push(
      `its ${pixels} pixels of ${pixelTime * resolutionS} s take ${spanned * resolutionS} s, its lines ${activeTime * resolutionS} s from start to stop: pixels are counted by their dwell time`,
    );
  }
  return { pixels, pixelTime };
}

/** PicoHarp counts the channels of T3 from 1. */
function firstChannel(type: number): number {
  return type === 0x00010303 ? 1 : 0;
}

/** Days since 1899-12-30 by the clock of the computer. */
function startOf(days: number | undefined): StatedStart | undefined {
  const ms = days === undefined ? Number.NaN : Math.round(Date.UTC(1899, 11, 30) + days * MS_PER_DAY);
  const isDate = ms > Date.UTC(1970, 0, 1) && ms < Date.UTC(9999, 0, 1);
  return isDate ? { text: new Date(ms).toISOString().slice(0, -1), zone: "no zone" } : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function invalid(problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `PTU: ${problem}`, { expected, found });
}
