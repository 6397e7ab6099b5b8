// Repairs a store from its own log and staging: finishes what a commit or a deletion began (`kym check --repair`).

import { hasCrlf } from "../../bytes/line-ends.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { isWritableStore, type ReadableStore } from "../../store/key-value-store.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import { settleTornRecord } from "../claim/settle-torn-record.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitEngine } from "../commit-engine.ts";
import type { ContentRules } from "../content-rules.ts";
import { otherLineEnds } from "../foreign/other-line-ends.ts";
import { listStaging } from "../list-staging.ts";
import { CommitLog } from "../log/commit-log.ts";
import { writeGitAttributes } from "../publish/git-attributes.ts";
import { noteLatest } from "../publish/note-latest.ts";
import { publishDeletions } from "../publish/publish.ts";
import { putBackNode } from "../publish/put-back-node.ts";
import { finishHead, putBackStaged, removeProbes, wantedOf } from "../publish/recovery.ts";
import {
  CHECKPOINT,
  COMMITS,
  commitKey,
  OLD_CHECKPOINT,
  stagingEntryKind,
  stagingOf,
  versionOfKey,
} from "../records/control-keys.ts";
import { replaceFile } from "../records/replace-file.ts";
import { checkStore } from "./check.ts";
import type { CheckProblem, CheckReport } from "./check-report.ts";

/**
 * - `recorded_claim`: from this commit on, versions are claimed by the method that works where the dataset lies.
 * - `settled_record`: a last record that was cut off is finished or set aside; a warning says which.
 * - `finished_head`: the last commit's files are in place.
 * - `settled_aside`: a file that a deletion held is where the log wants it.
 * - `put_back`: a missing object is in place again.
 * - `made_again`: what was lost was made again from the images.
 * - `line_ends`: a file, or a record of the log, has its committed line ends again.
 * - `deleted_again`: a file that a commit had deleted is gone again.
 * - `removed_checkpoint`: the damaged checkpoint is gone; the next long session writes a new one.
 */
export type RepairActionKind =
  | "recorded_claim"
  | "settled_record"
  | "finished_head"
  | "settled_aside"
  | "put_back"
  | "made_again"
  | "line_ends"
  | "deleted_again"
  | "removed_checkpoint";

export interface RepairAction {
  readonly kind: RepairActionKind;
  readonly path: string;
}

/** What a repair did, and what is left. Plain JSON. */
export interface RepairReport {
  readonly actions: readonly RepairAction[];
  /** What a check at level `structure` finds afterwards. None of it can be repaired from the dataset itself. */
  readonly problems: readonly CheckProblem[];
  readonly notes: CheckReport["notes"];
}

export interface RepairOptions extends ReadOptions {
  /**
   * First record how versions are claimed, if the recorded method is not the best one where the dataset lies now: after it was
   * moved to a place without hard links, or back. Only while nobody writes to it through another mount. Default false.
   */
  readonly claim?: boolean | undefined;
}

/**
 * Rolls forward only: makes true what a commit said, with the bytes that are still there. It follows the log from its
 * first record, and does nothing if the log is broken.
 *
 * @throws {ZarrStoreError} `read_only`, `conflict` if the lock is not free in time, `aborted`, `io`
 */
export async function repairStore(
  engine: CommitEngine,
  rules: ContentRules,
  options: RepairOptions = {},
): Promise<RepairReport> {
  return engine.maintain(async (context, durability) => {
    const { store, runtime } = context;
    const { signal } = options;
    const look = (): Promise<CheckReport> =>
      checkStore({ store, runtime, rules }, { level: "structure", signal });
    const before = await look();
    if (before.problems.some(({ kind, remedy }) => kind === "log" && remedy !== "repair")) {
      return { actions: [], problems: before.problems, notes: before.notes };
    }
    const removed = await removeBadCheckpoint(context, before);
    const fresh: CommitContext = { ...context, log: new CommitLog(store, runtime.sha256) };
    await fresh.log.refresh();
    const isRemoved = removed.some(({ path }) => path === context.log.checkpointKey);
    context.log.checkpointKey = isRemoved ? undefined : context.log.checkpointKey;
    fresh.log.checkpointKey = context.log.checkpointKey;
    await removeProbes(fresh, await listStaging(store));
    const tornVersion = await settleTornRecord(fresh);
    await finishHead(fresh, durability);
    await noteLatest(fresh);
    throwIfAborted(signal);
    const putBack = await putBackAll(fresh, durability);
    throwIfAborted(signal);
    const lineEnds = await putBackLineEnds(fresh, before, durability);
    throwIfAborted(signal);
    const strays = before.problems.filter(({ kind }) => kind === "stray").map(({ path }) => path);
    await publishDeletions(fresh, strays.filter(isStoreKey));
    const nodes = await putBackNodes({ ...fresh, rules }, before, durability);
    const after = await look();
    const isGone = ({ path }: { readonly path: string }): boolean =>
      ![...after.problems, ...after.notes].some((left) => left.path === path);
    const settled = before.notes.filter(isGone).flatMap(({ kind, path }): RepairAction[] => {
      const action =
        kind === "unpublished" ? "finished_head" : kind === "aside" ? "settled_aside" : undefined;
      return action === undefined ? [] : [{ kind: action, path }];
    });
    const actions: readonly RepairAction[] = [
      ...removed,
      ...(tornVersion === undefined
        ? []
        : [{ kind: "settled_record", path: commitKey(tornVersion) } as const]),
      ...settled,
      ...[...putBack, ...nodes].map((path) => ({ kind: "put_back", path }) as const),
      ...lineEnds.map((path) => ({ kind: "line_ends", path }) as const),
      ...strays.map((path) => ({ kind: "deleted_again", path }) as const).filter(isGone),
    ];
    return { actions, problems: after.problems, notes: after.notes };
  }, options);
}

