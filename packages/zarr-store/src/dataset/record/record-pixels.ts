import { defaultAxes, planeAxes, validateAxes } from "../../array/axes.ts";
import type { DType } from "../../array/dtype.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import { isNdArrayOf, type NdArray } from "../../array/nd-array.ts";
import type { RegionSelection } from "../../array/region.ts";
import type { ArrayRows, EncodedArray } from "../../array/zarr-array.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { imageGroup, pixelArray } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import type { Summary } from "../session/object-session.ts";
import { readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import { RecordObjects } from "./record-objects.ts";

export interface SaveImageOptions extends ReadOptions {
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  readonly summary?: Summary;
  /** Of the pixels. Default `zstd`; `none` is faster to write and to read, and larger. */
  readonly compression?: "zstd" | "none" | undefined;
}

export interface LoadPixelsOptions<D extends DType> extends ReadOptions {
  /** The dtype that the pixels must have. Default: any. */
  readonly dtype?: D;
}

/** Rows, columns and planes of an image; `numSlices` is the length of the axis z, or 1. */
export interface ImageBounds {
  readonly width: number;
  readonly height: number;
  readonly numSlices: number;
}

/** The pixels of an image. They are written once and never changed. */
export class RecordPixels {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Makes the record with its pixels, which may be read as they are written. Pixels are never changed afterwards.
   *
   * @throws {ZarrStoreError} `already_exists`; `invalid_argument` for ranks other than 2–5, before anything is staged
   */
  async save(array: NdArray | ArrayRows | EncodedArray, options: SaveImageOptions = {}): Promise<void> {
    const { id, session } = this.#objects;
    const rank = array.shape.length;
    if (rank < 2 || rank > 5) {
      throw new ZarrStoreError("invalid_argument", `an image has 2 to 5 axes, not ${rank}`, {
        path: id,
        found: rank,
      });
    }
    const axes = "objects" in array ? array.axes : validateAxes(options.axes ?? defaultAxes(rank), rank);
    await session.change(
      async (transaction, view) => {
        const objects = new RecordObjects(view, id);
        if (await objects.exists()) {
          throw new ZarrStoreError(
            "already_exists",
            `there is an image ${id} already; pixels are immutable`,
            {
              path: imageGroup(id),
            },
          );
        }
        const { chunks, compression } = options;
        await writeArray(session, transaction, pixelArray(id), array, { axes, chunks, compression });
        const { attributes = {}, summary = attributes["summary"] ?? {} } = options;
        const createdUtc = attributes["created_utc"] ?? isoSeconds(session.runtime.nowEpochMs());
        // Keys that the caller gives keep their order, so that a restored record has the same bytes.
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

  /** Shape, dtype, chunks and axes, from the header alone. @throws {ZarrStoreError} `not_found` */
  async open(options: ReadOptions = {}): Promise<ArrayMetadata> {
    return readArrayMetadata(this.#objects.session, pixelArray(this.#objects.id), options);
  }

  /**
   * All pixels, in C order. With a dtype the type flows, and another dtype is an error.
   *
   * @throws {ZarrStoreError} `not_found`, `integrity`, `invalid_argument` if the image has another dtype
   */
  async load<D extends DType = DType>(options: LoadPixelsOptions<D> = {}): Promise<NdArray<D>> {
    const { id, session } = this.#objects;
    return assertDType(await readArrayRegion(session, pixelArray(id), undefined, options), options.dtype);
  }

  /** The pixels of a region, one range per axis; only the chunks that it touches are read. */
  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return readArrayRegion(this.#objects.session, pixelArray(this.#objects.id), selection, options);
  }

  /** One name per axis, slowest first; undefined if the image is not there or does not say. */
  async axes(options: ReadOptions = {}): Promise<readonly string[] | undefined> {
    if (!(await this.#objects.exists())) {
      return undefined;
    }
    const { axes } = await this.#objects.attributes(options);
    return Array.isArray(axes) && axes.every((axis) => typeof axis === "string") ? axes : undefined;
  }

  /** Pixels across and down, and slices, from the header alone. @throws {ZarrStoreError} `not_found` */
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

/** ISO-8601 in UTC, whole seconds. */
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
