// Finds second records of a version, as sync clients keep them where two computers committed apart, and says what only they have.

import { isZarrStoreError } from "../../../errors.ts";
import type { StoreEntry } from "../../../store/key-value-store.ts";
import { originalNames } from "../../../store/original-names.ts";
import { isStoreKey, joinKey, parentKey, type StoreKey } from "../../../store/store-key.ts";
import { type CommitOp, type CommitRecord, decodeCommitRecord } from "../../records/commit-record.ts";
import {
  blockOfPack,
  CHECKPOINT,
  COMMITS,
  LATEST,
  stagedKeys,
  versionOfRecord,
} from "../../records/control-keys.ts";
import type { CheckContext } from "../check-context.ts";
import type { CheckNote, CheckProblem } from "../check-report.ts";

export interface SecondHistories {
  readonly problems: readonly CheckProblem[];
  readonly notes: readonly CheckNote[];
}

/** No host is known here: a record's name has digits alone, so whatever follows a hyphen is one. */
const NO_HOSTS: ReadonlySet<string> = new Set();
const HOST_OF_RECORD = /^(\d{20})-[^/]+(\.json)$/;
/** The record in the folder of a claim. */
const HELD = joinKey("record.json");
const MOST_LISTED = 100;

/** A second record, whole and with its own hash. */
interface SecondRecord {
  readonly path: StoreKey;
  readonly record: CommitRecord;
}

/** The version that a file in `__commits` may be a second record of. */
function versionOfCopy(name: string): number | undefined {
  const [, digits, ending] = HOST_OF_RECORD.exec(name) ?? [];
  const names = digits === undefined ? originalNames(name, NO_HOSTS) : [`${digits}${ending}`];
  return names.map(versionOfRecord).find((version) => version !== undefined);
}

/** Whether a name in `__commits` is that of a copy of a record, or of what is derived of the log. */
export function isRecordCopy(name: string): boolean {
  return versionOfCopy(name) !== undefined || isDerivedCopy(name);
}

function isDerivedCopy(name: string): boolean {
  return originalNames(name, NO_HOSTS).some(
    (original) =>
      `${COMMITS}/${original}` === CHECKPOINT ||
      `${COMMITS}/${original}` === LATEST ||
      blockOfPack(original) !== undefined,
  );
}

/**
 * Finds the copies of records. One that equals the log's own is a note. Those of another history are a problem: which history
 * counts was settled by the sync client, and what only the other one has is listed. Nothing is removed.
 */
export async function findSecondHistories(context: CheckContext): Promise<SecondHistories> {
  const { store, audit, runtime } = context;
  const problems: CheckProblem[] = [];
  const notes: CheckNote[] = [];
  const second: SecondRecord[] = [];
  const listed = await store.list(COMMITS);
  for (const { name } of listed.filter(({ name }) => isDerivedCopy(name))) {
    const path = `${COMMITS}/${name}`;
    notes.push({ kind: "copy", path, message: "a copy of what is derived of the log" });
  }
  for (const { path, version } of await copiesOfRecords(context, listed)) {
    const bytes = await store.get(path, context);
    try {
      const record = await decodeCommitRecord(bytes ?? new Uint8Array(), version, runtime.sha256);
      if ((await audit.record(version))?.sha256 === record.sha256) {
        notes.push({ kind: "copy", path, message: `a copy of commit record ${version}` });
      } else {
        second.push({ path, record });
      }
    } catch (error) {
      if (!isZarrStoreError(error, "integrity", "not_supported")) {
        throw error;
      }
      const message = `a second record of version ${version} that cannot be read: ${error.message}`;
      problems.push({ kind: "conflicted", path, message, remedy: "move" });
    }
  }
  for (const history of histories(second)) {
    problems.push(await problemOf(context, history));
  }
  return { problems, notes };
}

/** The files that may be second records, and their versions. Where folders claim versions, one may lie in the folder of the first. */
async function copiesOfRecords(
  { store, audit }: CheckContext,
  listed: readonly StoreEntry[],
): Promise<readonly { readonly path: StoreKey; readonly version: number }[]> {
  const copies: { path: StoreKey; version: number }[] = [];
  for (const { name, kind } of listed) {
    const path = `${COMMITS}/${name}`;
    const copied = versionOfCopy(name);
    const own = versionOfRecord(name);
    if (copied !== undefined && isStoreKey(path)) {
      copies.push({ path: kind === "directory" ? joinKey(path, HELD) : path, version: copied });
    } else if (own !== undefined && kind === "directory" && isStoreKey(path)) {
      for (const inside of await store.list(path)) {
        const key = `${path}/${inside.name}`;
        const isCopy = originalNames(inside.name, audit.hosts).includes(HELD);
        copies.push(...(isCopy && isStoreKey(key) ? [{ path: key, version: own }] : []));
      }
    }
  }
  return copies;
}

