import type { Table } from "apache-arrow";
import type { ArrayMetadata } from "../array/array-metadata.ts";
import { defaultAxes, planeAxes, validateAxes } from "../array/axes.ts";
import type { DType } from "../array/dtype.ts";
import { isNdArrayOf, type NdArray } from "../array/nd-array.ts";
import { type ImageId, parseArtifactName, parseImageId } from "../artifact/artifact-name.ts";
import type { ArtifactStore } from "../artifact/artifact-store.ts";
import type { PixelStore, ReadOptions, RegionSelection } from "../artifact/pixel-store.ts";
import type { Transaction } from "../commit/transaction.ts";
import { ZarrStoreError } from "../errors.ts";
import {
  decodeJsonText,
  isJsonText,
  type JsonText,
  parseLossless,
  plainValue,
  serializeLossless,
} from "../json/lossless-json.ts";
import type { StoreKey } from "../store/store-key.ts";
import { decodeCsvGz, encodeCsvGz } from "../table/csv-gz.ts";
import { decodeParquet, encodeParquet } from "../table/parquet.ts";
import { schemaOfTable, type TableSchema } from "../table/table-schema.ts";
import { type TableInput, tableOf } from "../table/table-store.ts";
import { readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import {
  artifactArray,
  artifactGroupNodes,
  attachmentPath,
  imageGroup,
  imageNode,
  jsonPath,
  legacyJsonPath,
  meaningOf,
  pixelArray,
  type TabularFormat,
  tabularPath,
} from "./layout.ts";
import { type Attributes, groupNodeValue, parseGroupNode } from "./node-cache.ts";
import type { ObjectSession, Summary } from "./object-session.ts";
import { artifactStoreOf, pixelStoreOf } from "./record-stores.ts";

export interface SaveArrayArtifactOptions extends ReadOptions {
  /** Default: those of the rank, `a0…aN` where it has none. */
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
}

export interface SaveImageOptions extends ReadOptions {
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  readonly summary?: Summary;
}

export interface SaveTabularOptions extends ReadOptions {
  readonly schema?: TableSchema;
}

/** Rows, columns and planes of an image; `numSlices` is the length of the axis z, or 1. */
export interface ImageBounds {
  readonly width: number;
  readonly height: number;
  readonly numSlices: number;
}

const METADATA = "metadata";

/**
 * One image with its pixels, artifacts and attachments. Making one does no I/O; reading never creates anything; each
 * write is a commit of its own, unless the record came from a transaction.
 */
export class ZarrImageRecord {
  readonly id: ImageId;
  readonly #session: ObjectSession;

  /** @throws {ZarrStoreError} `invalid_name` */
  constructor(session: ObjectSession, id: string) {
    this.id = parseImageId(id);
    this.#session = session;
  }

  async exists(): Promise<boolean> {
    return (await this.#session.hash(imageNode(this.id))) !== undefined;
  }

  /** @throws {ZarrStoreError} `not_found` */
  async attributes(options: ReadOptions = {}): Promise<Attributes> {
    const path = imageNode(this.id);
    const hash = await this.#session.hash(path);
    const known = hash === undefined ? undefined : this.#session.nodes.groupAttributes(hash);
    if (known !== undefined) {
      return known;
    }
    const bytes = hash === undefined ? undefined : await this.#session.read(path, options);
    if (bytes === undefined || hash === undefined) {
      throw this.#notFound(`there is no image ${this.id}`, path);
    }
    return this.#session.nodes.rememberGroup(hash, parseGroupNode(bytes, path));
  }

  /** Sets the given attributes and keeps the others; `undefined` removes one. */
  async updateAttributes(patch: Attributes, options: ReadOptions = {}): Promise<void> {
    await this.#change(`update attributes of ${this.id}`, options, async (transaction) => {
      await this.#putAttributes(transaction, { ...(await this.attributes(options)), ...patch });
    });
  }

  /**
   * Makes the record with its pixels. Pixels are never changed afterwards.
   *
   * @throws {ZarrStoreError} `already_exists`; `invalid_argument` for ranks other than 2–5, before anything is staged
   */
  async saveArray(array: NdArray, options: SaveImageOptions = {}): Promise<void> {
    const rank = array.shape.length;
    if (rank < 2 || rank > 5) {
      throw new ZarrStoreError("invalid_argument", `an image has 2 to 5 axes, not ${rank}`, {
        path: this.id,
        found: rank,
      });
    }
    const axes = validateAxes(options.axes ?? defaultAxes(rank), rank);
    await this.#change(`add image ${this.id}`, options, async (transaction) => {
      if (await this.exists()) {
        throw new ZarrStoreError(
          "already_exists",
          `there is an image ${this.id} already; pixels are immutable`,
          {
            path: imageGroup(this.id),
          },
        );
      }
      await writeArray(this.#session, transaction, pixelArray(this.id), array, {
        axes,
        chunks: options.chunks,
      });
      const { attributes = {}, summary = attributes["summary"] ?? {} } = options;
      const createdUtc = attributes["created_utc"] ?? isoSeconds(this.#session.runtime.nowEpochMs());
      // Keys that the caller gives keep their order, so that a restored record has the same bytes.
      await this.#putAttributes(transaction, { ...attributes, axes, created_utc: createdUtc, summary });
    });
  }

  /** Shape, dtype, chunks and axes of the pixels. @throws {ZarrStoreError} `not_found` */
  async openArray(options: ReadOptions = {}): Promise<ArrayMetadata> {
    return readArrayMetadata(this.#session, pixelArray(this.id), options);
  }

  /**
   * All pixels, in C order. With a dtype the type flows, and another dtype is an error.
   *
   * @throws {ZarrStoreError} `not_found`, `integrity`, `invalid_argument` if the image has another dtype
   */
  async loadArray<D extends DType = DType>(
    options: ReadOptions & { readonly dtype?: D } = {},
  ): Promise<NdArray<D>> {
    return assertDType(
      await readArrayRegion(this.#session, pixelArray(this.id), undefined, options),
      options.dtype,
    );
  }

  /** The pixels of a region, one range per axis; only the chunks that it touches are read. */
  async loadRegion(selection: RegionSelection, options: ReadOptions = {}): Promise<NdArray> {
    return readArrayRegion(this.#session, pixelArray(this.id), selection, options);
  }

  /** One name per axis, slowest first; undefined if the image is not there or does not say. */
  async getAxes(options: ReadOptions = {}): Promise<readonly string[] | undefined> {
    if (!(await this.exists())) {
      return undefined;
    }
    const { axes } = await this.attributes(options);
    return Array.isArray(axes) && axes.every((axis) => typeof axis === "string") ? axes : undefined;
  }

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
   * @throws {ZarrStoreError} `invalid_argument` with the path of a NaN, an infinity or a value that JSON has not
   */
  async saveJson(name: string, value: unknown, options: ReadOptions = {}): Promise<string> {
    const path = jsonPath(this.id, parseArtifactName(name));
    const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
    await this.#change(`save ${name} of ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      await transaction.put(path, new TextEncoder().encode(text));
      await this.#summarize(transaction, name, text);
    });
    return path;
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
    const path = jsonPath(this.id, parseArtifactName(name));
    const { text } = decodeJsonText(bytes, { allowNonFinite: true, where: name });
    await this.#change(`save ${name} of ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      await transaction.put(path, bytes);
      await this.#summarize(transaction, name, text);
    });
    return path;
  }

  /** Plain values, integers beyond 2^53 as bigint. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadJson(name: string, options: ReadOptions = {}): Promise<unknown> {
    return plainValue(parseLossless((await this.loadJsonText(name, options)).text, { allowNonFinite: true }));
  }

  /** The text as it is stored. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadJsonText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    const parsed = parseArtifactName(name);
    const path = jsonPath(this.id, parsed);
    const bytes = await this.#session.read(path, options);
    if (bytes !== undefined) {
      return decodeJsonText(bytes, { allowNonFinite: true, where: path });
    }
    const legacyPath = legacyJsonPath(this.id, parsed);
    const zipped = await this.#session.read(legacyPath, options);
    if (zipped === undefined) {
      throw this.#notFound(`image ${this.id} has no JSON artifact ${name}`, path);
    }
    return decodeJsonText(await gunzip(zipped), { allowNonFinite: true, where: legacyPath });
  }

  async saveMetadataPayload(payload: unknown, options: ReadOptions = {}): Promise<string> {
    return this.saveJson(METADATA, payload, options);
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadMetadataPayload(options: ReadOptions = {}): Promise<unknown> {
    return this.loadJson(METADATA, options);
  }

  /** @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` for rows without a schema */
  async saveParquet(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return this.#saveTabular("parquet", name, rows, options, async (table) =>
      encodeParquet(table, { schema: options.schema ?? schemaOfTable(table) }),
    );
  }

  /** @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadParquet(name: string, options: ReadOptions = {}): Promise<Table> {
    const { bytes, path } = await this.#readTabular("parquet", name, options);
    return decodeParquet(bytes, { where: path });
  }

  async saveCsvGz(name: string, rows: TableInput, options: SaveTabularOptions = {}): Promise<string> {
    return this.#saveTabular("csv.gz", name, rows, options, encodeCsvGz);
  }

  /** Types come from the schema, or are inferred column by column. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadCsvGz(name: string, options: SaveTabularOptions = {}): Promise<Table> {
    const { bytes } = await this.#readTabular("csv.gz", name, options);
    return decodeCsvGz(bytes, options.schema);
  }

  /** Keeps a table file byte by byte as it came. @throws {ZarrStoreError} `invalid_file` if it cannot be read */
  async saveTabularBytes(
    name: string,
    format: TabularFormat,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    const path = tabularPath(this.id, parseArtifactName(name), format);
    await (format === "parquet" ? decodeParquet(bytes, { where: path }) : decodeCsvGz(bytes));
    await this.#change(`save ${name} of ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      await transaction.put(path, bytes);
    });
    return path;
  }

  /** The file of a table artifact, verified, as it is. @throws {ZarrStoreError} `not_found` */
  async loadTabularBytes(
    name: string,
    format: TabularFormat,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#readTabular(format, name, options)).bytes;
  }

  /** Replaces the array artifact of that name. */
  async saveArrayArtifact(
    name: string,
    array: NdArray,
    options: SaveArrayArtifactOptions = {},
  ): Promise<void> {
    const parsed = parseArtifactName(name);
    const rank = array.shape.length;
    const axes = validateAxes(options.axes ?? defaultAxes(rank), rank);
    await this.#change(`save array ${name} of ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      const prefix = artifactArray(this.id, parsed);
      const { chunks, attributes } = options;
      for (const path of await this.#pathsBelow(prefix)) {
        await transaction.delete(path);
      }
      await writeArray(this.#session, transaction, prefix, array, { axes, chunks, attributes });
      for (const node of artifactGroupNodes(this.id, parsed)) {
        if ((await transaction.hash(node)) === undefined) {
          await transaction.put(node, encodeNode({}));
        }
      }
    });
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadArrayArtifact(name: string, options: ReadOptions = {}): Promise<NdArray> {
    return readArrayRegion(
      this.#session,
      artifactArray(this.id, parseArtifactName(name)),
      undefined,
      options,
    );
  }

  /** Shape, dtype, chunks, axes and attributes. @throws {ZarrStoreError} `not_found` */
  async openArrayArtifact(name: string, options: ReadOptions = {}): Promise<ArrayMetadata> {
    return readArrayMetadata(this.#session, artifactArray(this.id, parseArtifactName(name)), options);
  }

  /** Sorted, nested names whole. */
  async listArrayArtifacts(): Promise<readonly string[]> {
    return this.#names((meaning) => (meaning?.kind === "array" ? meaning.name : undefined));
  }

  /** The keys below `images/<id>/analysis/`, sorted. */
  async listAnalysisKeys(): Promise<readonly string[]> {
    return this.#pathsBelow(`${imageGroup(this.id)}/analysis`);
  }

  /** Deletes the artifacts below `analysis/` whose key ends in one of the suffixes, or all; returns how many. */
  async deleteAnalysis(
    options: ReadOptions & { readonly suffixes?: readonly string[] } = {},
  ): Promise<number> {
    const { suffixes } = options;
    return this.#change(`delete analysis of ${this.id}`, options, async (transaction) => {
      const keys = await this.#pathsBelow(`${imageGroup(this.id)}/analysis`);
      const doomed = keys.filter((key) => suffixes?.some((suffix) => key.endsWith(suffix)) ?? true);
      for (const key of doomed) {
        await transaction.delete(key);
      }
      return doomed.length;
    });
  }

  /** Keeps a file as it came. @throws {ZarrStoreError} `invalid_name` */
  async saveAttachment(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    const path = attachmentPath(this.id, name);
    await this.#change(`attach ${name} to ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      await transaction.put(path, bytes);
    });
    return path;
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadAttachment(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const path = attachmentPath(this.id, name);
    const bytes = await this.#session.read(path, options);
    if (bytes === undefined) {
      throw this.#notFound(`image ${this.id} has no attachment ${name}`, path);
    }
    return bytes;
  }

  async listAttachments(): Promise<readonly string[]> {
    return this.#names((meaning) => (meaning?.kind === "attachment" ? meaning.name : undefined));
  }

  /** Names of JSON and table artifacts by kind, nested names whole, sorted. */
  async listArtifacts(): Promise<Readonly<Record<"json" | TabularFormat, readonly string[]>>> {
    const ofKind = (kind: "json" | TabularFormat): Promise<readonly string[]> =>
      this.#names((meaning) => (meaning?.kind === kind ? meaning.name : undefined));
    return { json: await ofKind("json"), parquet: await ofKind("parquet"), "csv.gz": await ofKind("csv.gz") };
  }

  /** The SHA-256 of an object of this image by its path below `images/<id>/`, without opening it. */
  async objectHashes(): Promise<ReadonlyMap<string, string>> {
    const group = imageGroup(this.id);
    const hashes = new Map<string, string>();
    for (const path of await this.#session.paths(group)) {
      hashes.set(path.slice(group.length + 1), (await this.#session.hash(path)) ?? "");
    }
    return hashes;
  }

  asPixelStore(): PixelStore {
    return pixelStoreOf(this);
  }

  asArtifactStore(): ArtifactStore {
    return artifactStoreOf(this);
  }

  async #saveTabular(
    format: TabularFormat,
    name: string,
    rows: TableInput,
    options: SaveTabularOptions,
    encode: (table: Table) => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<string> {
    const path = tabularPath(this.id, parseArtifactName(name), format);
    const bytes = await encode(tableOf(rows, options.schema, path));
    await this.#change(`save ${name} of ${this.id}`, options, async (transaction) => {
      await this.#assertExists();
      await transaction.put(path, bytes);
    });
    return path;
  }

  async #readTabular(
    format: TabularFormat,
    name: string,
    options: ReadOptions,
  ): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly path: StoreKey }> {
    const path = tabularPath(this.id, parseArtifactName(name), format);
    const bytes = await this.#session.read(path, options);
    if (bytes === undefined) {
      throw this.#notFound(`image ${this.id} has no ${format} artifact ${name}`, path);
    }
    return { bytes, path };
  }

  async #putAttributes(transaction: Transaction, attributes: Attributes): Promise<void> {
    const path = imageNode(this.id);
    const kept = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
    await transaction.put(path, encodeNode(kept));
    const hash = await transaction.hash(path);
    if (hash !== undefined) {
      this.#session.nodes.rememberGroup(hash, kept);
    }
  }

  async #summarize(transaction: Transaction, name: string, text: string): Promise<void> {
    if (name === METADATA && this.#session.summarize !== undefined) {
      const attributes = await this.attributes();
      const before = attributes["summary"];
      const summary = { ...(typeof before === "object" ? before : {}), ...this.#session.summarize(text) };
      await this.#putAttributes(transaction, { ...attributes, summary });
    }
  }

  async #change<T>(
    message: string,
    options: ReadOptions,
    fn: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.#session.change(fn, { message, signal: options.signal });
  }

  async #assertExists(): Promise<void> {
    if (!(await this.exists())) {
      throw this.#notFound(`there is no image ${this.id}: add it before its artifacts`, imageGroup(this.id));
    }
  }

  async #pathsBelow(prefix: string): Promise<readonly StoreKey[]> {
    return (await this.#session.paths(imageGroup(this.id))).filter((path) => path.startsWith(`${prefix}/`));
  }

  async #names(
    nameOf: (meaning: ReturnType<typeof meaningOf>) => string | undefined,
  ): Promise<readonly string[]> {
    const names = (await this.#session.paths(imageGroup(this.id))).map((path) => nameOf(meaningOf(path)));
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  }

  #notFound(message: string, path: string): ZarrStoreError {
    return new ZarrStoreError("not_found", message, { path });
  }
}

export function encodeNode(attributes: Attributes): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(serializeLossless(groupNodeValue(attributes), { indent: 2 }));
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

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
