// Reads a dataset of the Python system (Zarr v2, no commit log) without converting it.

import type { ZarrCodec } from "../array/codecs/zarr-codec.ts";
import type { ArrayMetadata } from "../array/metadata/array-metadata.ts";
import { isZarrStoreError, ZarrStoreError } from "../errors.ts";
import type { ImageId } from "../image/artifact-name.ts";
import type { Logger } from "../runtime/logger.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { joinKey, parentKey, type StoreKey } from "../store/store-key.ts";
import { imageGroup, pixelArray } from "./layout.ts";
import { isTextList } from "./manifest.ts";
import { type Attributes, parseArrayNode, parseAttributes } from "./nodes/node-cache.ts";
import type { NodeReader } from "./nodes/node-reader.ts";
import { loadJsonText } from "./record/json-artifacts.ts";
import { METADATA } from "./record/record-objects.ts";
import { LoglessFiles } from "./session/logless-files.ts";
import { LoglessSession } from "./session/logless-session.ts";
import type { ObjectSession, Summarize, Summary } from "./session/object-session.ts";

const FORMAT = "kymflow_zarr_v1";
const SCHEMA_VERSION = 1;

export interface PythonV1Parts {
  readonly store: ReadableStore;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly mode: "r" | "a" | "w";
  readonly summarize: Summarize | undefined;
  readonly codecs: readonly ZarrCodec[];
}

/**
 * Opens a dataset of the Python system for reading; undefined if the store holds no Zarr v2 group.
 *
 * Its layout is like ours, except for the metadata of groups and arrays and the missing commit log.
 *
 * @throws {ZarrStoreError}
 * - `invalid_metadata` for another kind of Zarr v2 group
 * - `not_supported` for another version of its schema, and in a mode that writes
 */
export async function openPythonV1(parts: PythonV1Parts): Promise<ObjectSession | undefined> {
  const { store, mode } = parts;
  const files = new LoglessFiles(store, parts.runtime);
  if ((await files.read(joinKey(".zgroup"))) === undefined) {
    return undefined;
  }
  assertFormat(await readAttributes(files, "", {}), store.location);
  if (mode !== "r") {
    throw new ZarrStoreError(
      "not_supported",
      `${store.location} is a dataset of the Python system, which can only be read: open it with mode "r", ` +
        "or copy it with migrate and write to the copy",
      { path: store.location, expected: "r", found: mode },
    );
  }
  const nodeReader = new PythonV1Nodes(files, parts);
  return new LoglessSession({ ...parts, files, nodeReader, location: store.location });
}

/**
 * Reads the metadata files of the Python system: `.zgroup` and `.zattrs` of a group, `.zarray` of an array. The axes
 * of an array are in the `.zattrs` of the group that holds it.
 *
 * A record without pixels is not an image, as in that system's own manifest. It is not listed, but its artifacts can
 * be read by name.
 */
class PythonV1Nodes implements NodeReader {
  readonly missingChunks = "fill";
  readonly codecs: readonly ZarrCodec[];
  readonly #files: LoglessFiles;
  readonly #logger: Logger;
  readonly #summarize: Summarize | undefined;

  constructor(files: LoglessFiles, parts: Pick<PythonV1Parts, "logger" | "summarize" | "codecs">) {
    this.codecs = parts.codecs;
    this.#files = files;
    this.#logger = parts.logger;
    this.#summarize = parts.summarize;
  }

  async hasImage(id: ImageId): Promise<boolean> {
    const pixels = pixelArray(id);
    return (
      (await this.#files.has(pixels)) ?? (await this.#files.read(joinKey(pixels, ".zarray"))) !== undefined
    );
  }

  async imageAttributes(id: ImageId, options: ReadOptions): Promise<Attributes | undefined> {
    if (!(await this.hasImage(id))) {
      return undefined;
    }
    const attributes = await readAttributes(this.#files, imageGroup(id), options);
    if (this.#summarize === undefined) {
      return attributes;
    }
    return { ...attributes, summary: await this.#summary(id, this.#summarize, options) };
  }

  async arrayMetadata(prefix: StoreKey, options: ReadOptions): Promise<ArrayMetadata | undefined> {
    const path = joinKey(prefix, ".zarray");
    const bytes = await this.#files.read(path, options);
    if (bytes === undefined) {
      return undefined;
    }
    const metadata = parseArrayNode(bytes, path, this.codecs);
    if (metadata.zarrFormat !== 2) {
      throw new ZarrStoreError("invalid_metadata", `${path}: expected Zarr format 2`, { path, expected: 2 });
    }
    const attributes = await this.#attributesOfHolder(prefix, options);
    const { axes } = attributes;
    const isNamed = isTextList(axes) && axes.length === metadata.shape.length;
    return { ...metadata, attributes, ...(isNamed && { dimensionNames: axes }) };
  }

  /**
   * Makes the summary from the current metadata, because this system stores none. Empty if the metadata is malformed.
   */
  async #summary(id: ImageId, summarize: Summarize, options: ReadOptions): Promise<Summary> {
    try {
      const { text } = await loadJsonText({ id, session: this.#files }, METADATA, options);
      return summarize(text);
    } catch (error) {
      if (isZarrStoreError(error, "aborted", "io")) {
        throw error;
      }
      if (!isZarrStoreError(error, "not_found")) {
        this.#logger.warn(`image ${id} has no summary: ${String(error)}`);
      }
      return {};
    }
  }

  /**
   * Reads the attributes of the group that holds an array. Pixel values do not depend on them, so if they are
   * malformed, the array is read without axis names.
   */
  async #attributesOfHolder(prefix: StoreKey, options: ReadOptions): Promise<Attributes> {
    try {
      return await readAttributes(this.#files, parentKey(prefix) ?? "", options);
    } catch (error) {
      if (!isZarrStoreError(error, "invalid_metadata", "invalid_name")) {
        throw error;
      }
      this.#logger.warn(`${prefix} is read without its attributes: ${error.message}`);
      return {};
    }
  }
}

/**
 * Reads a group's attributes. Zarr v2 writes no file for a group without attributes.
 *
 * @throws {ZarrStoreError} `invalid_metadata`
 */
async function readAttributes(
  files: LoglessFiles,
  group: StoreKey | "",
  options: ReadOptions,
): Promise<Attributes> {
  const path = joinKey(group, ".zattrs");
  const bytes = await files.read(path, options);
  return bytes === undefined ? {} : parseAttributes(bytes, path);
}

function assertFormat(attributes: Attributes, where: string): void {
  const { format, schema_version: version } = attributes;
  if (format !== FORMAT) {
    throw new ZarrStoreError(
      "invalid_metadata",
      `${where} is a Zarr v2 group, but not a dataset of the Python system: its format is ${String(format)}`,
      { path: ".zattrs", expected: FORMAT, found: format },
    );
  }
  if (version !== SCHEMA_VERSION) {
    throw new ZarrStoreError(
      "not_supported",
      `${where} has schema version ${String(version)}; this package reads ${SCHEMA_VERSION}`,
      { path: ".zattrs", expected: SCHEMA_VERSION, found: version },
    );
  }
}
