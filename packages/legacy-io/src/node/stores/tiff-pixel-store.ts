// Reads the pixels of a TIFF in place, for opening images without an ingest.

import { basename } from "node:path";
import {
  type ImageInfo,
  type NdArray,
  type PixelStore,
  type RegionSelection,
  ZarrStoreError,
} from "@kym/zarr-store";
import { joinArrays, type Region, resolveSelection } from "@kym/zarr-store/array";
import type { RecordedFacts } from "../../content/recordings/recorded-facts.ts";
import { type ImageJTags, joinedTags } from "../../content/rois/imagej-tags.ts";
import { LegacyIoError } from "../../errors.ts";
import { axesOfFile, type ImageLayout, imageLayout, isTurned } from "../../tiff/axes/image-layout.ts";
import { reorderAxes } from "../../tiff/axes/reorder-axes.ts";
import { statedScales } from "../../tiff/axes/stated-scales.ts";
import type { RememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { describeTiff } from "../../tiff/read-tiff.ts";
import type { TiffInfo } from "../../tiff/tiff-info.ts";
import { openFileSource } from "../tiff/file-source.ts";
import { readTiffSelection } from "./read-tiff-selection.ts";
import { namingFile, withStoreErrors } from "./store-errors.ts";

type ReadOptions = NonNullable<Parameters<PixelStore["describe"]>[0]>;

const CHANNEL_AXIS = "c";

/** What a TIFF says beside its pixels. */
export interface SaidInPlace extends Omit<RememberedTiff, "displayRange"> {
  /** What ImageJ keeps in its own tags; undefined if it keeps nothing. */
  readonly tags: ImageJTags | undefined;
  /** What a recording says; undefined for a TIFF. */
  readonly recording?: RecordedFacts | undefined;
}

/** Pixels of a file that says more than its shape. */
export interface SayingPixelStore extends PixelStore {
  rememberedTiff(options?: ReadOptions): Promise<SaidInPlace>;
}

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
export class TiffPixelStore implements SayingPixelStore {
  readonly #paths: readonly string[];
  readonly #codecs: readonly TiffCodec[];

  constructor(path: string, options: TiffPixelStoreOptions = {}) {
    this.#paths = [path, ...(options.otherChannels ?? [])];
    this.#codecs = options.codecs ?? [];
  }

  async describe(options: ReadOptions = {}): Promise<ImageInfo> {
    return withStoreErrors(async () => {
      const { shape, dtype, axes } = await this.#describe(options);
      return { shape, dtype, axes };
    });
  }

  /** What the TIFF says about its axes, and what ImageJ keeps in it, for the metadata of an image in its folder. */
  async rememberedTiff(options: ReadOptions = {}): Promise<SaidInPlace> {
    return withStoreErrors(async () => {
      const files: { readonly path: string; readonly described: DescribedFile }[] = [];
      for (const path of this.#paths) {
        files.push({ path, described: await describeFile(path, this.#codecs, options) });
      }
      const last = files.at(-1)?.described;
      const fileAxes = last?.layout.isReordered === true ? axesOfFile(last.layout) : undefined;
      const channels = files.length > 1 ? [null] : [];
      const tags = files.flatMap(({ path, described: { imageJMetadata: metadata } }) =>
        metadata === undefined ? [] : [{ file: basename(path), metadata }],
      );
      return {
        scales: [...channels, ...(last?.scales ?? [])],
        fileAxes,
        isTurned: isTurned(fileAxes),
        tags: joinedTags(tags),
        start: last?.start,
      };
    });
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

  async #describe(options: ReadOptions): Promise<DescribedFile> {
    const infos: DescribedFile[] = [];
    for (const path of this.#paths) {
      infos.push(await describeFile(path, this.#codecs, options));
    }
    const [first] = infos;
    if (first === undefined) {
      throw new LegacyIoError("invalid_argument", "an acquisition without an image");
    }
    if (infos.length === 1) {
      return first;
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
    const ofFile = (path: string, inImage: Region): Promise<NdArray> =>
      namingFile(path, () => loadFromFile(path, info, inImage, { ...options, codecs: this.#codecs }));
    if (this.#paths.length === 1) {
      return ofFile(this.#paths[0] ?? "", region);
    }
    const [channels, ...inImage] = region;
    const parts: NdArray[] = [];
    for (const path of this.#paths.slice(channels?.start, channels?.stop)) {
      parts.push(await ofFile(path, inImage));
    }
    const shape = region.map(({ start, stop }) => stop - start);
    return joinArrays(info.dtype, shape, parts);
  }
}

/** Reads a region of the image that one file is. */
async function loadFromFile(
  path: string,
  { dtype, fileShape, layout, arePagesJoined }: DescribedFile,
  region: Region,
  options: Parameters<typeof readTiffSelection>[3],
): Promise<NdArray> {
  const { from, isReordered } = layout;
  const inFile = fileShape.map((_, axis) => region[from.indexOf(axis)] ?? { start: 0, stop: 1 });
  const stored = await readTiffSelection(path, { shape: fileShape, dtype, arePagesJoined }, inFile, options);
  const shape = region.map(({ start, stop }) => stop - start);
  return isReordered ? reorderAxes(stored, from) : { ...stored, shape };
}

/** One file as an image, and how it is stored. */
interface DescribedFile extends ImageInfo {
  readonly layout: ImageLayout;
  readonly fileShape: readonly number[];
  readonly arePagesJoined: boolean;
  readonly scales: RememberedTiff["scales"];
  readonly imageJMetadata: TiffInfo["imageJMetadata"];
  readonly start: TiffInfo["start"];
}

async function describeFile(
  path: string,
  codecs: readonly TiffCodec[],
  { signal }: ReadOptions,
): Promise<DescribedFile> {
  using source = openFileSource(path);
  const info = await namingFile(path, () => describeTiff(source, { codecs, signal }));
  const layout = imageLayout(info);
  const { shape, axes } = layout;
  const scales = statedScales(layout, info.calibration);
  const { dtype, imageJMetadata, arePagesJoined, start } = info;
  return {
    ...{ shape, dtype, axes, layout, scales },
    ...{ fileShape: info.shape, arePagesJoined, imageJMetadata, start },
  };
}
