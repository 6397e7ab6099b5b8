// What was: reads earlier bytes of the files of a dataset, and undoes commits.

import type { Commit } from "../../commit/commit.ts";
import type { TransactionOptions } from "../../commit/commit-engine.ts";
import { historyDetailsOf } from "../../commit/history/history-details.ts";
import { readHistory } from "../../commit/history/read-history.ts";
import { groupOf, zarrNode } from "../../commit/object-path.ts";
import type { CommitRecord } from "../../commit/records/commit-record.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { assertWritable, type DatasetParts } from "../dataset-parts.ts";
import { imagesEverIn } from "../images-ever-in.ts";
import type { ObjectSession } from "../session/object-session.ts";
import { TransactionSession } from "../session/transaction-session.ts";
import { decideUndo, isArtifact } from "./decide-undo.ts";
import { earlierNodes, type PlannedNode, planDerived, type ReadThen } from "./plan-derived.ts";
import { type PlannedFile, planUndo, type RefusedUndo } from "./plan-undo.ts";
import { UndoneVersions, undoDetails, undoesOf } from "./undo-details.ts";
import type { UndoneFile, UndoOutcome, WhyGone } from "./undo-outcome.ts";
import type { UndoRules } from "./undo-rules.ts";

/** Which commit is undone, and how. */
export interface UndoOptions extends UndoRules, ReadOptions {
  /**
   * The version to undo. Default: the newest commit that changed an artifact of an image, is not an undo itself, and is not
   * undone. The version of an undo brings back what was undone.
   */
  readonly version?: number | undefined;
  /** Read what the undo would do, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Runs a function in a transaction and commits what it stages. */
type Commits = (
  fn: (transaction: Transaction) => Promise<void>,
  options: TransactionOptions,
) => Promise<Commit>;

/** A commit, and what happened to it and to its paths since. */
interface FoundCommit {
  readonly record: CommitRecord;
  readonly undoneBy: number | undefined;
  /** The versions that touched each path after the commit, the newest first. */
  readonly later: ReadonlyMap<StoreKey, readonly number[]>;
  /** What commits before this time replaced may be gone from the history; in milliseconds since 1970. */
  readonly collectedBeforeEpochMs: number;
}

type Attempt =
  | { readonly refused: RefusedUndo; readonly found: FoundCommit | undefined }
  | {
      readonly found: FoundCommit;
      readonly files: readonly PlannedFile[];
      readonly nodes: readonly PlannedNode[];
      readonly left: readonly StoreKey[];
    };

/** The past of one dataset. */
export class DatasetPast {
  readonly #parts: DatasetParts;
  readonly #session: ObjectSession;
  readonly #commit: Commits;

  constructor(parts: DatasetParts, session: ObjectSession, commit: Commits) {
    this.#parts = parts;
    this.#session = session;
    this.#commit = commit;
  }

