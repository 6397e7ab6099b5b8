// The pixels of an image: written once, then read whole, by region, or only their shape and axes.

import { defaultAxes, planeAxes, validateAxes } from "../../array/axes.ts";
import { type AxisScales, withScales } from "../../array/axis-scale.ts";
import type { DType } from "../../array/dtype.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import { isNdArrayOf, type NdArray } from "../../array/nd-array.ts";
import type { RegionSelection } from "../../array/region.ts";
import type { ArrayRows, EncodedArray, StagedArray } from "../../array/zarr-array.ts";
import { ZarrStoreError } from "../../errors.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { imageGroup, pixelArray } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import type { Summary } from "../session/object-session.ts";
import { putArrayNode, readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import { RecordObjects } from "./record-objects.ts";

/** How an image is laid out, compressed and described. */
export interface SaveImageOptions extends ReadOptions {
  /** One name per axis. Default: by the number of axes, see `defaultAxes`. */
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  readonly summary?: Summary;
  /** Compression of the pixels. Default `zstd`; `none` is faster to write and to read, but larger. */
  readonly compression?: "zstd" | "none" | undefined;
  /** The physical scale of each axis, `null` for an axis without one. Default: none. */
  readonly scales?: AxisScales | undefined;
  /** Further attributes of the Zarr array, beside those of `scales`. */
  readonly arrayAttributes?: Attributes | undefined;
  /** What separates the coordinates in the key of a chunk. Default `/`; `.` is for an array that is to stay as it was. */
  readonly chunkKeySeparator?: "." | "/" | undefined;
}

export interface LoadPixelsOptions<D extends DType> extends ReadOptions {
  /** The dtype that the pixels must have. Default: any. */
  readonly dtype?: D;
}

/** The size of an image in pixels, and its number of slices: the length of the axis `z`, or 1. */
export interface ImageBounds {
  readonly width: number;
  readonly height: number;
  readonly numSlices: number;
}

/** The pixels of one image. They are written once and never changed. */
export class RecordPixels {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Creates the image from its pixels, which can be read while they are written.
   *
   * @throws {ZarrStoreError} `already_exists`; `invalid_argument` for fewer than 2 or more than 5 axes, before
   * anything is staged
   */
  async save(
    array: NdArray | ArrayRows | EncodedArray | StagedArray,
    options: SaveImageOptions = {},
  ): Promise<void> {
    const { id, session } = this.#objects;
    const rank = array.shape.length;
    if (rank < 2 || rank > 5) {
      throw new ZarrStoreError("invalid_argument", `an image has 2 to 5 axes, not ${rank}`, {
        path: id,
        found: rank,
      });
    }
    const axes =
      "objects" in array || "chunks" in array
        ? array.axes
        : validateAxes(options.axes ?? defaultAxes(rank), rank);
    const arrayAttributes = arrayAttributesOf(options, rank);
    await session.change(
      async (transaction, view) => {
        const objects = new RecordObjects(view, id);
        if (await objects.exists()) {
          throw new ZarrStoreError(
            "already_exists",
            `image ${id} already exists, and pixels cannot be replaced`,
            {
              path: imageGroup(id),
            },
          );
        }
        const { chunks, compression, chunkKeySeparator } = options;
        await writeArray(session, transaction, pixelArray(id), array, {
          ...{ axes, chunks, compression, chunkKeySeparator },
          attributes: arrayAttributes,
        });
        const { attributes = {}, summary = attributes["summary"] ?? {} } = options;
        const createdUtc = attributes["created_utc"] ?? isoSeconds(session.runtime.nowEpochMs());
        // Spread the caller's attributes first: their order stays, so that a restored image has the same bytes.
        await objects.putAttributes(transaction, {
          ...attributes,
          axes,
          created_utc: createdUtc,
          summary,
        });
      },
      { message: `add image ${id}`, signal: options.signal },
    );
  }

  /**
   * Changes what the array says of the scale of its axes, as after a correction of the calibration. The pixels stay. It
   * writes nothing if the array says the same already.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_argument`
   */
  async saveScales(scales: AxisScales, options: ReadOptions = {}): Promise<void> {
    await this.#objects.change("save the scales", options, async (transaction, { id, session }) => {
      const prefix = pixelArray(id);
      const metadata = await readArrayMetadata(session, prefix, options);
      const attributes = withScales(metadata.attributes, scales, metadata.shape.length);
      if (serializeLossless(attributes) !== serializeLossless(metadata.attributes)) {
        await putArrayNode(session, transaction, prefix, { ...metadata, attributes });
      }
    });
  }

  /** Reads shape, dtype, chunks, axes and attributes, but no pixels. @throws {ZarrStoreError} `not_found` */
  async open(options: ReadOptions = {}): Promise<ArrayMetadata> {
    return readArrayMetadata(this.#objects.session, pixelArray(this.#objects.id), options);
  }

  /**
   * Loads all pixels in C order. If `dtype` is given, the result has that type, and an image of another dtype is an
   * error.
   *
   * @throws {ZarrStoreError} `not_found`, `integrity`, `invalid_argument` if the image has another dtype
   */
  async load<D extends DType = DType>(options: LoadPixelsOptions<D> = {}): Promise<NdArray<D>> {
    const { id, session } = this.#objects;
    return assertDType(await readArrayRegion(session, pixelArray(id), undefined, options), options.dtype);
  }

  /** Loads a region, given as one range per axis. Only the chunks that it touches are read. */
  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return readArrayRegion(this.#objects.session, pixelArray(this.#objects.id), selection, options);
  }

  /** The names of the axes, slowest first; undefined if the image does not exist or does not name them. */
  async axes(options: ReadOptions = {}): Promise<readonly string[] | undefined> {
    if (!(await this.#objects.exists())) {
      return undefined;
    }
    const { axes } = await this.#objects.attributes(options);
    return Array.isArray(axes) && axes.every((axis) => typeof axis === "string") ? axes : undefined;
  }

  /** Width, height and number of slices, read from the metadata alone. @throws {ZarrStoreError} `not_found` */
  async bounds(options: ReadOptions = {}): Promise<ImageBounds> {
    const { shape } = await this.open(options);
    const axes = (await this.axes(options)) ?? defaultAxes(shape.length);
    const plane = planeAxes(axes);
    const z = axes.indexOf("z");
    return {
      width: shape[plane?.dim1 ?? shape.length - 1] ?? 0,
      height: shape[plane?.dim0 ?? shape.length - 2] ?? 0,
      numSlices: z < 0 ? 1 : (shape[z] ?? 1),
    };
  }
}

/** The attributes of an image's Zarr array. @throws {ZarrStoreError} `invalid_argument` */
export function arrayAttributesOf(
  { scales, arrayAttributes }: Pick<SaveImageOptions, "scales" | "arrayAttributes">,
  rank: number,
): Attributes {
  return scales === undefined ? { ...arrayAttributes } : withScales(arrayAttributes ?? {}, scales, rank);
}

/** Formats a time as ISO 8601 in UTC with whole seconds. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

function assertDType<D extends DType>(array: NdArray, dtype: D | undefined): NdArray<D> {
  if (dtype !== undefined && !isNdArrayOf(array, dtype)) {
    throw new ZarrStoreError("invalid_argument", `the image is ${array.dtype}, not ${dtype}`, {
      expected: dtype,
      found: array.dtype,
    });
  }
  return array as NdArray<D>;
}
