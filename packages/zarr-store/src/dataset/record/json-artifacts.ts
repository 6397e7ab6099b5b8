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
import type { ObjectSession } from "../session/object-session.ts";
import { METADATA, notFound, type RecordObjects } from "./record-objects.ts";

/** Against a bomb: no metadata of an image is larger. */
export const MAX_JSON_BYTES: number = 64 * 1024 * 1024;

/** The JSON artifacts of an image, each a file `analysis/<name>.json`. */
export class JsonArtifacts {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Writes `analysis/<name>.json`: two-space indent, key order kept. A {@link JsonText} is written as it is.
   *
   * @returns the key
   * @throws {ZarrStoreError} `invalid_argument` with the path of a NaN, an infinity or a value that JSON has not;
   * `not_found` if there is no such image
   */
  async save(name: string, value: unknown, options: ReadOptions = {}): Promise<string> {
    const path = jsonPath(this.#objects.id, parseArtifactName(name));
    const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
    await this.#objects.putArtifact(path, name, new TextEncoder().encode(text), options, text);
    return path;
  }

  /**
   * Writes a JSON artifact byte by byte as it came from elsewhere, after a look whether it is JSON.
   *
   * @returns the key
   * @throws {ZarrStoreError} `invalid_file` if it is not
   */
  async saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<string> {
    const path = jsonPath(this.#objects.id, parseArtifactName(name));
    const { text } = decodeJsonText(bytes, { allowNonFinite: true, where: name });
    await this.#objects.putArtifact(path, name, bytes, options, text);
    return path;
  }

  /**
   * Plain values, integers beyond 2^53 as bigint. A key that comes twice in an object is an error, for one of its values
   * would be lost; {@link loadText} gives both.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_file`
   */
  async load(name: string, options: ReadOptions = {}): Promise<unknown> {
    const { text } = await this.loadText(name, options);
    return plainValue(parseLossless(text, { allowNonFinite: true, duplicateKeys: "error", where: name }));
  }

  /** The text as it is stored; reads `.json`, then `.json.gz`. @throws {ZarrStoreError} `not_found`, `invalid_file` */
  async loadText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    return loadJsonText(this.#objects, name, options);
  }

  /** The names, nested names whole, sorted. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("json");
  }

  /**
   * Deletes the artifact in whatever form it is there, and says whether it was. Without `metadata`, the summary holds
   * nothing of them.
   *
   * @throws {ZarrStoreError} `not_found` if there is no such image
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

/** Takes what was made of the artifact `metadata` out of the summary; what a caller gave besides stays. */
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

/** The keys that the metadata give a summary; none where nothing is read, or nothing can be made of it. */
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

/** Of which image JSON is read, and by what. */
export interface JsonSource {
  readonly id: ImageId;
  readonly session: Pick<ObjectSession, "read">;
}

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
    throw new ZarrStoreError("invalid_file", `${where} is no gzip: ${String(cause)}`, { path: where, cause });
  }
}
