import type { Table } from "apache-arrow";
import { defaultAxes, planeAxes, validateAxes } from "../../array/axes.ts";
import type { DType } from "../../array/dtype.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import { isNdArrayOf, type NdArray } from "../../array/nd-array.ts";
import type { RegionSelection } from "../../array/region.ts";
import type { ArrayRows, EncodedArray } from "../../array/zarr-array.ts";
import { ZarrStoreError } from "../../errors.ts";
import { type ImageId, parseImageId } from "../../image/artifact-name.ts";
import type { ArtifactStore } from "../../image/artifact-store.ts";
import type { PixelStore } from "../../image/pixel-store.ts";
import { type JsonText, parseLossless, plainValue } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { imageGroup, pixelArray, type TabularFormat } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import type { ObjectSession, Summary } from "../session/object-session.ts";
import type { TableInput } from "../tables/table-store.ts";
import { deleteAnalysis, listAnalysisKeys } from "./analysis-files.ts";
import {
  deleteArrayArtifact,
  loadArrayArtifact,
  openArrayArtifact,
  type SaveArrayArtifactOptions,
  saveArrayArtifact,
} from "./array-artifacts.ts";
import { readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import { deleteAttachment, loadAttachment, saveAttachment } from "./attachments.ts";
import { deleteJson, loadJsonText, saveJson, saveJsonBytes } from "./json-artifacts.ts";
import { loadArtifactFile, saveArtifactFile } from "./load-artifact-file.ts";
import { RecordObjects } from "./record-objects.ts";
import { artifactStoreOf, pixelStoreOf } from "./record-stores.ts";
import {
  type DeleteTabularOptions,
  deleteTabular,
  type LoadParquetOptions,
  loadTabular,
  loadTabularBytes,
  type SaveTabularOptions,
  saveTabular,
  saveTabularBytes,
} from "./tabular-artifacts.ts";

export interface SaveImageOptions extends ReadOptions {
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  readonly summary?: Summary;
  /** Of the pixels. Default `zstd`; `none` is faster to write and to read, and larger. */
  readonly compression?: "zstd" | "none" | undefined;
}

/** Rows, columns and planes of an image; `numSlices` is the length of the axis z, or 1. */
export interface ImageBounds {
  readonly width: number;
  readonly height: number;
  readonly numSlices: number;
}

/**
 * One image with its pixels, artifacts and attachments. Making one does no I/O; reading never creates anything; each
 * write is a commit of its own, unless the record came from a transaction.
 */
export class ZarrImageRecord {
  readonly id: ImageId;
  readonly #objects: RecordObjects;

  /** @throws {ZarrStoreError} `invalid_name` */
  constructor(session: ObjectSession, id: string) {
    this.id = parseImageId(id);
    this.#objects = new RecordObjects(session, this.id);
  }

  /** Whether the image is in the dataset. */
  async exists(): Promise<boolean> {
    return this.#objects.exists();
  }

  /** @throws {ZarrStoreError} `not_found` */
  async attributes(options: ReadOptions = {}): Promise<Attributes> {
    return this.#objects.attributes(options);
  }

  /** Sets the given attributes and keeps the others; `undefined` removes one. */
  async updateAttributes(patch: Attributes, options: ReadOptions = {}): Promise<void> {
    await this.#objects.change("update attributes", options, async (transaction, objects) => {
      await objects.putAttributes(transaction, { ...(await objects.attributes(options)), ...patch });
    });
  }

  /**
   * Makes the record with its pixels, which may be read as they are written. Pixels are never changed afterwards.
   *
   * @throws {ZarrStoreError} `already_exists`; `invalid_argument` for ranks other than 2–5, before anything is staged
   */
  async saveArray(array: NdArray | ArrayRows | EncodedArray, options: SaveImageOptions = {}): Promise<void> {
    const rank = array.shape.length;
    if (rank < 2 || rank > 5) {
      throw new ZarrStoreError("invalid_argument", `an image has 2 to 5 axes, not ${rank}`, {
        path: this.id,
        found: rank,
      });
    }
    const axes = "objects" in array ? array.axes : validateAxes(options.axes ?? defaultAxes(rank), rank);
    const { session } = this.#objects;
    await session.change(
      async (transaction, view) => {
        const objects = new RecordObjects(view, this.id);
        if (await objects.exists()) {
          throw new ZarrStoreError(
            "already_exists",
            `there is an image ${this.id} already; pixels are immutable`,
            {
              path: imageGroup(this.id),
            },
          );
        }
        const { chunks, compression } = options;
        await writeArray(session, transaction, pixelArray(this.id), array, { axes, chunks, compression });
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
      { message: `add image ${this.id}`, signal: options.signal },
    );
  }

  /** Shape, dtype, chunks and axes of the pixels. @throws {ZarrStoreError} `not_found` */
  async openArray(options: ReadOptions = {}): Promise<ArrayMetadata> {
    return readArrayMetadata(this.#objects.session, pixelArray(this.id), options);
  }

  /**
   * All pixels, in C order. With a dtype the type flows, and another dtype is an error.
   *
   * @throws {ZarrStoreError} `not_found`, `integrity`, `invalid_argument` if the image has another dtype
   */
  async loadArray<D extends DType = DType>(
    options: ReadOptions & { readonly dtype?: D } = {},
  ): Promise<NdArray<D>> {
    const { session } = this.#objects;
    return assertDType(
      await readArrayRegion(session, pixelArray(this.id), undefined, options),
      options.dtype,
    );
  }

  /** The pixels of a region, one range per axis; only the chunks that it touches are read. */
  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return readArrayRegion(this.#objects.session, pixelArray(this.id), selection, options);
  }

  /** One name per axis, slowest first; undefined if the image is not there or does not say. */
  async getAxes(options: ReadOptions = {}): Promise<readonly string[] | undefined> {
    if (!(await this.exists())) {
      return undefined;
    }
    const { axes } = await this.attributes(options);
    return Array.isArray(axes) && axes.every((axis) => typeof axis === "string") ? axes : undefined;
  }

  /** Pixels across and down, and slices, from the header alone. @throws {ZarrStoreError} `not_found` */
  async getImageBounds(options: ReadOptions = {}): Promise<ImageBounds> {
    const { shape } = await this.openArray(options);
    const axes = (await this.getAxes(options)) ?? defaultAxes(shape.length);
    const plane = planeAxes(axes);
    const z = axes.indexOf("z");
    return {
      width: shape[plane?.dim1 ?? shape.length - 1] ?? 0,
      height: shape[plane?.dim0 ?? shape.length - 2] ?? 0,
      numSlices: z < 0 ? 1 : (shape[z] ?? 1),
    };
  }

  /**
   * Writes `analysis/<name>.json`: two-space indent, key order kept. A {@link JsonText} is written as it is.
   *
   * @returns the key
   * @throws {ZarrStoreError} `invalid_argument` with the path of a NaN, an infinity or a value that JSON has not;
   * `not_found` if there is no such image
   */
  async saveJson(name: string, value: unknown, options: ReadOptions = {}): Promise<string> {
    return saveJson(this.#objects, name, value, options);
  }

  /**
   * Writes a JSON artifact byte by byte as it came from elsewhere, after a look whether it is JSON.
   *
   * @returns the key
   * @throws {ZarrStoreError} `invalid_file` if it is not
   */
  async saveJsonBytes(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    return saveJsonBytes(this.#objects, name, bytes, options);
  }

  /**
   * Plain values, integers beyond 2^53 as bigint. A key that comes twice in an object is an error, for one of its values
   * would be lost; {@link loadJsonText} gives both.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_file`
   */
  async loadJson(name: string, options: ReadOptions = {}): Promise<unknown> {
    const { text } = await this.loadJsonText(name, options);
    return plainValue(parseLossless(text, { allowNonFinite: true, duplicateKeys: "error", where: name }));
  }

  /** The text as it is stored; reads `.json`, then `.json.gz`. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadJsonText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    return loadJsonText(this.#objects, name, options);
  }

  /** Says whether there was one. Without `metadata`, the summary has nothing of them. @throws {ZarrStoreError} `not_found` */
  async deleteJson(name: string, options: ReadOptions = {}): Promise<boolean> {
    return deleteJson(this.#objects, name, options);
  }

  /** Saves the JSON artifact `metadata`; returns its key. */
  async saveMetadataPayload(payload: unknown, options: ReadOptions = {}): Promise<string> {
    return this.saveJson("metadata", payload, options);
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadMetadataPayload(options: ReadOptions = {}): Promise<unknown> {
    return this.loadJson("metadata", options);
  }

  /** @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` for rows without a schema */
  async saveParquet(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return saveTabular(this.#objects, "parquet", name, rows, options);
  }

  /** @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadParquet(name: string, options: LoadParquetOptions = {}): Promise<Table> {
    return loadTabular(this.#objects, "parquet", name, options);
  }

  /** As {@link saveParquet}, in gzipped CSV. @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` */
  async saveCsvGz(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return saveTabular(this.#objects, "csv.gz", name, rows, options);
  }

  /** Types come from the schema, or are inferred column by column. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadCsvGz(name: string, options: SaveTabularOptions = {}): Promise<Table> {
    return loadTabular(this.#objects, "csv.gz", name, options);
  }

  /** Keeps a table file byte by byte as it came. @throws {ZarrStoreError} `invalid_file` if it cannot be read */
  async saveTabularBytes(
    name: string,
    format: TabularFormat,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    return saveTabularBytes(this.#objects, format, name, bytes, options);
  }

  /** The file of a table artifact, verified, as it is. @throws {ZarrStoreError} `not_found` */
  async loadTabularBytes(
    name: string,
    format: TabularFormat,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return loadTabularBytes(this.#objects, format, name, options);
  }

  /** Deletes a table artifact in both formats, or in one; says whether it was there. @throws {ZarrStoreError} `not_found` */
  async deleteTable(name: string, options: DeleteTabularOptions = {}): Promise<boolean> {
    return deleteTabular(this.#objects, name, options);
  }

  /** Replaces the array artifact of that name. */
  async saveArrayArtifact(
    name: string,
    array: NdArray,
    options: SaveArrayArtifactOptions = {},
  ): Promise<void> {
    await saveArrayArtifact(this.#objects, name, array, options);
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadArrayArtifact(name: string, options: ReadOptions = {}): Promise<NdArray> {
    return loadArrayArtifact(this.#objects, name, options);
  }

  /** Shape, dtype, chunks, axes and attributes. @throws {ZarrStoreError} `not_found` */
  async openArrayArtifact(name: string, options: ReadOptions = {}): Promise<ArrayMetadata> {
    return openArrayArtifact(this.#objects, name, options);
  }

  /** Says whether there was one; arrays whose names continue its name stay. @throws {ZarrStoreError} `not_found` */
  async deleteArrayArtifact(name: string, options: ReadOptions = {}): Promise<boolean> {
    return deleteArrayArtifact(this.#objects, name, options);
  }

  /** Sorted, nested names whole. */
  async listArrayArtifacts(): Promise<readonly string[]> {
    return this.#objects.names((meaning) => (meaning?.kind === "array" ? meaning.name : undefined));
  }

  /** The keys below `images/<id>/analysis/`, sorted. */
  async listAnalysisKeys(): Promise<readonly string[]> {
    return listAnalysisKeys(this.#objects);
  }

  /** Deletes the artifacts below `analysis/` whose key ends in one of the suffixes, or all; returns how many. */
  async deleteAnalysis(
    options: ReadOptions & { readonly suffixes?: readonly string[] } = {},
  ): Promise<number> {
    return deleteAnalysis(this.#objects, options.suffixes, options);
  }

  /** Keeps a file as it came. @throws {ZarrStoreError} `invalid_name` */
  async saveAttachment(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    return saveAttachment(this.#objects, name, bytes, options);
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadAttachment(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return loadAttachment(this.#objects, name, options);
  }

  /** Returns whether there was one. @throws {ZarrStoreError} `invalid_name`, `not_found` if there is no such image */
  async deleteAttachment(name: string, options: ReadOptions = {}): Promise<boolean> {
    return deleteAttachment(this.#objects, name, options);
  }

  /** Names of files that are kept as they came, sorted. */
  async listAttachments(): Promise<readonly string[]> {
    return this.#objects.names((meaning) => (meaning?.kind === "attachment" ? meaning.name : undefined));
  }

  /** Names of JSON and table artifacts by kind, nested names whole, sorted. */
  async listArtifacts(): Promise<Readonly<Record<"json" | TabularFormat, readonly string[]>>> {
    const ofKind = (kind: "json" | TabularFormat): Promise<readonly string[]> =>
      this.#objects.names((meaning) => (meaning?.kind === kind ? meaning.name : undefined));
    return { json: await ofKind("json"), parquet: await ofKind("parquet"), "csv.gz": await ofKind("csv.gz") };
  }

  /** An artifact's file or an attachment as it is, by its path below `images/<id>/`. @throws {ZarrStoreError} `not_found` */
  async loadFile(key: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return loadArtifactFile(this.#objects, key, options);
  }

  /** Copies such a file, parsed or not; it makes no summary. @throws {ZarrStoreError} `invalid_name` for another path */
  async saveFile(key: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    await saveArtifactFile(this.#objects, key, bytes, options);
  }

  /** The SHA-256 of each object of this image by its path below `images/<id>/`, without opening it. */
  async objectHashes(): Promise<ReadonlyMap<string, string>> {
    return this.#objects.session.hashes(imageGroup(this.id));
  }

  /** The pixels, as what reads a TIFF offers them too. */
  asPixelStore(): PixelStore {
    return pixelStoreOf(this);
  }

  /** The artifacts, as what keeps them beside a TIFF offers them too. */
  asArtifactStore(): ArtifactStore {
    const { session } = this.#objects;
    const within = (view: ObjectSession): ArtifactStore =>
      new ZarrImageRecord(view, this.id).asArtifactStore();
    const edit: ArtifactStore["edit"] = (fn, { signal } = {}) =>
      session.change((_, view) => fn(within(view)), { message: `edit ${this.id}`, signal });
    return { ...artifactStoreOf(this), edit };
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
