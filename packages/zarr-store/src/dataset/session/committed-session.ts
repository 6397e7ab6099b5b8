// The session of an open dataset: reads the committed state, and makes each change in a transaction of its own.

import type { CommitEngine, TransactionOptions } from "../../commit/commit-engine.ts";
import { imageOfGroup } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { BriefReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { CommittedNodes } from "../nodes/committed-nodes.ts";
import { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";
import { LastLookSession } from "./last-look-session.ts";
import type { ObjectSession, Summarize } from "./object-session.ts";
import { TransactionSession } from "./transaction-session.ts";

type Transact = <T>(fn: (transaction: Transaction) => Promise<T>, options: TransactionOptions) => Promise<T>;

export interface CommittedSessionParts {
  readonly engine: CommitEngine;
  readonly runtime: Runtime;
  readonly summarize: Summarize | undefined;
  readonly sourcesAnew?: ObjectSession["sourcesAnew"];
  readonly onLost?: ObjectSession["onLost"];
}

/** Reads the committed state of a dataset. Each change is a transaction of its own. */
export class CommittedSession implements ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache = new NodeCache();
  readonly nodeReader: NodeReader = new CommittedNodes(this);
  readonly summarize: Summarize | undefined;
  readonly sourcesAnew: ObjectSession["sourcesAnew"];
  readonly onLost: ObjectSession["onLost"];
  readonly lastLook: ObjectSession;
  readonly #transact: Transact;
  readonly #engine: CommitEngine;

  constructor(parts: CommittedSessionParts, transact: Transact) {
    this.runtime = parts.runtime;
    this.summarize = parts.summarize;
    this.sourcesAnew = parts.sourcesAnew;
    this.onLost = parts.onLost;
    this.#engine = parts.engine;
    this.#transact = transact;
    this.lastLook = new LastLookSession(this, parts.engine);
  }

  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#engine.reader.read(path, options);
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    return (await this.#engine.reader.object(path))?.sha256;
  }

  async paths(group: string, asOf: "now" | "last look" = "now"): Promise<readonly StoreKey[]> {
    if (asOf === "now") {
      await this.#engine.log.refresh();
    }
    return [...(await this.#engine.log.objectsOf(group)).keys()].sort();
  }

  async hashes(group: string): Promise<ReadonlyMap<string, string>> {
    await this.#engine.log.refresh();
    await this.#engine.log.objectsOf(group);
    return this.#engine.log.head.hashesOf(group);
  }

  async imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const log = await this.#refreshed();
    const groups = imageGroupsOf(log.head);
    for (const group of groups) {
      await log.objectsOf(group);
    }
    return new Map(groups.map((group) => [imageOfGroup(group), log.head.hashesOf(group)]));
  }

  async #refreshed(): Promise<CommitEngine["log"]> {
    await this.#engine.log.refresh();
    return this.#engine.log;
  }

  async imageIds(): Promise<readonly string[]> {
    const { head } = await this.#refreshed();
    return imageGroupsOf(head).map(imageOfGroup);
  }

  async change<T>(
    fn: (transaction: Transaction, view: ObjectSession) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    return this.#transact(
      (transaction) => fn(transaction, new TransactionSession(this, transaction)),
      options,
    );
  }
}

/** The groups of the images, sorted. */
function imageGroupsOf(head: CommitEngine["log"]["head"]): readonly string[] {
  return head.sortedGroups().filter((group) => group !== "");
}
