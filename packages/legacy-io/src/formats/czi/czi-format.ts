// The format of Zeiss ZEN: line scans in CZI files, as docs/formats.md describes it.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type {
  RecordedScan,
  Recording,
  RecordingFiles,
  RecordingFormat,
  RecordingLimits,
  Stated,
} from "../recording-format.ts";
import { FileWindow, readBlock, refusedCompression } from "./czi-blocks.ts";
import { type CziDirectory, readDirectory } from "./czi-directory.ts";
import { type CziFile, openCzi } from "./czi-file.ts";
import { type CziLayout, cziLayouts } from "./czi-layout.ts";
import { type CziMetadata, readMetadata } from "./czi-metadata.ts";
import { commonType, pixelTypeOf } from "./czi-pixels.ts";
import { type CziStamps, readStamps, timesOf } from "./czi-stamps.ts";

export const cziFormat: RecordingFormat = {
  name: "zeiss_czi",
  endings: [".czi"],
  version: 1,
  open: openRecording,
};

async function openRecording(files: RecordingFiles, limits: RecordingLimits): Promise<Recording> {
  const file = await openCzi(files.main, limits);
  const directory = await readDirectory(file, limits);
  const metadata = readMetadata(file.xml);
  const { scans, notScans } = cziLayouts(directory, limits);
  if (directory.thick !== undefined && scans.length > 0) {
    throw new LegacyIoError(
      "not_supported",
      `a CZI whose blocks have several planes along ${directory.thick}`,
      {
        found: directory.thick,
      },
    );
  }
  const stamps = scans.length === 0 ? undefined : await readStamps(file, limits);
  const warnings = typeof stamps === "string" ? [stamps] : [];
  const opened = {
    file,
    directory,
    metadata,
    files,
    stamps: typeof stamps === "string" ? undefined : stamps,
  };
  return {
    scans: scans.map((layout) => scanOf(opened, layout, warnings)),
    notScans,
    warnings,
  };
}

interface OpenedCzi {
  readonly file: CziFile;
  readonly directory: CziDirectory;
  readonly metadata: CziMetadata;
  readonly files: RecordingFiles;
  readonly stamps: CziStamps | undefined;
}

function scanOf(opened: OpenedCzi, layout: CziLayout, warnings: string[]): RecordedScan {
  const { directory, metadata, file } = opened;
  const { channels, depths, lines, width, along, channelNumbers, gaps } = layout;
  const dtype = typeOf(directory, layout, metadata, warnings);
  const { period, more } = periodOf(opened, layout, warnings);
  const leading = [
    ...(channels > 1 ? [{ axis: "c", length: channels }] : []),
    ...(depths > 1 ? [{ axis: "z", length: depths }] : []),
  ];
  const bits = metadata.significantBits;
  const mode = metadata.scanner["ScanningMode"];
  warnings.push(...oddities(opened, layout));
  return {
    name: layout.name,
    dtype,
    shape: [...leading.map(({ length }) => length), lines, width],
    axes: [...leading.map(({ axis }) => axis), "t", "x"],
    significantBits: bits === undefined || bits >= (BITS[dtype] ?? 0) ? undefined : bits,
    umPerPx: metadata.umPerPx,
    secondsPerLine: period,
    channelNames: (metadata.channelNames.length === 0 ? [] : channelNumbers).map(
      (number) => metadata.channelNames[number] ?? `C${number}`,
    ),
    start: metadata.start,
    gaps,
    path:
      mode === undefined && metadata.bidirectional === undefined
        ? undefined
        : { mode: mode ?? "line", points: [], bidirectional: metadata.bidirectional },
    more: {
      ...more,
      lines_along: along,
      ...(layout.first.line !== 0 && { first_line_index: layout.first.line }),
      ...(metadata.microscope !== undefined && { microscope: metadata.microscope }),
      ...(Object.keys(metadata.scanner).length > 0 && { laser_scan_info: metadata.scanner }),
      ...(file.attachments.length > 0 && { attachments: file.attachments.map(({ name }) => name) }),
      ...(layout.replaced > 0 && { planes_written_twice: layout.replaced }),
    },
    readLines: linesReader(opened, layout, dtype),
  };
}

const BITS: Readonly<Partial<Record<DType, number>>> = {
  uint8: 8,
  uint16: 16,
  uint32: 32,
  float32: 32,
};

/** Every block that counts. */
function* blocksOf({
  blockOf,
  nextOf,
}: CziLayout): Iterable<{ readonly cell: number; readonly block: number }> {
  for (let cell = 0; cell < blockOf.length; cell++) {
    for (let block = blockOf[cell] ?? -1; block >= 0; block = nextOf[block] ?? -1) {
      yield { cell, block };
    }
  }
}

/** The type of the pixels. Channels of several types get the one that holds all values unchanged, and a sentence says so. */
function typeOf(
  directory: CziDirectory,
  layout: CziLayout,
  { channelNames }: CziMetadata,
  warnings: string[],
): DType {
  const ofChannel = new Map<number, Set<number>>();
  for (const { cell, block } of blocksOf(layout)) {
    const refused = refusedCompression(directory.compressions[block] ?? 0);
    if (refused !== undefined) {
      throw new LegacyIoError("not_supported", `a CZI whose pixels are compressed with ${refused}`, {
        found: refused,
      });
    }
    const channel = Math.floor(cell / (layout.lines * layout.depths));
    const types = ofChannel.get(channel) ?? new Set();
    ofChannel.set(channel, types);
    types.add(directory.pixelTypes[block] ?? 0);
  }
  const types = new Set([...ofChannel.values()].flatMap((some) => [...some]));
  const dtype = commonType([...types].map(pixelTypeOf));
  if (types.size > 1) {
    const said = [...ofChannel].map(([channel, some]) => {
      const number = layout.channelNumbers[channel] ?? channel;
      return `${channelNames[number] ?? `C${number}`} ${[...some].map((code) => pixelTypeOf(code).name).join(" and ")}`;
    });
    warnings.push(
      `its channels have pixels of several types (${said.join(", ")}): all are ${dtype}, with the values unchanged`,
    );
  }
  return dtype;
}

