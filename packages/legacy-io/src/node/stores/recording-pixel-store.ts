// Reads the pixels of a line scan in a microscope's own file in place, for opening images without an ingest.

import { type ImageInfo, type NdArray, type RegionSelection, ZarrStoreError } from "@kym/zarr-store";
import { createNdArray, type Region, resolveSelection, sliceNdArray } from "@kym/zarr-store/array";
import { factsOf } from "../../content/recordings/recorded-facts.ts";
import { scalesOfRecording } from "../../content/recordings/recording-says.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { scanNames, scanOfPath } from "../../folder/recordings/scan-name.ts";
import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import type { RecordedScan } from "../../formats/recording-format.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import { type OpenedRecording, openRecording, scanOf } from "../recordings/open-recording.ts";
import { recordedRows } from "../recordings/recorded-rows.ts";
import { namingFile, withStoreErrors } from "./store-errors.ts";
import type { SaidInPlace, SayingPixelStore } from "./tiff-pixel-store.ts";

type ReadOptions = NonNullable<Parameters<SayingPixelStore["describe"]>[0]>;

const CHANNEL_AXIS = "c";

/** True for the path of a recording, or of a scan in one: `scan.czi`, `scan.lif#Series 2`. */
export function isRecordingPath(path: string): boolean {
  return recordingFormatOf(fileNameOf(scanOfPath(path)?.file ?? path)) !== undefined;
}

/**
 * The pixels of a line scan in a recording, read on demand: only the lines that a region has. Shape, axes and channels are the same as
 * after an ingest of the file.
 *
 * All methods throw `ZarrStoreError`: `not_found`, `invalid_file`, `not_supported`, `invalid_argument`, `io`, `aborted`.
 */
export class RecordingPixelStore implements SayingPixelStore {
  readonly #file: string;
  readonly #scan: string | undefined;

  /** @param path of a file with one line scan, or of a scan in a file: `scan.lif#Series 2` */
  constructor(path: string) {
    const part = scanOfPath(path);
    this.#file = part?.file ?? path;
    this.#scan = part?.scan;
  }

  async describe(options: ReadOptions = {}): Promise<ImageInfo> {
    return this.#read(options, async ({ shape, dtype, axes }) => ({ shape, dtype, axes }));
  }

  async rememberedTiff(options: ReadOptions = {}): Promise<SaidInPlace> {
    return this.#read(options, async (scan, { format }) => {
      const facts = factsOf(format, scan);
      const scales = scalesOfRecording(facts, scan.axes);
      return {
        ...{ scales, fileAxes: undefined, isTurned: false },
        ...{ tags: undefined, start: undefined, recording: facts },
      };
    });
  }

  async loadChannel(channel: number, options: ReadOptions = {}): Promise<NdArray> {
    const { shape, axes } = await this.describe(options);
    const axis = axes?.indexOf(CHANNEL_AXIS) ?? -1;
    const count = axis < 0 ? 1 : (shape[axis] ?? 0);
    if (!Number.isInteger(channel) || channel < 1 || channel > count) {
      throw new ZarrStoreError(
        "invalid_argument",
        `${this.#file} has channels 1 to ${count}, not ${channel}`,
        {
          expected: count,
          found: channel,
        },
      );
    }
    const selection = shape.map((_, at) => (at === axis ? { start: channel - 1, stop: channel } : undefined));
    const region = await this.loadRegion(selection, options);
    return { ...region, shape: region.shape.filter((_, at) => at !== axis) };
  }

  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return this.#read(options, async (scan) => readRegion(scan, resolveSelection(scan.shape, selection)));
  }

  async #read<T>(
    { signal }: ReadOptions,
    read: (scan: RecordedScan, opened: OpenedRecording) => Promise<T>,
  ): Promise<T> {
    return withStoreErrors(() =>
      namingFile(this.#file, async () => {
        const opened = await openRecording(this.#file, { signal });
        try {
          const names = scanNames(opened.recording.scans.map(({ name }) => name));
          const place = this.#scan === undefined ? undefined : names.indexOf(this.#scan);
          return await read(scanOf(this.#file, opened.recording, place), opened);
        } finally {
          opened.close();
        }
      }),
    );
  }
}

/** Reads the lines of a region, and of them the pixels of the region. */
async function readRegion(scan: RecordedScan, region: Region): Promise<NdArray> {
  const { shape, dtype } = scan;
  const rows = recordedRows(scan, DEFAULT_TIFF_LIMITS.maxDecodedBytes);
  const lines = region.at(-2) ?? { start: 0, stop: 1 };
  const planes = planesOf(shape.slice(0, -2), region.slice(0, -2));
  const ofPlane = (lines.stop - lines.start) * rows.rowBytes;
  const leading = region.slice(0, -2).map(({ start, stop }) => stop - start);
  const read = createNdArray(dtype, [...leading, lines.stop - lines.start, shape.at(-1) ?? 1]);
  const target = new Uint8Array(read.data.buffer, read.data.byteOffset, read.data.byteLength);
  for (const [at, plane] of planes.entries()) {
    const from = plane * rows.height;
    await rows.readInto(
      from + lines.start,
      from + lines.stop,
      target.subarray(at * ofPlane, (at + 1) * ofPlane),
    );
  }
  const columns = region.at(-1) ?? { start: 0, stop: 1 };
  return columns.stop - columns.start === shape.at(-1)
    ? read
    : sliceNdArray(read, [...read.shape.slice(0, -1).map((stop) => ({ start: 0, stop })), columns]);
}

/** The planes of a region of the leading axes, in C order. */
function planesOf(shape: readonly number[], region: Region): readonly number[] {
  return region.reduce<readonly number[]>(
    (planes, { start, stop }, axis) =>
      planes.flatMap((plane) =>
        Array.from({ length: stop - start }, (_, at) => plane * (shape[axis] ?? 1) + start + at),
      ),
    [0],
  );
}
