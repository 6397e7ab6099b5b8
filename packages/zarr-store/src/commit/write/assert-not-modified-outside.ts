// Makes sure that a commit does not overwrite an edit by another program.

import { ZarrStoreError } from "../../errors.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext, Look, Looks } from "../commit-context.ts";
import { committedLineEnds } from "../foreign/other-line-ends.ts";
import { rewrittenNode } from "../foreign/rewritten-node.ts";
import type { CommittedObject } from "../log/head.ts";
import { groupOf, isRecordNode } from "../object-path.ts";
import type { CommitOp } from "../records/commit-record.ts";
import { dropCheckpoint } from "./assert-borne-out.ts";

/** Files of which a long part of the log has to say whose they are: hashes by path. The writer lock is let go meanwhile. */
export class LongWalkNeeded {
  readonly found: ReadonlyMap<StoreKey, string>;

  constructor(found: ReadonlyMap<StoreKey, string>) {
    this.found = found;
  }
}

/** So many records are read under the lock; other writers hardly notice. */
const MOST_RECORDS_UNDER_LOCK = 32;

/** What the check saw. */
export interface SeenOutside {
  readonly looks: Looks;
  /** Paths at which bytes of another program may stand. They are kept. */
  readonly foreign: ReadonlySet<StoreKey>;
}

interface OutsideRules {
  /** Whether any length of the log may be read under the lock. */
  readonly mayWalkFar: boolean;
  /** Paths of lost objects, at which any bytes may stand. */
  readonly lost: ReadonlySet<StoreKey>;
  /** Whether the transaction adopts this file, so that it may be replaced by what was taken from it. */
  readonly mayReplace: (path: StoreKey, sha256: string) => boolean;
}

/**
 * Checks that each file to be replaced or deleted has bytes that some commit wrote, or that this one writes. So no edit
 * is overwritten unseen.
 *
 * A Zarr node that another program wrote to may be replaced if its committed bytes could be made again: the commit rests on
 * them. Its file is kept, and so is what stands in the place of a lost object.
 *
 * @param onRead is given each file that was read, with the hash of its bytes
 * @returns what was seen of each file that is there; or the files that {@link Traces.of} must be asked about first, without the
 * lock, because that takes long
 * @throws {ZarrStoreError} `modified_outside`, with all paths that have other bytes; `conflict` if the log contradicts the
 * checkpoint that the head came from
 */
export async function assertNotModifiedOutside(
  context: CommitContext,
  ops: readonly CommitOp[],
  onRead: (op: CommitOp, bytes: Uint8Array, sha256: string) => Promise<void>,
  { mayWalkFar, lost, mayReplace }: OutsideRules,
): Promise<SeenOutside | LongWalkNeeded> {
  const { store, log, session } = context;
  const mayLackLinks = session.hasHardLinks === false || log.head.claim === "folder";
  const looks = new Map<StoreKey, Look>();
  const absentGroups = new Set<string>();
  for (const op of ops) {
    const group = groupOf(op.path);
    const isNewRecord = op.prev === null && isRecordNode(op.path);
    if (isNewRecord && (await store.stat(joinKey(group))) === undefined) {
      absentGroups.add(group);
    }
  }
  const found = new Map<StoreKey, Found>();
  const rewritten = new Set<StoreKey>();
  for (const op of ops) {
    if (absentGroups.has(groupOf(op.path))) {
      continue;
    }
    const stat = mayLackLinks && op.op === "put" ? await store.stat(op.path) : undefined;
    const object = log.head.object(op.path);
    const there = await store.get(op.path, object === undefined ? {} : { expectedBytes: object.sizeBytes });
    if (there !== undefined) {
      const { bytes, sha256 } = await asCommitted(context, object, there);
      const isOwn = op.op === "put" && op.sha256 === sha256;
      // A file where the head has none: if the head rests on a checkpoint, the log must be asked, whose file it is.
      const isUnsure = op.prev === null && log.restsOnCheckpoint;
      if (((!isOwn && sha256 !== op.prev) || isUnsure) && !lost.has(op.path)) {
        found.set(op.path, { sha256, isOwn });
      }
      await onRead(op, bytes, sha256);
      looks.set(op.path, { sizeBytes: bytes.length, stat });
    }
  }
  const unknown = new Map(
    [...found].flatMap(([path, { sha256 }]) =>
      log.head.wasCommitted(path, sha256) ? [] : [[path, sha256] as const],
    ),
  );
  if (!mayWalkFar && log.traces.recordsToRead(unknown) > MOST_RECORDS_UNDER_LOCK) {
    return new LongWalkNeeded(unknown);
  }
  let modified = await findModified(context, found);
  // Unknown bytes may belong to a commit that was linked meanwhile.
  if (modified.length > 0 && (await log.refresh())) {
    modified = await findModified(context, found);
  }
  const refused: StoreKey[] = [];
  for (const path of modified) {
    const isAdopted = mayReplace(path, found.get(path)?.sha256 ?? "");
    if (isAdopted || (await rewrittenNode(context, path))?.committed !== undefined) {
      rewritten.add(path);
    } else {
      refused.push(path);
    }
  }
  modified = refused;
  if (modified.length > 0) {
    throw new ZarrStoreError(
      "modified_outside",
      `changed outside the dataset: ${modified.join(", ")}; adopt the change before writing over it`,
      { paths: modified, ...(modified[0] !== undefined && { path: modified[0] }) },
    );
  }
  return { looks, foreign: new Set([...lost, ...rewritten]) };
}

/** The bytes of a file with their hash; where another program only changed the line ends, those that were committed. */
async function asCommitted(
  { runtime }: CommitContext,
  object: CommittedObject | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string }> {
  const sha256 = await runtime.sha256(bytes);
  const committed =
    object === undefined || object.sha256 === sha256
      ? undefined
      : await committedLineEnds(runtime, object, bytes);
  return committed === undefined || object === undefined
    ? { bytes, sha256 }
    : { bytes: committed, sha256: object.sha256 };
}

interface Found {
  readonly sha256: string;
  /** Whether these are the bytes that the commit is about to write. */
  readonly isOwn: boolean;
}

/** Returns the paths at which no commit put what was found. Old records are read once for all of them. */
async function findModified(
  context: CommitContext,
  found: ReadonlyMap<StoreKey, Found>,
): Promise<readonly StoreKey[]> {
  const { log } = context;
  const { version } = log.head;
  const unknown = [...found].filter(([path, { sha256 }]) => !log.head.wasCommitted(path, sha256));
  const traces = await log.traces.of(new Map(unknown.map(([path, { sha256 }]) => [path, sha256])));
  const wrong = unknown.filter(([path]) => {
    const last = traces.get(path)?.last;
    return last !== undefined && last !== (log.head.object(path)?.sha256 ?? null);
  });
  if (wrong.length > 0 && log.restsOnCheckpoint && log.head.version === version) {
    await dropCheckpoint(
      context,
      wrong.map(([path]) => path),
    );
  }
  return unknown
    .filter(([path, { isOwn }]) => !isOwn && traces.get(path)?.isKnown !== true)
    .map(([path]) => path);
}
