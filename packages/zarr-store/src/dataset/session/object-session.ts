// The interface that records and tables read and change a dataset through.

import type { TransactionOptions } from "../../commit/commit-engine.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { BriefReadOptions, ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";
import type { SourceRow } from "../tables/sources-table.ts";

/**
 * What records and tables work on. There are three kinds:
 * - the committed state of a dataset;
 * - the view of one transaction;
 * - the files of a dataset without a log.
 */
export interface ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache;
  readonly nodeReader: NodeReader;
  /** See {@link OpenDatasetOptions.summarize}. */
  readonly summarize: Summarize | undefined;
  /** Told of each table that is read as absent because its file is lost. */
  readonly onLost?: ((path: StoreKey) => void) | undefined;
  /** The rows of the ledger of ingested files where its file is lost; see {@link OpenDatasetOptions.sourcesAnew}. */
  readonly sourcesAnew?: ((options: ReadOptions) => Promise<readonly SourceRow[]>) | undefined;
  read(path: StoreKey, options?: BriefReadOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  hash(path: StoreKey): Promise<string | undefined>;
  /**
   * The paths that exist in a group, sorted by code unit. A group is `images/<id>`, or `""` for objects that belong
   * to no image.
   *
   * A caller that asks for many groups checks the log once, then asks for each as of the `last look`. Default `now`.
   */
  paths(group: string, asOf?: "now" | "last look"): Promise<readonly StoreKey[]>;
  /** The SHA-256 of each of those paths, in the same order, by the key below the group. */
  hashes(group: string): Promise<ReadonlyMap<string, string>>;
  /** {@link hashes} of every image, by image id, sorted. All belong to one version of the log. */
  imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
  /** The same state as of the last check of the log, if there is a log. It never checks for newer commits. */
  readonly lastLook?: ObjectSession;
  /** What lets another thread stage objects. Absent outside of a transaction. */
  readonly lender?: Transaction["lent"];
  /** The ids of the images that exist, sorted. */
  imageIds(): Promise<readonly string[]>;
  /**
   * Makes all changes of `fn` or none, in a transaction of its own or as part of the current one. `fn` must read
   * through `view`, so that the commit knows what the changes depend on.
   */
  change<T>(
    fn: (transaction: Transaction, view: ObjectSession) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T>;
}

/** A value that a summary can hold. */
export type Scalar = string | number | bigint | boolean | null;

/** Flat facts about an image that lists and sorting need without opening it. */
export type Summary = Readonly<Record<string, Scalar>>;

/** Makes a summary from the text of the artifact `metadata`. */
export type Summarize = (metadataText: string) => Summary;