interface Period {
  readonly period: readonly Stated[];
  readonly more: Readonly<Record<string, unknown>>;
}

/** The median step of the stamps, then the increment, then the plan. */
function periodOf({ stamps, metadata }: OpenedCzi, layout: CziLayout, warnings: string[]): Period {
  const stated = metadata.secondsPerLine;
  if (layout.along === "Z") {
    // The stamps and steps of a file are of its times, of which there is one.
    warnings.push("its lines are along Z, so the file says no time from line to line");
    return { period: [], more: {} };
  }
  if (stamps === undefined) {
    return { period: stated, more: {} };
  }
  const { lines, first } = layout;
  const own =
    stamps.length === lines
      ? stamps
      : stamps.length === first.line + lines
        ? stamps.subarray(first.line)
        : undefined;
  if (own === undefined) {
    warnings.push(`its ${stamps.length} time stamps are not used: it has ${lines} lines`);
    return { period: stated, more: { time_stamps: stamps.length } };
  }
  const { secondsPerLine, firstS, longSteps, longestS } = timesOf(own);
  if (secondsPerLine === undefined) {
    warnings.push("its time stamps do not rise from line to line, so they are not used");
    return { period: stated, more: { time_stamps: stamps.length } };
  }
  if (longSteps > 0) {
    warnings.push(
      `${longSteps} ${longSteps === 1 ? "step" : "steps"} between recorded stamps ${longSteps === 1 ? "is" : "are"} longer than one and a half lines, up to ${Number(longestS.toPrecision(6))} s: the lines after it come later than their number says`,
    );
  }
  return {
    period: [{ value: secondsPerLine, source: "recorded stamps" }, ...stated],
    more: { time_stamps: stamps.length, first_time_stamp_s: firstS, last_time_stamp_s: own.at(-1) },
  };
}

function oddities({ metadata }: OpenedCzi, layout: CziLayout): readonly string[] {
  const planned = metadata.sizes.get(`Size${layout.along}`);
  const end = layout.first.line + layout.lines;
  return [
    ...(planned !== undefined && planned !== layout.lines && planned !== end
      ? [`its XML says ${planned} lines, its directory has ${layout.lines}`]
      : []),
    ...(layout.first.line === 0
      ? []
      : [`its first line has the number ${layout.first.line}: the lines before it are not in the file`]),
    ...(layout.replaced === 0 ? [] : [`${layout.replaced} planes were written twice: the last one counts`]),
  ];
}

/** Lets other work run after this many lines. */
const LINES_AT_ONCE = 4096;

function linesReader(
  { file, directory, files }: OpenedCzi,
  layout: CziLayout,
  dtype: DType,
): RecordedScan["readLines"] {
  const { lines, width, channels, depths, blockOf, nextOf, first } = layout;
  const window = new FileWindow(file.source);
  const planes = channels * depths;
  return async (start, stop, plane) => {
    const wanted = plane === undefined ? Array.from({ length: planes }, (_, at) => at) : [plane];
    const leading = [...(channels > 1 ? [channels] : []), ...(depths > 1 ? [depths] : [])];
    const shape = [...(plane === undefined ? leading : leading.map(() => 1)), stop - start, width];
    const result = createNdArray<DType>(dtype, shape);
    const target = new Uint8Array(result.data.buffer, result.data.byteOffset, result.data.byteLength);
    for (const [at, one] of wanted.entries()) {
      for (let line = start; line < stop; line++) {
        if (line % LINES_AT_ONCE === 0) {
          throwIfAborted(files.signal, LegacyIoError);
        }
        const row = at * (stop - start) + line - start;
        for (let block = blockOf[one * lines + line] ?? -1; block >= 0; block = nextOf[block] ?? -1) {
          const { itemBytes, dtype: stored } = pixelTypeOf(directory.pixelTypes[block] ?? 0);
          const count = directory.widths[block] ?? 0;
          const form = {
            compression: directory.compressions[block] ?? 0,
            sizeBytes: count * itemBytes,
            itemBytes,
          };
          const bytes = await readBlock(window, directory.offsets[block] ?? 0, form, files.unzstd);
          const from = row * width + (directory.starts.X[block] ?? 0) - first.x;
          if (stored === dtype && MACHINE_ENDIAN === "little") {
            target.set(bytes, from * itemBytes);
          } else if (stored === dtype) {
            const swapped = bytes.slice();
            swapInPlace(swapped, itemSizeBytes(dtype));
            target.set(swapped, from * itemBytes);
          } else {
            copyWider(result, from, bytes, itemBytes);
          }
        }
      }
    }
    return result;
  };
}

/** Puts whole numbers of one or two bytes into an array of a wider type. */
function copyWider({ data }: NdArray, from: number, bytes: Uint8Array, itemBytes: number): void {
  for (let at = 0; at * itemBytes < bytes.length; at++) {
    const low = bytes[at * itemBytes] ?? 0;
    data[from + at] = itemBytes === 1 ? low : low + 256 * (bytes[at * itemBytes + 1] ?? 0);
  }
}
