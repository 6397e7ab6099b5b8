// The JSON artifacts of an image; saving or deleting `metadata` also updates the image's summary.

import { inflate } from "../../bytes/inflate.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { type ImageId, parseArtifactName } from "../../image/artifact-name.ts";
import {
  decodeJsonText,
  isJsonText,
  type JsonText,
  parseLossless,
  plainValue,
  serializeLossless,
} from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { jsonPath, jsonPaths } from "../layout.ts";
import { keptOr } from "../session/kept-reads.ts";
import type { ObjectSession } from "../session/object-session.ts";
import { METADATA, notFound, type RecordObjects } from "./record-objects.ts";

/** The largest JSON that a gzipped artifact may unpack to: a guard against zip bombs, far above any real metadata. */
export const MAX_JSON_BYTES: number = 64 * 1024 * 1024;

/** The JSON artifacts of one image, each a file `analysis/<name>.json`. */
export class JsonArtifacts {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Saves a value as `analysis/<name>.json`, indented by two spaces, with its key order. A {@link JsonText} is
   * written unchanged.
   *
   * @returns the file's path in the dataset
   * @throws {ZarrStoreError} `not_found` if the image does not exist; `invalid_argument` for NaN, an infinity or any
   * other value that JSON does not have, naming its path
   */
  async save(name: string, value: unknown, options: ReadOptions = {}): Promise<string> {
    const path = jsonPath(this.#objects.id, parseArtifactName(name));
    const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
    await this.#objects.putArtifact(path, name, new TextEncoder().encode(text), options, text);
    return path;
  }

  /**
   * Saves a JSON file byte for byte, after checking that it is JSON.
   *
   * @returns the file's path in the dataset
   * @throws {ZarrStoreError} `invalid_file` if it is not JSON
   */
  async saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<string> {
    const path = jsonPath(this.#objects.id, parseArtifactName(name));
    const { text } = decodeJsonText(bytes, { allowNonFinite: true, where: name });
    await this.#objects.putArtifact(path, name, bytes, options, text);
    return path;
  }

  /**
   * Loads plain values; integers beyond 2^53 are bigint.
   *
   * A key that occurs twice in an object is an error, because one of its values would be lost. {@link loadText} gives
   * both.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_file`
   */
  async load(name: string, options: ReadOptions = {}): Promise<unknown> {
    const { text } = await this.loadText(name, options);
    return plainValue(parseLossless(text, { allowNonFinite: true, duplicateKeys: "error", where: name }));
  }

  /**
   * Loads the text as it is stored, from `.json` or, if that is missing, from `.json.gz`.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_file`
   */
  async loadText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    return keptOr(this.#objects.kept?.texts, name, () => loadJsonText(this.#objects, name, options));
  }

  /** Lists the names, sorted; nested names in full. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("json");
  }

  /**
   * Deletes an artifact, gzipped or not; returns whether it existed. Deleting `metadata` also removes its values from
   * the summary.
   *
   * @throws {ZarrStoreError} `not_found` if the image does not exist
   */
  async delete(name: string, options: ReadOptions = {}): Promise<boolean> {
    const paths = jsonPaths(this.#objects.id, parseArtifactName(name));
    return this.#objects.change(`delete ${name}`, options, async (transaction, objects) => {
      if (name === METADATA) {
        await withdrawSummary(transaction, objects, options);
      }
      let wasThere = false;
      for (const path of paths) {
        wasThere = (await transaction.delete(path)) || wasThere;
      }
      return wasThere;
    });
  }
}

/** Removes from the summary the keys that come from the artifact `metadata`. Other keys stay. */
export async function withdrawSummary(
  transaction: Transaction,
  objects: RecordObjects,
  options: ReadOptions,
): Promise<void> {
  const attributes = await objects.attributes(options);
  const { summary } = attributes;
  const made = await summaryKeys(objects, options);
  if (typeof summary !== "object" || summary === null || !Object.keys(summary).some((key) => made.has(key))) {
    return;
  }
  const kept = Object.fromEntries(Object.entries(summary).filter(([key]) => !made.has(key)));
  await objects.putAttributes(transaction, { ...attributes, summary: kept });
}

/** The summary keys that come from `metadata`; empty if there is no `metadata` or no summary can be made from it. */
async function summaryKeys(objects: RecordObjects, options: ReadOptions): Promise<ReadonlySet<string>> {
  const { summarize } = objects.session;
  if (summarize === undefined) {
    return new Set();
  }
  try {
    return new Set(Object.keys(summarize((await loadJsonText(objects, METADATA, options)).text)));
  } catch (error) {
    if (isZarrStoreError(error, "io", "aborted")) {
      throw error;
    }
    return new Set();
  }
}

/** The image whose JSON is read, and the session that reads it. */
export interface JsonSource {
  readonly id: ImageId;
  readonly session: Pick<ObjectSession, "read">;
}

/** Loads the text of a JSON artifact. @throws {ZarrStoreError} `not_found`, `invalid_file` */
export async function loadJsonText(
  record: JsonSource,
  name: string,
  options: ReadOptions,
): Promise<JsonText> {
  const parsed = parseArtifactName(name);
  for (const path of jsonPaths(record.id, parsed)) {
    const bytes = await record.session.read(path, options);
    if (bytes !== undefined) {
      const text = path.endsWith(".gz") ? await unzip(bytes, path) : bytes;
      return decodeJsonText(text, { allowNonFinite: true, where: path });
    }
  }
  throw notFound(`image ${record.id} has no JSON artifact ${name}`, jsonPath(record.id, parsed));
}

async function unzip(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { format: "gzip", maxBytes: MAX_JSON_BYTES });
  } catch (cause) {
    throw new ZarrStoreError("invalid_file", `${where} is not a gzip file: ${String(cause)}`, {
      path: where,
      cause,
    });
  }
}