  /**
   * Returns the bytes that a path had in some version, by their hash: from its place, if it still has them, or from the history.
   * Undefined if they are not kept, or not any more.
   *
   * @param sha256 a hash of an op of the {@link ZarrDataset.log}: `sha256` or `prev`
   * @throws {ZarrStoreError} `invalid_argument` for text that is not a SHA-256, `integrity` if the bytes are damaged, `io`
   */
  async read(
    path: StoreKey,
    sha256: string,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if ((await this.#session.hash(path)) === sha256) {
      const bytes = await this.#session.read(path, options);
      if (bytes !== undefined && (await this.#parts.runtime.sha256(bytes)) === sha256) {
        return bytes;
      }
    }
    return readHistory(this.#parts, sha256, options);
  }

  /**
   * Makes a `zarr.json` again as it was in an earlier version, from what it is now and from the artifacts of that version. It is not
   * kept, but the log has its hash. Undefined if what comes out has another hash: more than what follows from artifacts was changed.
   *
   * @param then gives the bytes that a path had in that version
   */
  async nodeAgain(
    path: string,
    sha256: string,
    then: ReadThen,
    rules: UndoRules = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (const bytes of await earlierNodes(parseStoreKey(path), this.#session, then, rules)) {
      if ((await this.#parts.runtime.sha256(bytes)) === sha256) {
        return bytes;
      }
    }
    return undefined;
  }

  /**
   * Which of these images the log has or ever had. An id that only a table names was never an image of this dataset, so it was
   * not deleted either. If all of them exist, nothing is read; otherwise the log is read back to where they are named.
   *
   * @throws {ZarrStoreError} `integrity` if a record is missing, `io`
   */
  async imagesEver(imageIds: Iterable<string>): Promise<ReadonlySet<string>> {
    return imagesEverIn(this.#parts.engine.log, imageIds);
  }

  /** The version that a commit of the log undoes; undefined if it is not an undo. */
  undoneVersion(record: Pick<CommitRecord, "details">): number | undefined {
    return undoesOf(record);
  }

  /**
   * Undoes one commit: what it replaced or deleted of the artifacts of images comes back, byte for byte, and what it added goes,
   * in one commit whose record names it (`details.undoes`). The attributes and scales that follow from the artifact `metadata` are
   * written again. Pixels, arrays, attachments and pooled tables are not touched.
   *
   * It is refused, with the reason, if a later commit changed the same, if the commit added or deleted images or changed what is
   * not kept, or if the history lacks a file. JSON that was changed again can be merged: see {@link UndoRules}.
   *
   * @throws {ZarrStoreError} `read_only`, `conflict` after the last attempt, `modified_outside`, `aborted`, `io`
   * @example
   * const undone = await dataset.past.undo();
   * console.log(undone.outcome === "undone" ? undone.files : undone.because);
   */
  async undo(options: UndoOptions = {}): Promise<UndoOutcome> {
    const { dryRun = false, signal } = options;
    if (!dryRun) {
      assertWritable(this.#parts);
    }
    await this.#parts.engine.log.refresh();
    const version = options.version ?? (await this.#newest(options));
    if (version === undefined) {
      return outcomeOf({ refused: refusal("nothing_to_undo"), found: undefined }, undefined);
    }
    // Looks before it writes: a commit that is refused must not upgrade a dataset of version 2.
    let attempt = await this.#attempt(version, this.#session, options);
    if (dryRun || "refused" in attempt) {
      return outcomeOf(attempt, undefined);
    }
    const { message } = attempt.found.record;
    const commit = await this.#commit(
      async (transaction) => {
        attempt = await this.#attempt(version, new TransactionSession(this.#session, transaction), options);
        await stage(transaction, attempt);
      },
      { message: `undo version ${version}: ${message}`, details: undoDetails(version), signal },
    );
    return outcomeOf(attempt, commit);
  }

  /** The newest version that may be undone without being named. */
  async #newest({ signal }: ReadOptions): Promise<number | undefined> {
    const undone = new UndoneVersions();
    for await (const record of this.#backwards(1, signal)) {
      const isUndone = undone.visit(record) !== undefined;
      if (!isUndone && undoesOf(record) === undefined && record.ops.some(({ path }) => isArtifact(path))) {
        return record.version;
      }
    }
    return undefined;
  }

  async #find(version: number, { signal }: ReadOptions): Promise<FoundCommit | undefined> {
    const undone = new UndoneVersions();
    const later = new Map<StoreKey, number[]>();
    let collectedBeforeEpochMs = Number.NEGATIVE_INFINITY;
    for await (const record of this.#backwards(version, signal)) {
      const undoneBy = undone.visit(record);
      if (record.version === version) {
        return { record, undoneBy, later, collectedBeforeEpochMs };
      }
      const { removedBeforeEpochMs = Number.NEGATIVE_INFINITY } = historyDetailsOf(record);
      collectedBeforeEpochMs = Math.max(collectedBeforeEpochMs, removedBeforeEpochMs);
      for (const { path } of record.ops) {
        later.set(path, [...(later.get(path) ?? []), record.version]);
      }
    }
    return undefined;
  }

  async *#backwards(first: number, signal: AbortSignal | undefined): AsyncIterable<CommitRecord> {
    const { log } = this.#parts.engine;
    for (let version = log.head.version; version >= Math.max(first, 1); version--) {
      throwIfAborted(signal);
      const record = await log.record(version);
      if (record !== undefined) {
        yield record;
      }
    }
  }

  async #attempt(version: number, view: ObjectSession, options: UndoOptions): Promise<Attempt> {
    const found = await this.#find(version, options);
    if (found === undefined) {
      return { refused: refusal("no_such_version"), found };
    }
    const { record, undoneBy } = found;
    const current = new Map<StoreKey, string | null>();
    const paths = record.ops.map(({ path }) => path);
    const groups = new Set(paths.map(groupOf));
    groups.delete("");
    for (const path of new Set([...paths, ...[...groups].map(zarrNode)])) {
      current.set(path, (await view.hash(path)) ?? null);
    }
    const decision = decideUndo(record, {
      current: (path) => current.get(path) ?? null,
      isUndone: undoneBy !== undefined,
    });
    if (decision.decision === "refuse") {
      return { refused: refusal(decision.because, decision.paths), found };
    }
    const history = (sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
      readHistory(this.#parts, sha256, options);
    const planned = await planUndo(decision, { view, history }, options, options);
    if ("refused" in planned) {
      return { refused: planned.refused, found };
    }
    const derived = await planDerived(planned.files, decision.derived, view, options, options);
    return "notKept" in derived
      ? { refused: refusal("not_kept", derived.notKept), found }
      : { found, files: planned.files, nodes: derived.nodes, left: decision.left };
  }
}

async function stage(transaction: Transaction, attempt: Attempt): Promise<void> {
  if ("refused" in attempt) {
    return;
  }
  for (const { path, bytes } of attempt.files) {
    await (bytes === undefined ? transaction.delete(path) : transaction.put(path, bytes));
  }
  for (const { path, bytes } of attempt.nodes) {
    await transaction.put(path, bytes);
  }
}

function outcomeOf(attempt: Attempt, commit: Commit | undefined): UndoOutcome {
  const { found } = attempt;
  const { record } = found ?? {};
  if ("refused" in attempt) {
    const { because, paths, fields } = attempt.refused;
    const versions = paths.flatMap((path) => found?.later.get(path) ?? []);
    return {
      outcome: "refused",
      ...{ because, record, paths, fields, undoneBy: found?.undoneBy },
      changedBy: [...new Set(versions)].sort((a, b) => a - b),
      ...(because === "history_gone" && found !== undefined && { whyGone: whyGone(found, paths) }),
    };
  }
  const files = attempt.files.map(
    ({ path, imageId, artifact, how }): UndoneFile => ({ path, imageId, artifact, how }),
  );
  return {
    outcome: "undone",
    record: attempt.found.record,
    version: commit?.committed === true ? commit.version : undefined,
    files,
    nodes: attempt.nodes.map(({ path }) => path),
    left: attempt.left,
  };
}

function whyGone({ record, collectedBeforeEpochMs }: FoundCommit, paths: readonly StoreKey[]): WhyGone {
  if (record.format === 1) {
    return "before_history";
  }
  const { lost } = historyDetailsOf(record);
  const prev = record.ops.flatMap((op) => (paths.includes(op.path) && op.prev !== null ? [op.prev] : []));
  if (prev.some((hash) => lost.includes(hash))) {
    return "lost";
  }
  return Date.parse(record.committedUtc) < collectedBeforeEpochMs ? "collected" : "missing";
}

function refusal(because: RefusedUndo["because"], paths: readonly StoreKey[] = []): RefusedUndo {
  return { because, paths, fields: new Map() };
}
