import type { Commit } from "../commit/commit.ts";
import type { CommitEngine, TransactionOptions } from "../commit/commit-engine.ts";
import { encodeCheckpoint, replaceCheckpoint } from "../commit/log/checkpoint.ts";
import type { CommitRecord } from "../commit/log/commit-record.ts";
import { type AdoptOptions, type AdoptReport, adoptFiles } from "../commit/maintain/adopt.ts";
import { checkStore } from "../commit/maintain/check.ts";
import type { CheckOptions, CheckReport } from "../commit/maintain/check-report.ts";
import { collectGarbage, type GcOptions, type GcReport } from "../commit/maintain/gc.ts";
import { type RepairOptions, type RepairReport, repairStore } from "../commit/maintain/repair.ts";
import type { Transaction } from "../commit/write/transaction.ts";
import { ZarrStoreError } from "../errors.ts";
import type { ImageSource } from "../image/image-source.ts";
import type { Logger } from "../runtime/logger.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { runBounded } from "../runtime/run-bounded.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import { DatasetContents } from "./dataset-contents.ts";
import { IMAGES_NODE, imageGroup, ROOT_NODE } from "./layout.ts";
import { adoptionOf } from "./maintain/adoption.ts";
import { DATASET_CONTENT_RULES } from "./maintain/dataset-content-rules.ts";
import {
  type Manifest,
  type ManifestEntry,
  manifestEntryOf,
  orderEntries,
  unlessMalformed,
} from "./manifest.ts";
import { checkpointImages, manifestSourcesOf } from "./nodes/checkpoint-images.ts";
import type { NodeCache } from "./nodes/node-cache.ts";
import { newRootAttributes, rootAttributes } from "./nodes/root-attributes.ts";
import { encodeNode } from "./record/record-objects.ts";
import { isoSeconds, type ZarrImageRecord } from "./record/zarr-image-record.ts";
import { CommittedSession } from "./session/committed-session.ts";
import type { ObjectSession, Summarize } from "./session/object-session.ts";
import { TransactionSession } from "./session/transaction-session.ts";

/** How a dataset may be used: see `openDataset`. */
export type DatasetMode = "r" | "a" | "w";

export interface IterRecordsOptions extends ReadOptions {
  /** `image_id`, `created_utc`, or a key of the summary. Default `image_id`. */
  readonly orderBy?: string;
  /** Where images without a value come. Default `last`. */
  readonly missing?: "last" | "first";
}

export interface ZarrDatasetParts {
  readonly store: ReadableStore;
  readonly engine: CommitEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly mode: DatasetMode;
  readonly summarize: Summarize | undefined;
  /** What is read, and changed. Default: the committed state. */
  readonly session?: ObjectSession;
}

/** Records read at the same time when a list has to look into them. */
const LOOKS_AT_ONCE = 16;

/**
 * An open dataset. Every change is one commit: of its own, or of a {@link ZarrDataset.transaction}.
 *
 * @example
 * await using dataset = await openDataset("study.zarr");
 * const record = await dataset.addImage({ dtype: "uint16", shape: [2, 3], data: new Uint16Array(6) });
 */
export class ZarrDataset extends DatasetContents {
  readonly location: string;
  readonly mode: DatasetMode;
  readonly #parts: ZarrDatasetParts;
  #mustClear: boolean;
  #committed = false;

