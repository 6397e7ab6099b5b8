// The session of one transaction, which sees its own changes on top of the committed state.

import { groupOf, imageOfGroup, isRecordNode } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { BriefReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { CommittedNodes } from "../nodes/committed-nodes.ts";
import type { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";
import { hashesOneByOne, imageHashesOneByOne } from "./hashes-one-by-one.ts";
import type { ObjectSession, Summarize } from "./object-session.ts";

/** Reads the committed state with the transaction's own changes applied. */
export class TransactionSession implements ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache;
  /**
   * Metadata that the transaction did not change is read from its file, not from the cache: only then does the commit
   * know that the changes depend on it.
   */
  readonly nodeReader: NodeReader = new CommittedNodes(this, (path) => this.#transaction.hasOwnChange(path));
  readonly summarize: Summarize | undefined;
  readonly sourcesAnew: ObjectSession["sourcesAnew"];
  readonly onLost: ObjectSession["onLost"];
  readonly #outer: ObjectSession;
  readonly #transaction: Transaction;

  get lender(): Transaction["lent"] {
    return this.#transaction.lent;
  }

  constructor(outer: ObjectSession, transaction: Transaction) {
    this.#outer = outer;
    this.#transaction = transaction;
    this.runtime = outer.runtime;
    this.nodes = outer.nodes;
    this.summarize = outer.summarize;
    this.sourcesAnew = outer.sourcesAnew;
    this.onLost = outer.onLost;
  }

  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#transaction.read(path, options);
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    return this.#transaction.hash(path);
  }

  async paths(group: string, asOf: "now" | "last look" = "now"): Promise<readonly StoreKey[]> {
    return this.#transaction.paths(group, asOf);
  }

  async hashes(group: string): Promise<ReadonlyMap<string, string>> {
    return hashesOneByOne(this, group);
  }

  async imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return imageHashesOneByOne(this);
  }

  async imageIds(): Promise<readonly string[]> {
    const ids = new Set(await this.#outer.imageIds());
    for (const [path, change] of this.#transaction.changedPaths()) {
      if (isRecordNode(path)) {
        const id = imageOfGroup(groupOf(path));
        if (change === "put") {
          ids.add(id);
        } else {
          ids.delete(id);
        }
      }
    }
    return [...ids].sort();
  }

  async change<T>(fn: (transaction: Transaction, view: ObjectSession) => Promise<T>): Promise<T> {
    return this.#transaction.change(() => fn(this.#transaction, this));
  }
}
