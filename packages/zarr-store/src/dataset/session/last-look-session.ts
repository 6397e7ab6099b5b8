// The session behind `asOf: "last look"`: reads many images without checking the log for each of them.

import type { CommitEngine, TransactionOptions } from "../../commit/commit-engine.ts";
import { groupOf } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { BriefReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { CommittedNodes } from "../nodes/committed-nodes.ts";
import type { NodeCache } from "../nodes/node-cache.ts";
import type { NodeReader } from "../nodes/node-reader.ts";
import type { ObjectSession, Summarize } from "./object-session.ts";

/**
 * Reads the committed state as it was when the log was last checked.
 *
 * An object that did not exist then is absent, and the log is not checked again. Any other object is read and
 * verified as usual; it is newer if another commit has replaced it since.
 */
export class LastLookSession implements ObjectSession {
  readonly runtime: Runtime;
  readonly nodes: NodeCache;
  readonly nodeReader: NodeReader = new CommittedNodes(this);
  readonly summarize: Summarize | undefined;
  readonly sourcesAnew: ObjectSession["sourcesAnew"];
  readonly onLost: ObjectSession["onLost"];
  readonly #committed: ObjectSession;
  readonly #engine: Pick<CommitEngine, "log" | "reader">;

  constructor(committed: ObjectSession, engine: Pick<CommitEngine, "log" | "reader">) {
    this.#committed = committed;
    this.#engine = engine;
    this.runtime = committed.runtime;
    this.nodes = committed.nodes;
    this.summarize = committed.summarize;
    this.sourcesAnew = committed.sourcesAnew;
    this.onLost = committed.onLost;
  }

  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { log, reader } = this.#engine;
    return (await log.objectsOf(groupOf(path))).get(path) === undefined
      ? undefined
      : reader.read(path, options);
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    return (await this.#engine.log.objectsOf(groupOf(path))).get(path)?.sha256;
  }

  async paths(group: string): Promise<readonly StoreKey[]> {
    return this.#committed.paths(group, "last look");
  }

  async hashes(group: string): Promise<ReadonlyMap<string, string>> {
    await this.#engine.log.objectsOf(group);
    return this.#engine.log.head.hashesOf(group);
  }

  async imageHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return this.#committed.imageHashes();
  }

  async imageIds(): Promise<readonly string[]> {
    return this.#committed.imageIds();
  }

  async change<T>(
    fn: (transaction: Transaction, view: ObjectSession) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    return this.#committed.change(fn, options);
  }
}
