// Reads the pixels of a TIFF in place, for opening images without an ingest.

import {
  type ImageInfo,
  type NdArray,
  type PixelStore,
  type RegionSelection,
  ZarrStoreError,
} from "@kym/zarr-store";
import { joinArrays, resolveSelection } from "@kym/zarr-store/array";
import { imageAxes } from "../../content/image-axes.ts";
import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { describeTiff } from "../../tiff/read-tiff.ts";
import { openFileSource } from "../tiff/file-source.ts";
import { readTiffSelection } from "./read-tiff-selection.ts";
import { namingFile, withStoreErrors } from "./store-errors.ts";

type ReadOptions = NonNullable<Parameters<PixelStore["describe"]>[0]>;

const CHANNEL_AXIS = "c";

export interface TiffPixelStoreOptions {
  /** Paths of channel 2 and up, if the acquisition has one TIFF per channel (`_C002T001`). */
  readonly otherChannels?: readonly string[] | undefined;
  /** Additional TIFF compressions. They take precedence over the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
}

/**
 * The pixels of a TIFF, read on demand. The constructor does no I/O, `describe` reads headers, and `loadRegion` reads only
 * the planes and rows that it needs. Shape, axes and channels are the same as after an ingest of the file.
 *
 * All methods throw `ZarrStoreError`: `not_found`, `invalid_file`, `not_supported`, `invalid_argument`, `io`, `aborted`.
 *
 * @example
 * const store = new TiffPixelStore("scan.tif");
 * const first = await store.loadRegion([{ start: 0, stop: 100 }, undefined]);
 */
export class TiffPixelStore implements PixelStore {
  readonly #paths: readonly string[];
  readonly #codecs: readonly TiffCodec[];

  constructor(path: string, options: TiffPixelStoreOptions = {}) {
    this.#paths = [path, ...(options.otherChannels ?? [])];
    this.#codecs = options.codecs ?? [];
  }

  async describe(options: ReadOptions = {}): Promise<ImageInfo> {
    return withStoreErrors(() => this.#describe(options));
  }

  async loadChannel(channel: number, options: ReadOptions = {}): Promise<NdArray> {
    return withStoreErrors(async () => {
      const { shape, axes } = await this.#describe(options);
      const axis = axes.indexOf(CHANNEL_AXIS);
      const count = axis < 0 ? 1 : (shape[axis] ?? 0);
      if (!Number.isInteger(channel) || channel < 1 || channel > count) {
        throw new ZarrStoreError(
          "invalid_argument",
          `${this.#paths[0]} has channels 1 to ${count}, not ${channel}`,
          { expected: count, found: channel },
        );
      }
      const selection = shape.map((_, index) =>
        index === axis ? { start: channel - 1, stop: channel } : undefined,
      );
      const region = await this.#loadRegion(selection, options);
      return { ...region, shape: region.shape.filter((_, index) => index !== axis) };
    });
  }

  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return withStoreErrors(() => this.#loadRegion(selection, options));
  }

  async #describe(options: ReadOptions): Promise<ImageInfo> {
    const infos: ImageInfo[] = [];
    for (const path of this.#paths) {
      infos.push(await describeFile(path, this.#codecs, options));
    }
    const [first] = infos;
    if (first === undefined || infos.length === 1) {
      return first ?? { shape: [], dtype: "uint8", axes: [] };
    }
    for (const [index, { shape, dtype }] of infos.entries()) {
      const isSame = dtype === first.dtype && String(shape) === String(first.shape);
      if (!isSame) {
        throw new LegacyIoError(
          "invalid_file",
          `${this.#paths[index]} has another shape or type than the first channel`,
          {
            path: this.#paths[index] ?? "",
            expected: [first.dtype, ...first.shape],
            found: [dtype, ...shape],
          },
        );
      }
    }
    return { ...first, shape: [infos.length, ...first.shape], axes: [CHANNEL_AXIS, ...first.axes] };
  }

  async #loadRegion(selection: RegionSelection, options: ReadOptions): Promise<NdArray> {
    const info = await this.#describe(options);
    const region = resolveSelection(info.shape, selection);
    const codecs = this.#codecs;
    if (this.#paths.length === 1) {
      const path = this.#paths[0] ?? "";
      return namingFile(path, () => readTiffSelection(path, info, region, { ...options, codecs }));
    }
    const [channels, ...inFile] = region;
    const parts: NdArray[] = [];
    for (const path of this.#paths.slice(channels?.start, channels?.stop)) {
      const inside = { ...info, shape: info.shape.slice(1) };
      parts.push(
        await namingFile(path, () => readTiffSelection(path, inside, inFile, { ...options, codecs })),
      );
    }
    const shape = region.map(({ start, stop }) => stop - start);
    return joinArrays(info.dtype, shape, parts);
  }
}

async function describeFile(
  path: string,
  codecs: readonly TiffCodec[],
  { signal }: ReadOptions,
): Promise<ImageInfo> {
  using source = openFileSource(path);
  const { shape, dtype, axes } = await namingFile(path, () => describeTiff(source, { codecs, signal }));
  return { shape, dtype, axes: imageAxes(shape, axes) };
}
