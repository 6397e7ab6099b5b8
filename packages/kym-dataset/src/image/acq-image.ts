// `AcqImage`: one image with its ROIs, masks and metadata, the same for a TIFF in a folder and a record of a dataset.

import {
  ARTIFACTS,
  changedScales,
  editMetadata,
  type KymMetadata,
  loadMetadataText,
  type MetadataEdit,
  parseMetadata,
} from "@kym/kym-schema";
import { type NewRoi, type Roi, type RoiEdit, RoiSet, type RoiStats } from "@kym/roi";
import {
  type ArtifactStore,
  type ImageInfo,
  type ImageSource,
  jsonText,
  type NdArray,
  type PixelStore,
  type ReadOptions,
} from "@kym/zarr-store";
import { planeOf } from "@kym/zarr-store/array";
import { imagePartKey } from "@kym/zarr-store/layout";
import { KymDatasetError } from "../errors.ts";
import { isGeometrySame, loadRoiMask, pixelsOfRoi, statsOfRoi, withStats } from "./pixels-of-roi.ts";
import { extentOf, type PlaneIndex, planeSelection } from "./plane-selection.ts";

/** Rows of a plane, half open. */
export interface PlaneRows {
  readonly start: number;
  readonly stop: number;
}

const EMPTY_METADATA = '{\n  "version": "2.0"\n}';

/**
 * One image with its ROIs and metadata: a Zarr record, or a TIFF with sidecars. Creating it reads nothing.
 *
 * Edits are stored at once, one after the other, and each starts from what is stored at that moment. So the edits of
 * several objects or processes on one record add up. Over files the last of two writers wins: use one object there.
 *
 * @example
 * for await (const image of AcqImageList.from(dataset.openImages())) {
 *   const roi = await image.addRoi({ name: "vessel" });
 *   console.log(image.displayName, (await image.roiStats(roi.id)).mean);
 * }
 */
export class AcqImage {
  /** The image's id in a dataset, or the path of its file. */
  readonly sourceKey: string;
  readonly pixelStore: PixelStore;
  readonly artifactStore: ArtifactStore;
  #info: Promise<ImageInfo> | undefined;
  #lastEdit: Promise<unknown> = Promise.resolve();

  private constructor(source: ImageSource) {
    this.sourceKey = source.sourceKey;
    this.pixelStore = source.pixelStore;
    this.artifactStore = source.artifactStore;
  }

  static from(source: ImageSource): AcqImage {
    return new AcqImage(source);
  }

  /** The file's name, or the record's id. */
  get displayName(): string {
    return this.sourceKey.split(/[\\/]/).findLast((part) => part !== "") ?? this.sourceKey;
  }

