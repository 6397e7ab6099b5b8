import { RoiError } from "../errors.ts";
import { roiFromEnvelope, toEnvelope } from "../shapes/envelope.ts";
import { readInteger } from "../shapes/fields/read-field.ts";
import { checkRoi, type Roi } from "../shapes/roi.ts";
import { clampRoi, type ImageExtent } from "./clamp.ts";
import { isEmptyRoi } from "./is-empty-roi.ts";
import { applyEdit, buildNewRoi, type NewRoi, type RoiEdit } from "./new-roi.ts";

export interface RoiSetOptions {
  /** The highest id ever given, as it was stored; the highest id of the ROIs if that is higher. Default 0. */
  readonly highWaterMark?: number | undefined;
  /** The image that the ROIs are of: new and edited ROIs are clamped to it. What is read is left as it is. */
  readonly extent?: ImageExtent | undefined;
}

export interface RevalidatedRoiSet {
  readonly set: RoiSet;
  /** How many parts were corrected, a ROI's bounds and its z counted separately. */
  readonly corrections: number;
}

interface RoiSetState {
  readonly rois: readonly Roi[];
  readonly highWaterMark: number;
  readonly extent: ImageExtent | undefined;
}

/**
 * The ROIs of one image, in the order of their creation, of any mixture of types. Immutable: each change is a new set.
 * Ids count from 1 and none is ever given twice, whatever is deleted; store `highWaterMark` with the ROIs.
 *
 * @example
 * const set = RoiSet.empty({ height: 30000, width: 38 }).create({ name: "vessel" });
 * set.newest?.id; // 1
 */
export class RoiSet implements Iterable<Roi> {
  /** Oldest first. */
  readonly rois: readonly Roi[];
  /** The highest id ever given; after `create`, the new ROI's. */
  readonly highWaterMark: number;
  /** The image's size, where it is known. */
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

  /** Takes ROIs as they are, empty and outlying ones too. Throws `invalid_argument` for an id that comes twice. */
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

  /** Reads a stored list of ROIs in any spelling. Throws as {@link roiFromEnvelope} does, with paths like `$[2].z`. */
  static fromEnvelopes(values: unknown, options: RoiSetOptions = {}): RoiSet {
    if (!Array.isArray(values)) {
      throw new RoiError("invalid_argument", "$: expected an array of ROIs", { path: "$", found: values });
    }
    const rois = values.map((value: unknown, index) => roiFromEnvelope(value, { path: `$[${index}]` }));
    return RoiSet.fromRois(rois, options);
  }

  /** How many ROIs there are. */
  get length(): number {
    return this.rois.length;
  }

  /** The ROI made last. */
  get newest(): Roi | undefined {
    return this.rois.at(-1);
  }

  [Symbol.iterator](): IterableIterator<Roi> {
    return this.rois.values();
  }

  /** The ROI of an id, if it is there. */
  get(id: number): Roi | undefined {
    return this.rois.find((roi) => roi.id === id);
  }

  /** The ROI of an id. Throws `not_found`. */
  require(id: number): Roi {
    const roi = this.get(id);
    if (roi === undefined) {
      const known = this.rois.map((other) => other.id);
      throw new RoiError("not_found", `ROI ${id}: not in the set, which has ${known.join(", ") || "none"}`, {
        expected: known,
        found: id,
      });
    }
    return roi;
  }

  /** Those without area or length: read, kept, and of no use until they are edited. */
  emptyRois(): readonly Roi[] {
    return this.rois.filter(isEmptyRoi);
  }

  /** The stored form of all ROIs, in order. */
  toEnvelopes(): Record<string, unknown>[] {
    return this.rois.map(toEnvelope);
  }

  /**
   * Adds a ROI with the next id; a rect without bounds is the whole image. Bounds, points and z are clamped to the image.
   * Throws `invalid_argument` for an area or a length of 0, an unknown channel, or no bounds where the size is not known.
   */
  create(draft: NewRoi = {}): RoiSet {
    const id = this.highWaterMark + 1;
    const roi = buildNewRoi(id, draft, this.extent);
    return new RoiSet({ rois: [...this.rois, roi], highWaterMark: id, extent: this.extent });
  }

  /**
   * Changes one ROI. The revision grows by 1, and stored statistics go, only if bounds, points, mask, channel or z
   * really changed; name, note and the rest leave it. Throws `not_found`, and `invalid_argument` as {@link create} does.
   */
  edit(id: number, edit: RoiEdit): RoiSet {
    const roi = this.require(id);
    const edited = applyEdit(roi, edit, this.extent);
    return edited === roi ? this : this.#with(this.rois.map((other) => (other === roi ? edited : other)));
  }

  /** Removes one ROI; its id stays taken. Throws `not_found`. */
  delete(id: number): RoiSet {
    const roi = this.require(id);
    return this.#with(this.rois.filter((other) => other !== roi));
  }

  /** Removes all ROIs; their ids stay taken. */
  clear(): RoiSet {
    return this.#with([]);
  }

  /** All ROIs inside the image; one that lies outside becomes empty and is kept. */
  clampTo(extent: ImageExtent): RoiSet {
    return this.revalidate(extent).set;
  }

  /** As {@link clampTo}, and how much had to be corrected. */
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
