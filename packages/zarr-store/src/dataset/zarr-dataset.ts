// An open dataset: transactions, the log, lists of images, and shortcuts to the manifest and the upkeep.

import type { Commit } from "../commit/commit.ts";
import type { TransactionOptions } from "../commit/commit-engine.ts";
import { readHistory } from "../commit/history/read-history.ts";
import type { AdoptOptions, AdoptReport } from "../commit/maintain/adopt.ts";
import type { CheckOptions, CheckReport } from "../commit/maintain/check-report.ts";
import type { GcOptions, GcReport } from "../commit/maintain/gc.ts";
import type { RepairOptions, RepairReport } from "../commit/maintain/repair.ts";
import { finishUnpublished } from "../commit/maintain/repair.ts";
import { writeGitAttributes } from "../commit/publish/git-attributes.ts";
import type { CommitRecord } from "../commit/records/commit-record.ts";
import type { Transaction } from "../commit/write/transaction.ts";
import { ZarrStoreError } from "../errors.ts";
import type { ImageSource } from "../image/image-source.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import { DatasetCopies } from "./copies/dataset-copies.ts";
import { DatasetContents } from "./dataset-contents.ts";
import { DatasetManifest, recordsBeside, writeCheckpoint } from "./dataset-manifest.ts";
import { assertWritable, type DatasetMode, type DatasetParts } from "./dataset-parts.ts";
import { DatasetUpkeep } from "./maintain/dataset-upkeep.ts";
import { healSources, sourcesMadeOnce } from "./maintain/heal-sources.ts";
import { putEmptyDataset } from "./maintain/put-empty-dataset.ts";
import { type Manifest, orderEntries } from "./manifest.ts";
import type { NodeCache } from "./nodes/node-cache.ts";
import type { ZarrImageRecord } from "./record/zarr-image-record.ts";
import { CommittedSession } from "./session/committed-session.ts";
import { TransactionSession } from "./session/transaction-session.ts";
import { DatasetPast } from "./undo/dataset-past.ts";
import { upgradeDataset } from "./upgrade-dataset.ts";

/** The order in which images are listed. */
export interface IterRecordsOptions extends ReadOptions {
  /** What to sort by: `image_id`, `created_utc`, or a key of the summary. Default `image_id`. */
  readonly orderBy?: string;
  /** Where images without a value go. Default `last`. */
  readonly missing?: "last" | "first";
}

/**
 * An open dataset. Every change is one commit: its own, or that of a {@link ZarrDataset.transaction}.
 *
 * @example
 * await using dataset = await openDataset("study.zarr");
 * const record = await dataset.addImage({ dtype: "uint16", shape: [2, 3], data: new Uint16Array(6) });
 */
export class ZarrDataset extends DatasetContents {
  readonly location: string;
  readonly mode: DatasetMode;
  /** The list of the images, as stored and as rebuilt. */
  readonly manifest: DatasetManifest;
  /** Checks and repairs the dataset, adopts files of other programs, and removes leftovers. */
  readonly upkeep: DatasetUpkeep;
  /** Compares the log with that of a copy of this dataset. */
  readonly copies: DatasetCopies;
  /** Reads what files were, and undoes commits. */
  readonly past: DatasetPast;
  readonly #parts: DatasetParts;
  #mustClear: boolean;
  #committed = false;

