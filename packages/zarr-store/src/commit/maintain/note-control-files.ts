// Reports what lies in the commit protocol's own folders besides the log.

import { isStoreKey, joinKey } from "../../store/store-key.ts";
import {
  blockOfPack,
  CHECKPOINT,
  COMMITS,
  commitKey,
  LATEST,
  OLD_CHECKPOINT,
  STAGING,
  stagedOwnerKey,
  stagingEntryKind,
  versionOfRecord,
} from "../records/control-keys.ts";
import { transactionOfClaim } from "../records/list-claims.ts";
import { decodeOwner } from "../records/lock-owner.ts";
import type { CheckContext } from "./check-context.ts";
import type { CheckNote } from "./check-report.ts";
import { isRecordCopy } from "./foreign/second-history.ts";

const DERIVED: ReadonlySet<string> = new Set([CHECKPOINT, OLD_CHECKPOINT, LATEST]);

/** Notes what the protocol's own folders hold besides the log. Such files are normal, but none of them should stay. */
export async function noteControlFiles(context: CheckContext): Promise<readonly CheckNote[]> {
  const { store } = context;
  const notes: CheckNote[] = [];
  for (const { name } of await store.list(COMMITS)) {
    const path = `${COMMITS}/${name}`;
    const txid = transactionOfClaim(name);
    const isRecords = versionOfRecord(name) !== undefined || blockOfPack(name) !== undefined;
    if (txid !== undefined) {
      notes.push(await noteStaged(context, txid, path));
    } else if (context.systemFiles.meets(COMMITS, name) || isRecordCopy(name)) {
      // One note for all, or what the second history says.
    } else if (!isRecords && !DERIVED.has(path)) {
      notes.push({ kind: "foreign", path, message: "not a record of the commit log" });
    }
  }
  if (context.audit.tornVersion !== undefined) {
    const path = commitKey(context.audit.tornVersion);
    const message = `commit record ${context.audit.tornVersion} is cut off; the next writer finishes it or sets it aside`;
    notes.push({ kind: "torn", path, message });
  }
  for (const { name, kind } of await store.list(STAGING)) {
    const note = kind === "other" ? foreignNote(`${STAGING}/${name}`) : await noteStaging(context, name);
    if (note !== undefined) {
      notes.push(note);
    }
  }
  return notes;
}

function foreignNote(path: string): CheckNote {
  const message = "a symbolic link or a special file, which nobody follows and no command removes: remove it";
  return { kind: "foreign", path, message };
}

async function noteStaging(context: CheckContext, name: string): Promise<CheckNote | undefined> {
  const { audit } = context;
  const path = `${STAGING}/${name}`;
  switch (stagingEntryKind(name)) {
    case "lock":
      return undefined;
    case "system":
      context.systemFiles.meets(STAGING, name);
      return undefined;
    case "copy":
      return { kind: "copy", path, message: "a sync client kept this of a conflict" };
    case "aside":
      return {
        kind: "aside",
        path,
        message: "what a commit deletes or replaces is held here; the next writer settles it",
      };
    case "obstacle":
      return { kind: "obstacle", path, message: "files that stood in the way of a commit are kept here" };
    case "transaction": {
      if (name === audit.head.txid) {
        const message = `not all files of commit ${audit.head.version} are in place yet; the next writer moves them`;
        return { kind: "unpublished", path, message };
      }
      return noteStaged(context, name, path);
    }
  }
}

async function noteStaged({ store, runtime }: CheckContext, txid: string, path: string): Promise<CheckNote> {
  const isKey = isStoreKey(txid) && !txid.includes("/");
  const owner = isKey ? decodeOwner(await store.get(stagedOwnerKey(joinKey(txid)))) : undefined;
  if (owner === undefined) {
    return { kind: "staging", path, message: "staged by an unknown writer" };
  }
  const { host, pid, started } = owner;
  const state = runtime.writerState(owner);
  const message = `staged by process ${pid} of ${host}, ${SAID[state]}`;
  return { kind: "staging", path, message, owner: { host, pid, started, state } };
}

const SAID = {
  alive: "which is running",
  dead: "which is gone",
  unknown: "which may still be running",
} as const;
