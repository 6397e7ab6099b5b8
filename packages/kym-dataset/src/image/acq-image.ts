import {
  ARTIFACTS,
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

const EMPTY_METADATA = '{\n  "version": "2.0"\n}';

/**
 * One image with its ROIs and metadata, wherever it is: a Zarr record, a TIFF with sidecars. It is made without I/O.
 * Edits are stored at once, one after the other. Each begins with what is stored then, so that those of several objects
 * and processes over one record of a dataset add up; over files, where the last of two writers wins, use one object.
 *
 * @example
 * for await (const image of AcqImageList.from(dataset.openImages())) {
 *   const roi = await image.addRoi({ name: "vessel" });
 *   console.log(image.displayName, (await image.roiStats(roi.id)).mean);
 * }
 */
export class AcqImage {
  /** The image's id in a dataset, the path of a file. */
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

  /** The last part of the source's path; of a record, its id. */
  get displayName(): string {
    return this.sourceKey.split(/[\\/]/).findLast((part) => part !== "") ?? this.sourceKey;
  }

  /** Shape, dtype and axes, read once; no pixel is. */
  async describe(options: ReadOptions = {}): Promise<ImageInfo> {
    this.#info ??= this.pixelStore.describe(options).catch((error: unknown) => {
      this.#info = undefined;
      throw error;
    });
    return this.#info;
  }

  /** From 1: one channel where there is no channel axis. */
  async channelsAvailable(options: ReadOptions = {}): Promise<readonly number[]> {
    const { numChannels } = extentOf(await this.describe(options));
    return Array.from({ length: numChannels }, (_, index) => index + 1);
  }

  /** All pixels of a channel, without the channel axis. @throws {ZarrStoreError} `invalid_argument` for no such channel */
  async getChannelData(channel: number, options: ReadOptions = {}): Promise<NdArray> {
    return this.pixelStore.loadChannel(channel, options);
  }

  /**
   * One plane, rows by columns; only this one is read.
   *
   * @throws {KymDatasetError} `invalid_argument` for a channel, slice or time point that is not there
   */
  async getSlice2d(index: PlaneIndex = {}, options: ReadOptions = {}): Promise<NdArray> {
    const info = await this.describe(options);
    const { height, width } = extentOf(info);
    const region = await this.pixelStore.loadRegion(planeSelection(info, index), options);
    return planeOf({ ...region, shape: [height, width] });
  }

  /** What metadata say; those of nothing where there are none. @throws {ZarrStoreError} `invalid_file` for no JSON */
  async metadata(options: ReadOptions = {}): Promise<KymMetadata> {
    return loadMetadata(this.artifactStore, options);
  }

  /** Changes header, experiment or `accepted`; unknown keys stay. Throws as `editMetadata` does. */
  async editMetadata(edit: Omit<MetadataEdit, "rois">, options: ReadOptions = {}): Promise<KymMetadata> {
    return this.#edit(
      async (artifacts) => parseMetadata(await saveMetadata(artifacts, edit, options)),
      options,
    );
  }

  /**
   * The ROIs, with the image's size and the highest id ever given. Those that cannot be read are in the metadata's
   * `problems`, and stay stored.
   *
   * @throws {KymDatasetError} `invalid_metadata` if what is stored is no list
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

  /** Adds a ROI, clamped, with its statistics. @throws {RoiError} `invalid_argument` for no such channel, no area or no length */
  async addRoi(draft: NewRoi = {}, options: ReadOptions = {}): Promise<Roi> {
    const [roi] = await this.addRois([draft], options);
    return roi as Roi;
  }

  /**
   * Adds ROIs in one edit, clamped, with their statistics: all of them or none.
   * @throws {RoiError} `invalid_argument` for no such channel or no area
   */
  async addRois(drafts: readonly NewRoi[], options: ReadOptions = {}): Promise<readonly Roi[]> {
    return this.#editRois(options, (before) => {
      const rois = drafts.reduce((all, draft) => all.create(draft), before);
      return { rois, ids: rois.rois.slice(before.length).map(({ id }) => id) };
    });
  }

  /** Changes a ROI; a moved one has the next revision and new statistics. @throws {RoiError} `not_found`, `invalid_argument` */
  async editRoi(id: number, edit: RoiEdit, options: ReadOptions = {}): Promise<Roi> {
    const [roi] = await this.#editRois(options, (rois) => ({ rois: rois.edit(id, edit), ids: [id] }));
    return roi as Roi;
  }

  /** Removes a ROI; its id is not given again. @throws {RoiError} `not_found` */
  async deleteRoi(id: number, options: ReadOptions = {}): Promise<void> {
    await this.#edit(async (artifacts) => {
      const rois = (await this.#roisOf(artifacts, options)).delete(id);
      await saveMetadata(artifacts, { rois }, options);
    }, options);
  }

  /** The pixels of the ROI's bounds in the image, at its channel and slice and the first time point. @throws {RoiError} `not_found` */
  async getRoiPixels(id: number, options: ReadOptions = {}): Promise<NdArray> {
    return pixelsOfRoi(this, await this.#roi(id, options), options);
  }

  /** True inside: as large as {@link getRoiPixels}; of a mask, the array that is stored. @throws {RoiError} `not_found` */
  async getRoiMask(id: number, options: ReadOptions = {}): Promise<NdArray<"bool">> {
    return loadRoiMask(this, await this.#roi(id, options), options);
  }

  /** Statistics of the ROI's pixels as they are now. @throws {RoiError} `not_found` */
  async roiStats(id: number, options: ReadOptions = {}): Promise<RoiStats> {
    return statsOfRoi(this, await this.#roi(id, options), options);
  }

  /**
   * Stores the mask of a ROI as an array artifact and its reference with the ROI: `data.mask_ref` of a mask,
   * `meta.mask_ref` of all others.
   *
   * @param options.name Default `roi_mask_<id>`.
   * @returns the reference, `analysis_arrays/<name>`
   * @throws {RoiError} `not_found`
   * @throws {ZarrStoreError} `not_supported` by a store that keeps no arrays
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

  /** One edit after the other, whether or not the one before went well; where the store can, over what others wrote. */
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
