// Reads, writes and deletes the files of an image's artifacts byte for byte, whatever their kind.

import { ZarrStoreError } from "../../errors.ts";
import { parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import { analysisFolder, imageGroup, imagePartKeys, jsonPaths, meaningOf } from "../layout.ts";
import { withdrawSummary } from "./json-artifacts.ts";
import { METADATA, notFound, type RecordObjects } from "./record-objects.ts";

const KINDS = ["json", "parquet", "csv.gz", "attachment"] as const;
const FILE_KINDS: ReadonlySet<string> = new Set(KINDS);
const FILE_FORMS: string = KINDS.flatMap((kind) => imagePartKeys({ kind, name: "<name>" })).join(", ");

export interface DeleteAnalysisOptions extends ReadOptions {
  /** Deletes only files that end in one of these, such as `.csv.gz`. Default: everything below `analysis/`. */
  readonly suffixes?: readonly string[];
}

/** The files of an image's JSON artifacts, tables and attachments, addressed by their keys below `images/<id>/`. */
export class ArtifactFiles {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /** Loads a file byte for byte. @throws {ZarrStoreError} `not_found`, `invalid_name` for any other path */
  async load(key: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const path = artifactFilePath(this.#objects, key);
    const bytes = await this.#objects.session.read(path, options);
    if (bytes === undefined) {
      throw notFound(`image ${this.#objects.id} has no file ${key}`, path);
    }
    return bytes;
  }

  /** Saves a file byte for byte, without parsing it or renewing the summary. @throws {ZarrStoreError} `invalid_name` */
  async save(key: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    await this.#objects.putArtifact(artifactFilePath(this.#objects, key), key, bytes, options);
  }

  /**
   * Keeps bytes in the dataset's history in the commit that changes this image, although they are not stored as a file of it. A
   * transaction that changes nothing keeps nothing, and neither does a call outside of one. More than 16 MiB are not kept.
   *
   * @returns the SHA-256 by which `ZarrDataset.history` gives them back
   * @throws {ZarrStoreError} `not_found` if the image does not exist
   * @example
   * await dataset.transaction(async (transaction) => {
   *   const { files } = transaction.record("line-scan");
   *   const sha256 = await files.keepInHistory(incoming);
   *   await transaction.record("line-scan").saveJson("sources", { incoming: sha256 });
   * });
   */
  async keepInHistory(bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<string> {
    // Copy the bytes: the caller may reuse its buffer before the commit.
    const own = new Uint8Array(bytes);
    return this.#objects.change("keep history", options, (transaction) => transaction.asked.keep(own));
  }

  /** Lists the paths below `images/<id>/analysis/`, sorted. */
  async listAnalysis(): Promise<readonly StoreKey[]> {
    return this.#objects.pathsBelow(analysisFolder(this.#objects.id));
  }

  /**
   * Deletes the files below `analysis/` that end in one of the suffixes, or all of them; returns how many. Deleting
   * `metadata` also removes its values from the summary.
   */
  async deleteAnalysis(options: DeleteAnalysisOptions = {}): Promise<number> {
    const { id } = this.#objects;
    const metadata: readonly string[] = jsonPaths(id, parseArtifactName(METADATA));
    return this.#objects.change("delete analysis", options, async (transaction, objects) => {
      const keys = await objects.pathsBelow(analysisFolder(id));
      const isDoomed = (key: string): boolean =>
        options.suffixes?.some((suffix) => key.endsWith(suffix)) ?? true;
      const found = keys.filter((key) => metadata.includes(key));
      if (found.length > 0 && found.every(isDoomed)) {
        await withdrawSummary(transaction, objects, options);
      }
      const doomed = keys.filter(isDoomed);
      for (const key of doomed) {
        await transaction.delete(key);
      }
      return doomed.length;
    });
  }
}

function artifactFilePath(record: RecordObjects, key: string): StoreKey {
  const path = joinKey(imageGroup(record.id), ...key.split("/"));
  const meaning = meaningOf(path);
  if (meaning === undefined || !FILE_KINDS.has(meaning.kind)) {
    throw new ZarrStoreError("invalid_name", `${path} is not the path of an artifact's file`, {
      path,
      expected: FILE_FORMS,
      found: key,
    });
  }
  return path;
}
