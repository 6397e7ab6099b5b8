// One image of a dataset: its attributes, its pixels, and a view for each kind of artifact.

import type { Table } from "apache-arrow";
import type { DType } from "../../array/dtype.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { NdArray } from "../../array/nd-array.ts";
import type { RegionSelection } from "../../array/region.ts";
import type { ArrayRows, EncodedArray, StagedArray } from "../../array/zarr-array.ts";
import { type ImageId, parseImageId } from "../../image/artifact-name.ts";
import type { ArtifactStore } from "../../image/artifact-store.ts";
import type { PixelStore } from "../../image/pixel-store.ts";
import type { JsonText } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { imageGroup } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import type { KeptReads } from "../session/kept-reads.ts";
import type { ObjectSession } from "../session/object-session.ts";
import type { TableInput } from "../tables/table-input.ts";
import { ArrayArtifacts, type SaveArrayArtifactOptions } from "./array-artifacts.ts";
import { ArtifactFiles, type DeleteAnalysisOptions } from "./artifact-files.ts";
import { Attachments } from "./attachments.ts";
import { DerivedFiles } from "./derived-files.ts";
import { JsonArtifacts } from "./json-artifacts.ts";
import { METADATA, RecordObjects } from "./record-objects.ts";
import {
  type ImageBounds,
  type LoadPixelsOptions,
  RecordPixels,
  type SaveImageOptions,
} from "./record-pixels.ts";
import { artifactStoreOf, pixelStoreOf } from "./record-stores.ts";
import { type LoadParquetOptions, type SaveTabularOptions, TabularArtifacts } from "./tabular-artifacts.ts";

/**
 * One image of a dataset, with a view for each kind of content.
 *
 * - Making a record does no I/O, and reading never creates anything.
 * - Each write is a commit of its own, unless the record came from a transaction.
 * - A method named after a kind of artifact is a shortcut to that view.
 *
 * @example
 * const record = dataset.record("line-scan");
 * await record.saveJson("metadata", { pixelSizeUm: 0.1 });
 * const { width, height } = await record.getImageBounds();
 */
export class ZarrImageRecord {
  readonly id: ImageId;
  /** The pixels, written once and never changed. */
  readonly pixels: RecordPixels;
  /** The JSON artifacts. */
  readonly json: JsonArtifacts;
  /** The table artifacts, in Parquet or gzipped CSV. */
  readonly tables: TabularArtifacts;
  /** The array artifacts. */
  readonly arrays: ArrayArtifacts;
  /** Files that are kept unchanged. */
  readonly attachments: Attachments;
  /** What is made of the pixels and can be made again. */
  readonly derived: DerivedFiles;
  /** The files of JSON artifacts, tables and attachments, byte for byte. */
  readonly files: ArtifactFiles;
  readonly #objects: RecordObjects;