  constructor(parts: ZarrDatasetParts) {
    super(parts.session ?? new CommittedSession(parts, (fn, options) => this.#transact(fn, options)));
    this.#parts = parts;
    this.location = parts.store.location;
    this.mode = parts.mode;
    this.#mustClear = parts.mode === "w";
  }

  /** The version of the last commit that this object has seen; 0 before the first. */
  get version(): number {
    return this.#parts.engine.log.head.version;
  }

  /** Parsed metadata by hash, filled by {@link openDataset} from the checkpoint. */
  get nodeCache(): NodeCache {
    return this.session.nodes;
  }

  /** @throws {ZarrStoreError} `not_found` if nothing was committed yet, so that a typo makes no empty dataset */
  async assertExists(): Promise<void> {
    await this.refresh();
    if (this.version === 0 && this.mode !== "r") {
      throw new ZarrStoreError("not_found", `there is no dataset at ${this.location}`, {
        path: this.location,
      });
    }
  }

  /** Looks for newer commits; returns whether there were any. */
  async refresh(): Promise<boolean> {
    return this.#parts.engine.log.refresh();
  }

  /**
   * Makes all changes of `fn` as one commit, or none. `fn` runs again if another writer changed what it read, so it
   * must have no other effects.
   *
   * @throws {ZarrStoreError} `read_only`, `conflict` when the runs are used up, `modified_outside`, `aborted`, `io`, and
   * whatever `fn` throws
   */
  async transaction(
    fn: (transaction: DatasetContents) => Promise<void>,
    options: TransactionOptions = {},
  ): Promise<Commit> {
    return this.#commit(
      (transaction) => fn(new DatasetContents(new TransactionSession(this.session, transaction))),
      options,
    );
  }

  /**
   * Runs `fn` again until no commit came in between, so that all it read is of one version. If it threw because of such a
   * commit, it runs again as well.
   *
   * @throws {ZarrStoreError} `conflict` when the attempts (100) are used up; what `fn` throws
   */
  async readConsistently<T>(fn: () => Promise<T>, options: { readonly attempts?: number } = {}): Promise<T> {
    const { log } = this.#parts.engine;
    for (let attempt = 1; ; attempt++) {
      await log.refresh();
      const before = log.head.version;
      const outcome = await fn().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      await log.refresh();
      if (log.head.version === before) {
        if ("error" in outcome) {
          throw outcome.error;
        }
        return outcome.value;
      }
      if (attempt >= (options.attempts ?? 100)) {
        throw new ZarrStoreError("conflict", `the dataset changed during each of ${attempt} reads`, {
          found: attempt,
        });
      }
    }
  }

  /** The records of the log, oldest first. */
  async *log(options: ReadOptions = {}): AsyncIterable<CommitRecord> {
    const { log } = this.#parts.engine;
    await log.refresh();
    for (let version = 1; version <= log.head.version; version++) {
      options.signal?.throwIfAborted();
      const record = await log.record(version);
      if (record === undefined) {
        throw new ZarrStoreError("integrity", `commit record ${version} is missing`, { found: version });
      }
      yield record;
    }
  }

  /** The records of exactly the images that exist, in the given order; ties by id. */
  async *iterRecords(options: IterRecordsOptions = {}): AsyncIterable<ZarrImageRecord> {
    const { orderBy = "image_id", missing = "last" } = options;
    if (orderBy === "image_id") {
      for (const id of await this.listImageIds()) {
        yield this.record(id);
      }
      return;
    }
    const { images } = await this.rebuildManifest(options);
    for (const entry of orderEntries(images, orderBy, missing)) {
      yield this.record(entry.imageId);
    }
  }

  /** The images behind the interfaces that viewers share with folders of TIFFs. */
  async *openImages(options: IterRecordsOptions = {}): AsyncIterable<ImageSource> {
    for await (const record of this.iterRecords(options)) {
      yield {
        sourceKey: record.id,
        pixelStore: record.asPixelStore(),
        artifactStore: record.asArtifactStore(),
      };
    }
  }

  /** The manifest that is stored, of the version that it states; undefined if there is none or it is damaged. */
  async loadManifest(): Promise<Manifest | undefined> {
    const checkpoint = await this.#parts.engine.readCheckpoint();
    if (checkpoint === undefined) {
      return undefined;
    }
    const images = manifestSourcesOf(checkpoint).map(manifestEntryOf);
    return { version: checkpoint.version, images };
  }

  /** The manifest of the images that exist now. It reads only what no checkpoint or earlier call has told. */
  async rebuildManifest(options: ReadOptions = {}): Promise<Manifest> {
    const ids = await this.listImageIds();
    const entries = new Map<string, ManifestEntry>();
    const look = async (id: string): Promise<void> => {
      entries.set(id, await this.#manifestEntry(id));
    };
    await runBounded(ids, look, { concurrency: LOOKS_AT_ONCE, signal: options.signal });
    const images = ids.flatMap((id) => entries.get(id) ?? []);
    return { version: this.version, images };
  }

  /**
   * Stores the manifest, as a part of the checkpoint of its version; before the first commit there is nothing to store.
   *
   * @throws {ZarrStoreError} `conflict` if it is outdated
   */
  async saveManifest(manifest: Manifest): Promise<void> {
    this.#assertWritable();
    await this.refresh();
    this.#parts.engine.log.assertWhole();
    if (manifest.version !== this.version) {
      const message = `the manifest is of version ${manifest.version}, the dataset of ${this.version}`;
      throw new ZarrStoreError("conflict", message, { expected: this.version, found: manifest.version });
    }
    await this.#writeCheckpoint();
  }

  async updateManifest(options: ReadOptions = {}): Promise<Manifest> {
    const manifest = await this.rebuildManifest(options);
    await this.saveManifest(manifest);
    return manifest;
  }

  /** Checks the root and every image's metadata. @throws {ZarrStoreError} `invalid_metadata` */
  async validate(options: ReadOptions = {}): Promise<void> {
    const root = await this.session.read(ROOT_NODE, options);
    if (root !== undefined) {
      rootAttributes(root, this.location);
    }
    for (const id of await this.listImageIds()) {
      await this.validateImage(id, options);
    }
  }

  /** @throws {ZarrStoreError} `not_found`, `invalid_metadata` if axes and array disagree or do not parse */
  async validateImage(id: string, options: ReadOptions = {}): Promise<void> {
    const record = this.record(id);
    await record.attributes(options);
    const { shape } = await record.openArray(options);
    const axes = await record.getAxes(options);
    if (axes?.length !== shape.length) {
      throw new ZarrStoreError(
        "invalid_metadata",
        `image ${id} has ${shape.length} axes but ${axes?.length ?? 0} names`,
        {
          path: id,
          expected: shape.length,
          found: axes,
        },
      );
    }
  }

  /** Compares every file with the log; it never writes. See {@link CheckReport}. @throws {ZarrStoreError} `not_supported` */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    if (this.#parts.session !== undefined) {
      throw new ZarrStoreError("not_supported", `${this.location} has no commit log to be checked by`);
    }
    return checkStore({ ...this.#parts, rules: DATASET_CONTENT_RULES, reportsUnreadable: true }, options);
  }

  /** Rolls forward what a crash or a power cut left half done. @throws {ZarrStoreError} `read_only`, `conflict`, `io` */
  async repair(options: RepairOptions = {}): Promise<RepairReport> {
    this.#assertWritable();
    const report = await repairStore(this.#parts.engine, DATASET_CONTENT_RULES, options);
    await this.refresh();
    return report;
  }

  /** Commits files that other programs wrote. @throws {ZarrStoreError} `not_found`, `modified_outside`, `conflict` */
  async adopt(options: AdoptOptions = {}): Promise<AdoptReport> {
    return adoptFiles(
      {
        ...this.#parts,
        ...adoptionOf(this.session),
        log: this.#parts.engine.log,
        transact: (fn, transactOptions) => this.#commit(fn, transactOptions),
      },
      options,
    );
  }

  /** Removes what dead writers staged; by default it only says what. @throws {ZarrStoreError} `read_only`, `conflict` */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    this.#assertWritable();
    return collectGarbage(this.#parts.engine, options);
  }

  /** Ends the session: writes a checkpoint if the log has grown by more than 64 records, or much, since the last. */
  async close(): Promise<void> {
    const { records, sizeBytes } = this.#parts.engine.log.sinceCheckpoint;
    if (this.#committed && (records > 64 || sizeBytes > this.#parts.engine.checkpointSizeBytes)) {
      try {
        await this.#writeCheckpoint();
      } catch (error) {
        this.#parts.logger.warn(`no checkpoint was written: ${String(error)}`);
      }
    }
    this.#committed = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #transact<T>(fn: (transaction: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    return (await this.#commitWith(fn, options)).value;
  }

  async #commit(
    fn: (transaction: Transaction) => Promise<void>,
    options: TransactionOptions,
  ): Promise<Commit> {
    return (await this.#commitWith(fn, options)).commit;
  }

  async #commitWith<T>(
    fn: (transaction: Transaction) => Promise<T>,
    options: TransactionOptions,
  ): Promise<{ readonly value: T; readonly commit: Commit }> {
    this.#assertWritable();
    const { engine, runtime } = this.#parts;
    const done = await engine.transact(async (transaction) => {
      if (this.#mustClear) {
        for (const [path] of [...engine.log.head.objects()]) {
          await transaction.delete(path);
        }
      }
      const before = transaction.changeCount;
      const result = await fn(transaction);
      await transaction.idle();
      if (transaction.changeCount === before) {
        await transaction.withdrawAll();
      } else if (!transaction.isEmpty && (await transaction.hash(ROOT_NODE)) === undefined) {
        await transaction.put(ROOT_NODE, encodeNode(newRootAttributes(isoSeconds(runtime.nowEpochMs()))));
        await transaction.put(IMAGES_NODE, encodeNode({}));
      }
      return result;
    }, options);
    if (done.commit.committed) {
      this.#committed = true;
      this.#mustClear = false;
    }
    return done;
  }

  async #manifestEntry(imageId: string): Promise<ManifestEntry> {
    const record = this.record(imageId);
    const paths = await this.session.paths(imageGroup(record.id), "last look");
    return manifestEntryOf({
      imageId,
      paths,
      attributes: await unlessMalformed(() => record.attributes()),
      array: await unlessMalformed(() => record.openArray()),
    });
  }

  async #writeCheckpoint(): Promise<void> {
    const { store, engine, runtime } = this.#parts;
    if (!isWritableStore(store) || this.version === 0) {
      return;
    }
    await this.rebuildManifest();
    const { head } = engine.log;
    const bytes = await encodeCheckpoint(head, checkpointImages(head, this.session.nodes));
    await replaceCheckpoint(store, bytes, runtime.newId());
    engine.checkpointed(bytes.length);
  }

  #assertWritable(): void {
    if (this.mode === "r") {
      throw new ZarrStoreError("read_only", `${this.location} is open for reading only`, {
        path: this.location,
      });
    }
  }
}