/** Puts back Zarr nodes of which nothing can be adopted. */
async function putBackNodes(
  context: CommitContext,
  { problems }: CheckReport,
  durability: "batched" | "none",
): Promise<readonly StoreKey[]> {
  const paths = problems.flatMap(({ kind, remedy, path }) =>
    kind === "rewritten" && remedy === "repair" && isStoreKey(path) ? [path] : [],
  );
  const putBack: StoreKey[] = [];
  for (const path of paths) {
    if ((await putBackNode(context, path, durability)) !== undefined) {
      putBack.push(path);
    }
  }
  return putBack;
}

/**
 * Moves the files of the last commit into place if its writer could not, as on a full disk. So a command that is run again and
 * finds nothing to do finishes it. Usually there is nothing, and this costs one look.
 *
 * @throws {ZarrStoreError} `conflict` if a writer is at work, `io`
 */
export async function finishUnpublished(engine: CommitEngine, store: ReadableStore): Promise<void> {
  const { txid, nextRecordFormat } = engine.log.head;
  // Nothing is written to a dataset of version 2 before a commit.
  if (
    txid === "" ||
    nextRecordFormat === 1 ||
    !isWritableStore(store) ||
    (await store.stat(stagingOf(txid))) === undefined
  ) {
    return;
  }
  await engine.maintain(
    async (context, durability) => {
      await context.log.refresh();
      await finishHead(context, durability);
      await noteLatest(context);
    },
    { lock: { timeoutMs: 0 } },
  );
}

async function removeBadCheckpoint(
  { store }: CommitContext,
  { problems }: CheckReport,
): Promise<readonly RepairAction[]> {
  const keys = [CHECKPOINT, OLD_CHECKPOINT].filter((key) => problems.some(({ path }) => path === key));
  for (const key of keys) {
    await store.remove(key);
  }
  return keys.map((path) => ({ kind: "removed_checkpoint", path }));
}

/**
 * Puts back objects from the staging of committed transactions. After a power cut, that may be the only copy of their
 * bytes.
 */
async function putBackAll(
  context: CommitContext,
  durability: "batched" | "none",
): Promise<readonly StoreKey[]> {
  const { store, log } = context;
  const staged = (await listStaging(store))
    .filter((name) => stagingEntryKind(name) === "transaction")
    .map((txid) => ({ txid, reason: "committed" }));
  const putBack: StoreKey[] = [];
  for (const { txid } of wantedOf(log.head, staged)) {
    putBack.push(...(await putBackStaged(context, txid)));
  }
  if (durability === "batched") {
    await store.sync([...putBack, COMMITS]);
  }
  await log.refresh();
  await publishDeletions(
    context,
    putBack.filter((path) => log.head.object(path) === undefined),
  );
  return putBack;
}

/**
 * Writes files again of which git, or another program, only changed the line ends, with the bytes that the log proves; and the
 * file that keeps git from it. A file that changed meanwhile stays.
 */
async function putBackLineEnds(
  context: CommitContext,
  { problems }: CheckReport,
  durability: "batched" | "none",
): Promise<readonly StoreKey[]> {
  const { store, log, runtime } = context;
  const done: StoreKey[] = [];
  for (const { kind, path, expected } of problems) {
    if (kind !== "rewritten" || !isStoreKey(path)) {
      continue;
    }
    const bytes = await store.get(path);
    const isOfLog = versionOfKey(path) !== undefined;
    const wanted = log.head.object(path)?.sha256 ?? expected;
    for (const text of bytes === undefined ? [] : otherLineEnds(bytes)) {
      if (isOfLog ? !hasCrlf(text) : (await runtime.sha256(text)) === wanted) {
        const staging = { txid: `maintenance-${runtime.newId()}`, writer: runtime.writer, durability };
        await replaceFile(store, path, text, staging);
        done.push(path);
        break;
      }
    }
  }
  if (done.length > 0) {
    await writeGitAttributes(context);
  }
  return done;
}