  /** @throws {ZarrStoreError} `invalid_name` */
  constructor(session: ObjectSession, id: string, kept?: KeptReads) {
    this.id = parseImageId(id);
    this.#objects = new RecordObjects(session, this.id, kept);
    this.pixels = new RecordPixels(this.#objects);
    this.json = new JsonArtifacts(this.#objects);
    this.tables = new TabularArtifacts(this.#objects);
    this.arrays = new ArrayArtifacts(this.#objects);
    this.attachments = new Attachments(this.#objects);
    this.derived = new DerivedFiles(this.#objects);
    this.files = new ArtifactFiles(this.#objects);
  }

  /** Whether the record keeps what it read, so that all its readers see the same; see `ZarrDataset.record`. */
  get keepsReads(): boolean {
    return this.#objects.kept !== undefined;
  }

  /** Whether the image is in the dataset. */
  async exists(): Promise<boolean> {
    return this.#objects.exists();
  }

  /** Loads the attributes of the image. @throws {ZarrStoreError} `not_found` */
  async attributes(options: ReadOptions = {}): Promise<Attributes> {
    return this.#objects.attributes(options);
  }

  /** Sets the given attributes and keeps the others; `undefined` removes one. @throws {ZarrStoreError} `not_found` */
  async updateAttributes(patch: Attributes, options: ReadOptions = {}): Promise<void> {
    await this.#objects.change("update attributes", options, async (transaction, objects) => {
      await objects.putAttributes(transaction, { ...(await objects.attributes(options)), ...patch });
    });
  }

  /** The SHA-256 of each object of this image, by its key below `images/<id>/`. No object is opened. */
  async objectHashes(): Promise<ReadonlyMap<string, string>> {
    return this.#objects.session.hashes(imageGroup(this.id));
  }

  /** The pixels through the interface that TIFFs implement too. */
  asPixelStore(): PixelStore {
    return pixelStoreOf(this.id, this.pixels);
  }

  /** The artifacts through the interface that folders of sidecars implement too. */
  asArtifactStore(): ArtifactStore {
    const { session } = this.#objects;
    const within = (view: ObjectSession): ArtifactStore =>
      new ZarrImageRecord(view, this.id).asArtifactStore();
    const edit: ArtifactStore["edit"] = (fn, { signal } = {}) =>
      session.change((_, view) => fn(within(view)), { message: `edit ${this.id}`, signal });
    return { ...artifactStoreOf(this), edit };
  }

  /** Same as `pixels.save`. */
  async saveArray(
    array: NdArray | ArrayRows | EncodedArray | StagedArray,
    options: SaveImageOptions = {},
  ): Promise<void> {
    return this.pixels.save(array, options);
  }

  /** Same as `pixels.open`. */
  async openArray(options: ReadOptions = {}): Promise<ArrayMetadata> {
    return this.pixels.open(options);
  }

  /** Same as `pixels.load`. */
  async loadArray<D extends DType = DType>(options: LoadPixelsOptions<D> = {}): Promise<NdArray<D>> {
    return this.pixels.load(options);
  }

  /** Same as `pixels.loadRegion`. */
  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return this.pixels.loadRegion(selection, options);
  }

  /** Same as `pixels.axes`. */
  async getAxes(options: ReadOptions = {}): Promise<readonly string[] | undefined> {
    return this.pixels.axes(options);
  }

  /** Same as `pixels.bounds`. */
  async getImageBounds(options: ReadOptions = {}): Promise<ImageBounds> {
    return this.pixels.bounds(options);
  }

  /** Same as `json.save`. */
  async saveJson(name: string, value: unknown, options: ReadOptions = {}): Promise<string> {
    return this.json.save(name, value, options);
  }

  /** Same as `json.load`. */
  async loadJson(name: string, options: ReadOptions = {}): Promise<unknown> {
    return this.json.load(name, options);
  }

  /** Same as `json.loadText`. */
  async loadJsonText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    return this.json.loadText(name, options);
  }

  /** Same as `json.save` for the artifact `metadata`. */
  async saveMetadataPayload(payload: unknown, options: ReadOptions = {}): Promise<string> {
    return this.json.save(METADATA, payload, options);
  }

  /** Same as `json.load` for the artifact `metadata`. */
  async loadMetadataPayload(options: ReadOptions = {}): Promise<unknown> {
    return this.json.load(METADATA, options);
  }

  /** Same as `tables.save` in Parquet. */
  async saveParquet(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return this.tables.save(name, rows, { ...options, format: "parquet" });
  }

  /** Same as `tables.load` for Parquet only. */
  async loadParquet(name: string, options: LoadParquetOptions = {}): Promise<Table> {
    return this.tables.load(name, { ...options, format: "parquet" });
  }

  /** Same as `tables.save` in gzipped CSV. */
  async saveCsvGz(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return this.tables.save(name, rows, { ...options, format: "csv.gz" });
  }

  /** Same as `tables.load` for gzipped CSV only. */
  async loadCsvGz(name: string, options: SaveTabularOptions = {}): Promise<Table> {
    return this.tables.load(name, { ...options, format: "csv.gz" });
  }

  /** Same as `arrays.save`. */
  async saveArrayArtifact(
    name: string,
    array: NdArray,
    options: SaveArrayArtifactOptions = {},
  ): Promise<void> {
    return this.arrays.save(name, array, options);
  }

  /** Same as `arrays.load`. */
  async loadArrayArtifact(name: string, options: ReadOptions = {}): Promise<NdArray> {
    return this.arrays.load(name, options);
  }

  /** Same as `arrays.list`. */
  async listArrayArtifacts(): Promise<readonly string[]> {
    return this.arrays.list();
  }

  /** Same as `files.listAnalysis`. */
  async listAnalysisKeys(): Promise<readonly string[]> {
    return this.files.listAnalysis();
  }

  /** Same as `files.deleteAnalysis`. */
  async deleteAnalysis(options: DeleteAnalysisOptions = {}): Promise<number> {
    return this.files.deleteAnalysis(options);
  }

  /** Same as `attachments.save`. */
  async saveAttachment(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    return this.attachments.save(name, bytes, options);
  }

  /** Same as `attachments.load`. */
  async loadAttachment(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.attachments.load(name, options);
  }

  /** Same as `attachments.list`. */
  async listAttachments(): Promise<readonly string[]> {
    return this.attachments.list();
  }
}
