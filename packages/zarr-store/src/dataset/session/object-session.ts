import type { TransactionOptions } from "../../commit/commit-engine.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";

/**
 * What records and tables work on: the committed state of a dataset, a transaction's own view of it, or the files of a
 * dataset without a log.
 */
export interface ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache;
  readonly nodeReader: NodeReader;
  /** See {@link OpenDatasetOptions.summarize}. */
  readonly summarize: Summarize | undefined;
  read(path: StoreKey, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  hash(path: StoreKey): Promise<string | undefined>;
  /**
   * The live paths of a group: `images/<id>`, or `""` for what belongs to no image. Sorted by code unit. Who asks for many
   * groups looks for newer commits once, and asks for each as of the `last look`. Default `now`.
   */
  paths(group: string, asOf?: "now" | "last look"): Promise<readonly StoreKey[]>;
  /** The SHA-256 of each of those paths, in their order, by the path below the group. */
  hashes(group: string): Promise<ReadonlyMap<string, string>>;
  /** {@link hashes} of every image, by its id, sorted: all of one look. */
  imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
  /** The same state as of the last look at the log, where there is one: it never looks for newer commits. */
  readonly lastLook?: ObjectSession;
  /** Sorted. */
  imageIds(): Promise<readonly string[]>;
  /**
   * Changes all or nothing: a transaction of its own, or a part of the one under way. What `fn` makes its changes from, it
   * reads through `view`, so that the commit knows what they rest on.
   */
  change<T>(
    fn: (transaction: Transaction, view: ObjectSession) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T>;
}

export type Scalar = string | number | bigint | boolean | null;

/** Flat facts about an image that lists and orders need without opening it. */
export type Summary = Readonly<Record<string, Scalar>>;

/** Makes a summary from the text of the artifact `metadata`. */
export type Summarize = (metadataText: string) => Summary;