/** Joins records that follow each other, oldest first. */
function histories(
  records: readonly SecondRecord[],
): readonly (readonly [SecondRecord, ...SecondRecord[]])[] {
  const found: [SecondRecord, ...SecondRecord[]][] = [];
  for (const one of records.toSorted((a, b) => a.record.version - b.record.version)) {
    const before = found.find((history) => history.at(-1)?.record.sha256 === one.record.parentSha256);
    if (before === undefined) {
      found.push([one]);
    } else {
      before.push(one);
    }
  }
  return found;
}

async function problemOf(
  context: CheckContext,
  history: readonly [SecondRecord, ...SecondRecord[]],
): Promise<CheckProblem> {
  const { audit } = context;
  const [{ path, record: first }] = history;
  const here: CommitRecord[] = [];
  for (let version = first.version; version <= audit.head.version && here.length < MOST_LISTED; version++) {
    const record = await audit.record(version);
    here.push(...(record === undefined ? [] : [record]));
  }
  const onlyThere = await changesOnlyIn(
    context,
    history.map(({ record }) => record),
  );
  const count = onlyThere.length === 1 ? "1 change is" : `${onlyThere.length} changes are`;
  const message =
    `two computers committed version ${first.version} apart, and a sync client kept both records; the log goes on from the other ` +
    `one. ${count} only in this one. Nothing was removed: make them again, or take them from a whole copy of that computer with ` +
    "kym pull, then move this file elsewhere";
  const expected = here[0]?.sha256;
  return {
    ...{ kind: "conflicted", path, message, remedy: "move", found: first.sha256 },
    ...(expected !== undefined && { expected }),
    histories: { here: here.map(wordsOf), there: history.map(({ record }) => wordsOf(record)), onlyThere },
  };
}

/** `version 5 by anna on rig-2 at 2026-11-30T10:15:00.000Z: add image a`. */
function wordsOf({ version, message, writer, committedUtc }: CommitRecord): string {
  const who = writer.person === undefined ? writer.host : `${writer.person} on ${writer.host}`;
  return `version ${version} by ${who} at ${committedUtc}: ${message}`;
}

/** What the records put or delete that the log never had. */
async function changesOnlyIn(
  context: CheckContext,
  records: readonly CommitRecord[],
): Promise<readonly string[]> {
  const { head } = context.audit;
  const lines: string[] = [];
  for (const op of new Map(records.flatMap(({ ops }) => ops).map((op) => [op.path, op])).values()) {
    if (op.op === "delete") {
      lines.push(...(head.object(op.path) === undefined ? [] : [`${op.path}: deleted there`]));
    } else if (!head.wasCommitted(op.path, op.sha256)) {
      const at = await findBytes(context, records, op);
      lines.push(
        `${op.path}: ${at === undefined ? "its bytes are not in this folder" : `its bytes are at ${at}`}`,
      );
    }
  }
  return lines;
}

/** Looks for the bytes of an object at its path, in the copies beside it, and in staging. */
async function findBytes(
  { store, runtime, signal }: CheckContext,
  records: readonly CommitRecord[],
  { path, sha256, sizeBytes }: Extract<CommitOp, { readonly op: "put" }>,
): Promise<string | undefined> {
  const parent = parentKey(path);
  const name = path.slice((parent ?? "").length + (parent === undefined ? 0 : 1));
  const siblings = (await store.list(parent ?? "")).map((entry) => entry.name);
  const hosts = new Set(records.map(({ writer }) => writer.host.toLowerCase()));
  const copies = siblings.filter((one) => originalNames(one, hosts).includes(name));
  const places = [
    path,
    ...copies.map((one) => (parent === undefined ? one : `${parent}/${one}`)),
    ...records.flatMap(({ txid }) => stagedKeys(txid, path)),
  ];
  for (const place of places) {
    if (isStoreKey(place) && (await store.stat(place))?.sizeBytes === sizeBytes) {
      const bytes = await store.get(place, { signal });
      if (bytes !== undefined && (await runtime.sha256(bytes)) === sha256) {
        return place;
      }
    }
  }
  return undefined;
}
