// The session of a dataset without a commit log, which is read as its files are now and never written.

import { groupOf, groupOfImage, IMAGES, ZARR_NODE_NAME } from "../../commit/object-path.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { BriefReadOptions } from "../../runtime/read-options.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import { meaningOf } from "../layout.ts";
import { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";
import { hashesOneByOne, imageHashesOneByOne } from "./hashes-one-by-one.ts";
import type { LoglessFiles } from "./logless-files.ts";
import type { ObjectSession, Summarize } from "./object-session.ts";

const LOOKS_AT_ONCE = 16;

export interface LoglessSessionParts {
  readonly files: LoglessFiles;
  readonly nodeReader: NodeReader;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly summarize: Summarize | undefined;
  /** The dataset's location, for messages. */
  readonly location: string;
}

/** Reads a dataset without a commit log, as its files are now. */
export class LoglessSession implements ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache = new NodeCache();
  readonly nodeReader: NodeReader;
  readonly isVersioned = false;
  readonly summarize: Summarize | undefined;
  readonly #files: LoglessFiles;
  readonly #logger: Logger;
  readonly #location: string;

  constructor(parts: LoglessSessionParts) {
    this.runtime = parts.runtime;
    this.nodeReader = parts.nodeReader;
    this.summarize = parts.summarize;
    this.#files = parts.files;
    this.#logger = parts.logger;
    this.#location = parts.location;
  }

  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#files.read(path, options);
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    return this.#files.hash(path);
  }

  async paths(group: string): Promise<readonly StoreKey[]> {
    return group === ""
      ? this.#files.below("", (directory) => groupOf(joinKey(directory, "any")) === "")
      : this.#files.below(joinKey(group));
  }

  async hashes(group: string): Promise<ReadonlyMap<string, string>> {
    return hashesOneByOne(this, group);
  }

  async imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return imageHashesOneByOne(this);
  }

  async imageIds(): Promise<readonly string[]> {
    const entries = await this.#files.list(IMAGES);
    const ids: string[] = [];
    const look = async (id: ImageId): Promise<void> => {
      if (await this.nodeReader.hasImage(id)) {
        ids.push(id);
      }
    };
    const candidates = entries.flatMap(({ name, kind }) => this.#candidate(name, kind));
    await runBounded(candidates, look, { concurrency: LOOKS_AT_ONCE });
    return ids.sort();
  }

  /** Always refuses. @throws {ZarrStoreError} `read_only` */
  async change(): Promise<never> {
    throw new ZarrStoreError("read_only", `${this.#location} has no commit log, so it can only be read`, {
      path: this.#location,
    });
  }

  #candidate(name: string, kind: "file" | "directory" | "other"): readonly ImageId[] {
    const meaning = meaningOf(`${groupOfImage(name)}/${ZARR_NODE_NAME}`);
    if (kind === "directory" && meaning?.kind === "record") {
      return [meaning.imageId];
    }
    if (kind !== "file") {
      const why = kind === "other" ? "links are not followed" : "that is not an image id";
      this.#logger.warn(`${this.#location}: ${IMAGES}/${name} is passed over: ${why}`);
    }
    return [];
  }
}
