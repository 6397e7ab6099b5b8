// The immutable set of all ROIs of one image: create, edit, delete, clamp, read and store them.

import { RoiError } from "../errors.ts";
import { roiFromEnvelope, toEnvelope } from "../shapes/envelope.ts";
import { readInteger } from "../shapes/fields/read-field.ts";
import { checkRoi, type Roi } from "../shapes/roi.ts";
import { clampRoi, type ImageExtent } from "./clamp.ts";
import { isEmptyRoi } from "./is-empty-roi.ts";
import { applyEdit, buildNewRoi, type NewRoi, type RoiEdit } from "./new-roi.ts";

export interface RoiSetOptions {
  /** The highest id ever given, as stored with the ROIs. A higher id among the ROIs replaces it. Default 0. */
  readonly highWaterMark?: number | undefined;
  /** The image of the ROIs. New and edited ROIs are clamped to it; ROIs that were read stay unchanged. */
  readonly extent?: ImageExtent | undefined;
}

export interface RevalidatedRoiSet {
  readonly set: RoiSet;
  /** How many parts were corrected. The bounds (or points) of a ROI and its z count separately. */
  readonly corrections: number;
}

interface RoiSetState {
  readonly rois: readonly Roi[];
  readonly highWaterMark: number;
  readonly extent: ImageExtent | undefined;
}

/**
 * The ROIs of one image, of any mixture of types, in the order of their creation. The set is immutable: each
 * change returns a new set. Ids count from 1 and are never given twice, even after a ROI is deleted. Store
 * `highWaterMark` with the ROIs to keep it so.
 *
 * @example
 * const set = RoiSet.empty({ height: 30000, width: 38 }).create({ name: "vessel" });
 * set.newest?.id; // 1
 */
export class RoiSet implements Iterable<Roi> {
  /** Oldest first. */
  readonly rois: readonly Roi[];
  /** The highest id ever given; after `create`, the id of the new ROI. */
  readonly highWaterMark: number;
  /** The size of the image, if known. */
  readonly extent: ImageExtent | undefined;

  private constructor(state: RoiSetState) {
    this.rois = Object.freeze([...state.rois]);
    this.highWaterMark = state.highWaterMark;
    this.extent = state.extent;
    Object.freeze(this);
  }

  static empty(extent?: ImageExtent): RoiSet {
    return new RoiSet({ rois: [], highWaterMark: 0, extent });
  }

  /**
   * Makes a set of ROIs, which stay unchanged even if they are empty or outside the image.
   *
   * @throws {RoiError} `invalid_argument` if two ROIs have the same id
   */
  static fromRois(rois: Iterable<Roi>, options: RoiSetOptions = {}): RoiSet {
    const checked = Array.from(rois, checkRoi);
    const indexById = new Map<number, number>();
    let highWaterMark = readInteger(options.highWaterMark ?? 0, "highWaterMark", 0);
    for (const [index, { id }] of checked.entries()) {
      const first = indexById.get(id);
      if (first !== undefined) {
        throw new RoiError("invalid_argument", `$[${index}].roi_id: ${id} is already the id of $[${first}]`, {
          path: `$[${index}].roi_id`,
          found: id,
        });
      }
      indexById.set(id, index);
      highWaterMark = Math.max(highWaterMark, id);
    }
    return new RoiSet({ rois: checked, highWaterMark, extent: options.extent });
  }

  /**
   * Reads a stored list of ROIs in any spelling. Throws as {@link roiFromEnvelope} does, with paths such as
   * `$[2].z`.
   */
  static fromEnvelopes(values: unknown, options: RoiSetOptions = {}): RoiSet {
    if (!Array.isArray(values)) {
      throw new RoiError("invalid_argument", "$: expected an array of ROIs", { path: "$", found: values });
    }
    const rois = values.map((value: unknown, index) => roiFromEnvelope(value, { path: `$[${index}]` }));
    return RoiSet.fromRois(rois, options);
  }

  /** The number of ROIs. */
  get length(): number {
    return this.rois.length;
  }

  /** The ROI that was created last. */
  get newest(): Roi | undefined {
    return this.rois.at(-1);
  }

  [Symbol.iterator](): IterableIterator<Roi> {
    return this.rois.values();
  }

  /** Returns the ROI with this id, if there is one. */
  get(id: number): Roi | undefined {
    return this.rois.find((roi) => roi.id === id);
  }

  /** Returns the ROI with this id. Throws `not_found` if it is not in the set. */
  require(id: number): Roi {
    const roi = this.get(id);
    if (roi === undefined) {
      const known = this.rois.map((other) => other.id);
      throw new RoiError(
        "not_found",
        `ROI ${id}: not in the set; its ids are: ${known.join(", ") || "none"}`,
        {
          expected: known,
          found: id,
        },
      );
    }
    return roi;
  }

  /** The ROIs without area or length. They come only from files, and are of no use until they are edited. */
  emptyRois(): readonly Roi[] {
    return this.rois.filter(isEmptyRoi);
  }

  /** Returns the stored form of all ROIs, in order. */
  toEnvelopes(): Record<string, unknown>[] {
    return this.rois.map(toEnvelope);
  }

  /**
   * Adds a ROI with the next id. A rect without bounds covers the whole image. Bounds, points and z are clamped
   * to the image.
   *
   * @throws {RoiError} `invalid_argument` for an area or length of 0, or a channel that the image does not have
   * @throws {RoiError} `invalid_argument` for a rect without bounds if the image's size is unknown
   */
  create(draft: NewRoi = {}): RoiSet {
    const id = this.highWaterMark + 1;
    const roi = buildNewRoi(id, draft, this.extent);
    return new RoiSet({ rois: [...this.rois, roi], highWaterMark: id, extent: this.extent });
  }

  /**
   * Changes one ROI. If its bounds, points, mask, channel or z really change, its revision grows by 1 and its
   * stored statistics are dropped. Other edits, such as a new name or note, leave both.
   *
   * @throws {RoiError} `not_found`, and `invalid_argument` as {@link create} does
   */
  edit(id: number, edit: RoiEdit): RoiSet {
    const roi = this.require(id);
    const edited = applyEdit(roi, edit, this.extent);
    return edited === roi ? this : this.#with(this.rois.map((other) => (other === roi ? edited : other)));
  }

  /** Removes one ROI; its id is not given again. Throws `not_found` if there is no such ROI. */
  delete(id: number): RoiSet {
    const roi = this.require(id);
    return this.#with(this.rois.filter((other) => other !== roi));
  }

  /** Removes all ROIs; their ids are not given again. */
  clear(): RoiSet {
    return this.#with([]);
  }

  /** Moves all ROIs into the image. A ROI that lies outside becomes empty and is kept. */
  clampTo(extent: ImageExtent): RoiSet {
    return this.revalidate(extent).set;
  }

  /** Does the same as {@link clampTo}, and counts the corrections. */
  revalidate(extent: ImageExtent): RevalidatedRoiSet {
    const clamped = this.rois.map((roi) => clampRoi(roi, extent));
    const corrections = clamped.reduce((total, { corrections: count }) => total + count, 0);
    const rois = clamped.map(({ roi }) => roi);
    return { set: new RoiSet({ rois, highWaterMark: this.highWaterMark, extent }), corrections };
  }

  #with(rois: readonly Roi[]): RoiSet {
    return new RoiSet({ rois, highWaterMark: this.highWaterMark, extent: this.extent });
  }
}