  /** Returns shape, dtype and axes. Reads them once, and no pixels. */
  async describe(options: ReadOptions = {}): Promise<ImageInfo> {
    this.#info ??= this.pixelStore.describe(options).catch((error: unknown) => {
      this.#info = undefined;
      throw error;
    });
    return this.#info;
  }

  /** The channel numbers, from 1. An image without a channel axis has one channel. */
  async channelsAvailable(options: ReadOptions = {}): Promise<readonly number[]> {
    const { numChannels } = extentOf(await this.describe(options));
    return Array.from({ length: numChannels }, (_, index) => index + 1);
  }

  /**
   * Loads all pixels of a channel, without the channel axis.
   *
   * @throws {ZarrStoreError} `invalid_argument` if the image does not have the channel
   */
  async getChannelData(channel: number, options: ReadOptions = {}): Promise<NdArray> {
    return this.pixelStore.loadChannel(channel, options);
  }

  /**
   * Loads one plane, rows by columns, or some of its rows, and reads only these pixels.
   *
   * @throws {KymDatasetError} `invalid_argument` if the image does not have the channel, slice, time point or rows
   */
  async getSlice2d(
    { rows, ...index }: PlaneIndex & { readonly rows?: PlaneRows | undefined } = {},
    options: ReadOptions = {},
  ): Promise<NdArray> {
    const info = await this.describe(options);
    const { height, width } = extentOf(info);
    const { start, stop } = rows ?? { start: 0, stop: height };
    if (
      !(Number.isInteger(start) && Number.isInteger(stop) && start >= 0 && start <= stop && stop <= height)
    ) {
      throw new KymDatasetError(
        "invalid_argument",
        `rows: expected part of 0 to ${height}, found ${start} to ${stop}`,
        {
          path: "rows",
          expected: [0, height],
          found: [start, stop],
        },
      );
    }
    const bounds = { dim0Start: start, dim0Stop: stop, dim1Start: 0, dim1Stop: width };
    const region = await this.pixelStore.loadRegion(planeSelection(info, index, bounds), options);
    return planeOf({ ...region, shape: [stop - start, width] });
  }

  /**
   * Loads the image's metadata, or defaults if it has none.
   *
   * @throws {ZarrStoreError} `invalid_file` if they are not JSON
   */
  async metadata(options: ReadOptions = {}): Promise<KymMetadata> {
    return loadMetadata(this.artifactStore, options);
  }

  /** Changes header, experiment or `accepted`. Unknown keys stay. Throws the errors of `editMetadata`. */
  async editMetadata(edit: Omit<MetadataEdit, "rois">, options: ReadOptions = {}): Promise<KymMetadata> {
    const rank = edit.header === undefined ? 0 : (await this.describe(options)).axes.length;
    return this.#edit(async (artifacts) => {
      const before = await loadMetadataText(artifacts, options);
      const after = await saveMetadata(artifacts, edit, options);
      const scales = changedScales(before, after, rank);
      if (scales !== undefined) {
        await artifacts.saveScales?.(scales, options);
      }
      return parseMetadata(after);
    }, options);
  }

  /**
   * Loads the ROIs, with the image's size and the highest id ever given. A ROI that cannot be read is named in the
   * `problems` of the metadata, and stays stored.
   *
   * @throws {KymDatasetError} `invalid_metadata` if the stored ROIs are not a list
   */
  async rois(options: ReadOptions = {}): Promise<RoiSet> {
    return this.#roisOf(this.artifactStore, options);
  }

  async #roisOf(artifacts: ArtifactStore, options: ReadOptions): Promise<RoiSet> {
    const loaded = await loadMetadata(artifacts, options);
    const { rois, roiIdHighWaterMark: highWaterMark, problems } = loaded;
    const fault = problems.find(({ path }) => path === "$.rois" || path === "$");
    if (fault !== undefined) {
      throw new KymDatasetError("invalid_metadata", `${this.displayName}: ${fault.message}`, {
        path: fault.path,
      });
    }
    return RoiSet.fromRois(rois, { highWaterMark, extent: extentOf(await this.describe(options)) });
  }

  /**
   * Adds a ROI, clamped to the image, and stores its statistics.
   *
   * @throws {RoiError} `invalid_argument` if the image does not have the channel, or the ROI has no area or length
   */
  async addRoi(draft: NewRoi = {}, options: ReadOptions = {}): Promise<Roi> {
    const [roi] = await this.addRois([draft], options);
    return roi as Roi;
  }

  /**
   * Adds several ROIs in one edit, as {@link addRoi} does. If one of them is refused, none is stored.
   *
   * @throws {RoiError} `invalid_argument` if the image does not have the channel, or a ROI has no area or length
   */
  async addRois(drafts: readonly NewRoi[], options: ReadOptions = {}): Promise<readonly Roi[]> {
    return this.#editRois(options, (before) => {
      const rois = drafts.reduce((all, draft) => all.create(draft), before);
      return { rois, ids: rois.rois.slice(before.length).map(({ id }) => id) };
    });
  }

  /**
   * Changes a ROI. A ROI that moves gets the next revision and new statistics.
   *
   * @throws {RoiError} `not_found`, `invalid_argument`
   */
  async editRoi(id: number, edit: RoiEdit, options: ReadOptions = {}): Promise<Roi> {
    const [roi] = await this.#editRois(options, (rois) => ({ rois: rois.edit(id, edit), ids: [id] }));
    return roi as Roi;
  }

  /** Removes a ROI. Its id is never used again. @throws {RoiError} `not_found` */
  async deleteRoi(id: number, options: ReadOptions = {}): Promise<void> {
    await this.#edit(async (artifacts) => {
      const rois = (await this.#roisOf(artifacts, options)).delete(id);
      await saveMetadata(artifacts, { rois }, options);
    }, options);
  }

  /**
   * Loads the pixels within the ROI's bounds, at its channel and slice and the first time point.
   *
   * @throws {RoiError} `not_found`
   */
  async getRoiPixels(id: number, options: ReadOptions = {}): Promise<NdArray> {
    return pixelsOfRoi(this, await this.#roi(id, options), options);
  }

  /**
   * Returns a mask that is true inside the ROI, as large as {@link getRoiPixels}. For a ROI of type mask it is the
   * stored array.
   *
   * @throws {RoiError} `not_found`
   */
  async getRoiMask(id: number, options: ReadOptions = {}): Promise<NdArray<"bool">> {
    return loadRoiMask(this, await this.#roi(id, options), options);
  }

  /** Computes the statistics of the ROI from its pixels. @throws {RoiError} `not_found` */
  async roiStats(id: number, options: ReadOptions = {}): Promise<RoiStats> {
    return statsOfRoi(this, await this.#roi(id, options), options);
  }

  /**
   * Stores the mask of a ROI of any type as an array artifact, and a reference to it in the ROI. The reference is
   * `data.mask_ref` for a ROI of type mask, and `meta.mask_ref` for all others.
   *
   * @param options.name the array's name; default `roi_mask_<id>`
   * @returns the reference, `analysis_arrays/<name>`
   * @throws {RoiError} `not_found`
   * @throws {ZarrStoreError} `not_supported` if the store cannot keep arrays
   */
  async materializeRectRoiMask(
    id: number,
    options: ReadOptions & { readonly name?: string } = {},
  ): Promise<string> {
    const { name = `roi_mask_${id}`, ...rest } = options;
    const ref = imagePartKey({ kind: "array", name });
    await this.artifactStore.saveArray(name, await this.getRoiMask(id, rest), { axes: ["y", "x"], ...rest });
    await this.#editRois(rest, (rois) => {
      const roi = rois.require(id);
      const edit = roi.type === "mask" ? { maskRef: ref } : { meta: { ...roi.meta, mask_ref: ref } };
      return { rois: rois.edit(id, edit), ids: [id] };
    });
    return ref;
  }

  async #roi(id: number, options: ReadOptions): Promise<Roi> {
    return (await this.rois(options)).require(id);
  }

  async #editRois(
    options: ReadOptions,
    change: (rois: RoiSet) => { readonly rois: RoiSet; readonly ids: readonly number[] },
  ): Promise<readonly Roi[]> {
    return this.#edit(async (artifacts) => {
      const before = await this.#roisOf(artifacts, options);
      const { rois, ids } = change(before);
      let whole = rois;
      for (const id of ids) {
        const was = before.get(id);
        const isMoved = was === undefined || !isGeometrySame(was, rois.require(id));
        whole = isMoved ? await withStats(this, whole, id, options) : whole;
      }
      await saveMetadata(artifacts, { rois: whole }, options);
      return ids.map((id) => whole.require(id));
    }, options);
  }

  /** Runs one edit after the other, even if the previous one failed. Uses the store's own `edit` if it has one. */
  async #edit<T>(fn: (artifacts: ArtifactStore) => Promise<T>, { signal }: ReadOptions): Promise<T> {
    const { edit } = this.artifactStore;
    const once = (): Promise<T> => (edit === undefined ? fn(this.artifactStore) : edit(fn, { signal }));
    const run = this.#lastEdit.then(once, once);
    this.#lastEdit = run.catch(() => undefined);
    return run;
  }
}

async function saveMetadata(
  artifacts: ArtifactStore,
  edit: MetadataEdit,
  options: ReadOptions,
): Promise<string> {
  const text = editMetadata(await metadataText(artifacts, options), edit);
  await artifacts.saveJson(ARTIFACTS.metadata, jsonText(text), options);
  return text;
}

async function loadMetadata(artifacts: ArtifactStore, options: ReadOptions): Promise<KymMetadata> {
  return parseMetadata(jsonText(await metadataText(artifacts, options), { allowNonFinite: true }));
}

async function metadataText(artifacts: ArtifactStore, options: ReadOptions): Promise<string> {
  return (await loadMetadataText(artifacts, options)) ?? EMPTY_METADATA;
}
