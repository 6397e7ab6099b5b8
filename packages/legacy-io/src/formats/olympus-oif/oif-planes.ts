// Opens the TIFFs of a FluoView recording as channels of lines, one TIFF behind the other.

import type { DType } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import { describeTiff, type ReadTiffOptions, readTiffRegion } from "../../tiff/read-tiff.ts";
import { openTiffRows, type TiffRows } from "../../tiff/tiff-rows.ts";
import type { LineGap, RecordedArray, RecordingLimits } from "../recording-format.ts";
import type { OifFolder } from "./oif-folder.ts";
import type { OifPlane } from "./oif-names.ts";

/** Lines of all channels of a recording. */
export interface OifLines {
  readonly dtype: DType;
  readonly width: number;
  /** Of the fullest channel, with those of TIFFs that are missing between others. */
  readonly lines: number;
  /** The numbers of the channels, in order. */
  readonly channels: readonly number[];
  /** Lines that a channel does not have, by channel. */
  readonly gaps: readonly (readonly LineGap[])[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  /** Lines of all channels, or of one by its index; those beyond the end are zeros. */
  readonly read: RecordedArray["readLines"];
}

interface OpenPlane {
  readonly name: string;
  readonly source: ByteSource;
  readonly dtype: DType;
  readonly rows: number;
  readonly width: number;
}

/** A TIFF, or the place of one that is missing, in its channel. */
interface Part {
  readonly start: number;
  readonly rows: number;
  readonly plane: OpenPlane | undefined;
}

const MAX_TIFF_TEXT_BYTES = 2 ** 20;

/**
 * Opens planes. A plane that is not there, or of another size or type than the first, is a gap as long as the longest.
 *
 * @returns Undefined if none of them is there.
 * @throws {LegacyIoError} `invalid_file` for a damaged TIFF; `not_supported` for one of several pages or colours, and beyond a limit
 */
export async function openOifLines(
  folder: OifFolder,
  planes: readonly OifPlane[],
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
): Promise<OifLines | undefined> {
  const options: ReadTiffOptions = {
    limits: {
      maxDecodedBytes: limits.maxDecodedBytes,
      maxTextBytes: Math.min(limits.maxTextBytes, MAX_TIFF_TEXT_BYTES),
    },
    signal,
  };
  const opened: (OpenPlane | undefined)[] = [];
  const warnings: string[] = [];
  for (const { stem } of planes) {
    throwIfAborted(signal, LegacyIoError);
    opened.push(await openPlane(folder, `${stem}.tif`, options));
  }
  const first = opened.find((plane) => plane !== undefined);
  if (first === undefined) {
    return undefined;
  }
  const fitting = opened.map((plane) => {
    if (plane === undefined || (plane.width === first.width && plane.dtype === first.dtype)) {
      return plane;
    }
    warnings.push(
      `${plane.name} has ${plane.width} px of ${plane.dtype}, ${first.name} ${first.width} px of ${first.dtype}: its lines are missing`,
    );
    return undefined;
  });
  const longest = fitting.reduce((most, plane) => Math.max(most, plane?.rows ?? 0), 0);
  const channels = [...new Set(planes.map(({ channel }) => channel))];
  const parts = channels.map((channel) => {
    const own = fitting.filter((_, at) => planes[at]?.channel === channel);
    let start = 0;
    return own.map((plane): Part => {
      const part = { start, rows: plane?.rows ?? longest, plane };
      start += part.rows;
      return part;
    });
  });
  const lines = parts.flat().reduce((most, { start, rows }) => Math.max(most, start + rows), 0);
  assertSize(lines, first, channels.length, limits);
  return {
    dtype: first.dtype,
    width: first.width,
    lines,
    channels,
    gaps: parts.map((each) =>
      each
        .filter(({ plane }) => plane === undefined)
        .map(({ start, rows }) => ({ firstLine: start, lines: rows })),
    ),
    missing: planes.filter((_, at) => opened[at] === undefined).map(({ stem }) => `${stem}.tif`),
    warnings,
    read: readerOf(parts, first, options),
  };
}

async function openPlane(
  folder: OifFolder,
  name: string,
  options: ReadTiffOptions,
): Promise<OpenPlane | undefined> {
  const source = await folder.open(name);
  if (source === undefined) {
    return undefined;
  }
  const { shape, dtype } = await describeTiff(source, options);
  const [rows, width, ...further] = shape;
  if (rows === undefined || width === undefined || further.length > 0) {
    throw new LegacyIoError("not_supported", `${name} is not one plane but [${shape}]`, {
      path: name,
      expected: "rows and columns",
      found: shape,
    });
  }
  return { name, source, dtype, rows, width };
}

function assertSize(
  lines: number,
  { width, dtype }: OpenPlane,
  channels: number,
  limits: RecordingLimits,
): void {
  const sizeBytes = lines * width * itemSizeBytes(dtype) * channels;
  if (sizeBytes > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `a recording of ${sizeBytes} bytes is beyond the limit of ${limits.maxDecodedBytes}`,
      { expected: limits.maxDecodedBytes, found: sizeBytes },
    );
  }
}

function readerOf(
  channels: readonly (readonly Part[])[],
  { dtype, width }: OpenPlane,
  options: ReadTiffOptions,
): OifLines["read"] {
  const lineBytes = width * itemSizeBytes(dtype);
  // The TIFF of each channel that was read last stays open: its strips are decoded once.
  const kept = new Map<number, { readonly plane: OpenPlane; readonly rows: TiffRows | undefined }>();
  const readPart = async (
    channel: number,
    plane: OpenPlane,
    [start, stop]: readonly [number, number],
    target: Uint8Array<ArrayBuffer>,
  ): Promise<void> => {
    let open = kept.get(channel);
    if (open?.plane !== plane) {
      open = { plane, rows: await openTiffRows(plane.source, options) };
      kept.set(channel, open);
    }
    if (open.rows !== undefined) {
      await open.rows.readInto(start, stop, target);
      return;
    }
    const { data } = await readTiffRegion(plane.source, { ...options, rowStart: start, rowStop: stop });
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  };
  return async (start, stop, plane) => {
    const wanted = plane === undefined ? channels.length : 1;
    const shape = channels.length > 1 ? [wanted, stop - start, width] : [stop - start, width];
    const array = createNdArray<DType>(dtype, shape);
    const bytes = new Uint8Array(array.data.buffer);
    for (let at = 0; at < wanted; at++) {
      const channel = plane ?? at;
      const base = at * (stop - start) * lineBytes;
      for (const part of channels[channel] ?? []) {
        const from = Math.max(start, part.start);
        const until = Math.min(stop, part.start + part.rows);
        if (part.plane !== undefined && from < until) {
          throwIfAborted(options.signal, LegacyIoError);
          const target = bytes.subarray(
            base + (from - start) * lineBytes,
            base + (until - start) * lineBytes,
          );
          await readPart(channel, part.plane, [from - part.start, until - part.start], target);
        }
      }
    }
    return array;
  };
}