  constructor(parts: DatasetParts) {
    const { sourcesAnew } = parts;
    const warned = new Set<string>();
    const session = {
      ...parts,
      onLost: (path: string): void => {
        if (!warned.has(path)) {
          warned.add(path);
          parts.logger.warn(`${path} is lost or changed: it is taken for a table that does not exist`);
        }
      },
      sourcesAnew: sourcesAnew && sourcesMadeOnce(() => this, sourcesAnew, parts.logger),
    };
    super(parts.session ?? new CommittedSession(session, (fn, options) => this.#transact(fn, options)));
    this.#parts = parts;
    this.location = parts.store.location;
    this.mode = parts.mode;
    this.manifest = new DatasetManifest(parts, this.session);
    this.upkeep = new DatasetUpkeep(
      parts,
      this.session,
      (fn, options) => this.#commit(fn, options),
      (options) => healSources(this.session, (fn, more) => this.#commit(fn, more), options),
    );
    this.copies = new DatasetCopies(parts.engine.log);
    this.past = new DatasetPast(parts, this.session, (fn, options) => this.#commit(fn, options));
    this.#mustClear = parts.mode === "w";
  }

  /** The version of the last commit that this object has seen; 0 before the first commit. */
  get version(): number {
    return this.#parts.engine.log.head.version;
  }

  /** Parsed metadata by hash. {@link openDataset} fills it from the checkpoint. */
  get nodeCache(): NodeCache {
    return this.session.nodes;
  }

  /**
   * Checks that something was committed, so that a mistyped path does not create an empty dataset.
   *
   * @throws {ZarrStoreError} `not_found`
   */
  async assertExists(): Promise<void> {
    await this.refresh();
    if (this.version === 0 && this.mode !== "r") {
      throw new ZarrStoreError("not_found", `there is no dataset at ${this.location}`, {
        path: this.location,
      });
    }
  }

  /** Reads newer commits from the log; returns whether there were any. */
  async refresh(): Promise<boolean> {
    return this.#parts.engine.log.refresh();
  }

  /**
   * Makes all changes of `fn` in one commit, or none of them. `fn` runs again if another writer changed what it read,
   * so it must have no other effects.
   *
   * @throws {ZarrStoreError} `read_only`, `conflict` after the last attempt, `modified_outside`, `aborted`, `io`, and
   * whatever `fn` throws
   * @example
   * await dataset.transaction(async (transaction) => {
   *   const record = await transaction.addImage(pixels, { id: "line-scan" });
   *   await record.saveJson("metadata", { operator: "kym" });
   * });
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
   * Runs `fn` until no commit happened while it ran, so that everything it read belongs to one version. An error that
   * `fn` throws counts only if no commit happened meanwhile.
   *
   * @throws {ZarrStoreError} `conflict` after the last attempt (default 100), and whatever `fn` throws
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

  /**
   * Reads the records of the log, oldest first.
   *
   * @param options.after only the records of later versions than this one; those before are not read. Default 0: all
   * @throws {ZarrStoreError} `integrity` if one is missing
   */
  async *log(options: ReadOptions & { readonly after?: number } = {}): AsyncIterable<CommitRecord> {
    const { log } = this.#parts.engine;
    await log.refresh();
    for (let version = Math.max(0, options.after ?? 0) + 1; version <= log.head.version; version++) {
      options.signal?.throwIfAborted();
      const record = await log.record(version);
      if (record === undefined) {
        throw new ZarrStoreError("integrity", `commit record ${version} is missing`, { found: version });
      }
      yield record;
    }
  }

  /**
   * Returns the bytes of an artifact, JSON or a table, that a commit replaced or deleted, verified; undefined if they are not
   * kept. Kept is what has at most 16 MiB, until `gc` is told to remove it.
   *
   * @param sha256 the hash of the bytes: `prev` of an op in the {@link ZarrDataset.log}
   * @throws {ZarrStoreError} `invalid_argument` for text that is not a SHA-256, `integrity` if the file is damaged, `io`
   * @example
   * for await (const { ops } of dataset.log()) {
   *   const before = await Promise.all(ops.map(({ prev }) => prev && dataset.history(prev)));
   * }
   */
  async history(sha256: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return readHistory(this.#parts, sha256, options);
  }

  /** Lists the records of the images that exist, in the given order. Ties are sorted by id. */
  async *iterRecords(options: IterRecordsOptions = {}): AsyncIterable<ZarrImageRecord> {
    const { orderBy = "image_id", missing = "last" } = options;
    if (orderBy === "image_id") {
      for (const id of await this.listImageIds()) {
        yield this.record(id);
      }
      return;
    }
    const { images } = await this.manifest.rebuild(options);
    for (const entry of orderEntries(images, orderBy, missing)) {
      yield this.record(entry.imageId);
    }
  }

  /** Opens the images through the interfaces that viewers also use for folders of TIFFs. */
  async *openImages(options: IterRecordsOptions = {}): AsyncIterable<ImageSource> {
    for await (const record of this.iterRecords(options)) {
      yield {
        sourceKey: record.id,
        pixelStore: record.asPixelStore(),
        artifactStore: record.asArtifactStore(),
      };
    }
  }

  /**
   * Ends the session. Writes a checkpoint if, since the last one, the log has grown by more bytes than that checkpoint has, or by
   * so many records that reading them takes half as long as reading it: by one for each 7 KiB of it, but 16 at least and 64 at
   * most. Packs records that are older than the last 1 000.
   */
  async close(): Promise<void> {
    const { engine, logger } = this.#parts;
    const { records, sizeBytes } = engine.log.sinceCheckpoint;
    const hasCommitted = this.#committed;
    this.#committed = false;
    if (!hasCommitted && this.#parts.mode === "r") {
      return;
    }
    if (!hasCommitted) {
      await finishUnpublished(engine, this.#parts.store).catch((error: unknown) =>
        logger.debug(`the last commit is not in place yet: ${String(error)}`),
      );
      return;
    }
    if (records > recordsBeside(engine.checkpointSizeBytes) || sizeBytes > engine.checkpointSizeBytes) {
      try {
        await writeCheckpoint(this.#parts, this.manifest);
      } catch (error) {
        logger.warn(`no checkpoint was written: ${String(error)}`);
      }
    }
    try {
      await engine.packLog();
    } catch (error) {
      logger.warn(`old commit records were not packed: ${String(error)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Same as `manifest.load`. */
  async loadManifest(): Promise<Manifest | undefined> {
    return this.manifest.load();
  }

  /** Same as `manifest.rebuild`. */
  async rebuildManifest(options: ReadOptions = {}): Promise<Manifest> {
    return this.manifest.rebuild(options);
  }

  /** Same as `manifest.save`. */
  async saveManifest(manifest: Manifest): Promise<void> {
    return this.manifest.save(manifest);
  }

  /** Same as `manifest.update`. */
  async updateManifest(options: ReadOptions = {}): Promise<Manifest> {
    return this.manifest.update(options);
  }

  /** Same as `upkeep.validate`. */
  async validate(options: ReadOptions = {}): Promise<void> {
    return this.upkeep.validate(options);
  }

  /** Same as `upkeep.validateImage`. */
  async validateImage(id: string, options: ReadOptions = {}): Promise<void> {
    return this.upkeep.validateImage(id, options);
  }

  /** Same as `upkeep.check`. */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    return this.upkeep.check(options);
  }

  /** Same as `upkeep.repair`. */
  async repair(options: RepairOptions = {}): Promise<RepairReport> {
    return this.upkeep.repair(options);
  }

  /** Same as `upkeep.adopt`. */
  async adopt(options: AdoptOptions = {}): Promise<AdoptReport> {
    return this.upkeep.adopt(options);
  }

  /** Same as `upkeep.gc`. */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    return this.upkeep.gc(options);
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
    assertWritable(this.#parts);
    const { engine, runtime } = this.#parts;
    await upgradeDataset(this.#parts);
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
      } else if (!transaction.isEmpty) {
        await putEmptyDataset(transaction, runtime);
      }
      return result;
    }, options);
    if (done.commit.committed) {
      if (!this.#committed) {
        await writeGitAttributes(this.#parts);
      }
      this.#committed = true;
      this.#mustClear = false;
    }
    return done;
  }
}
