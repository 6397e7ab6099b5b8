// Reports what lies in the commit protocol's own folders besides the log.

import { isStoreKey, joinKey } from "../../store/store-key.ts";
import { decodeOwner } from "../lock/lock-owner.ts";
import {
  CHECKPOINT,
  COMMITS,
  STAGING,
  stagedOwnerKey,
  stagingEntryKind,
  versionOfRecord,
} from "../log/control-keys.ts";
import type { CheckContext } from "./check-context.ts";
import type { CheckNote } from "./check-report.ts";

/** Notes what the protocol's own folders hold besides the log. Such files are normal, but none of them should stay. */
export async function noteControlFiles(context: CheckContext): Promise<readonly CheckNote[]> {
  const { store } = context;
  const notes: CheckNote[] = [];
  for (const { name } of await store.list(COMMITS)) {
    const path = `${COMMITS}/${name}`;
    if (path !== CHECKPOINT && versionOfRecord(name) === undefined) {
      notes.push({ kind: "foreign", path, message: "not a record of the commit log" });
    }
  }
  for (const { name } of await store.list(STAGING)) {
    const note = await noteStaging(context, name);
    if (note !== undefined) {
      notes.push(note);
    }
  }
  return notes;
}

async function noteStaging(
  { store, audit, runtime }: CheckContext,
  name: string,
): Promise<CheckNote | undefined> {
  const path = `${STAGING}/${name}`;
  switch (stagingEntryKind(name)) {
    case "lock":
      return undefined;
    case "aside":
      return { kind: "aside", path, message: "a deletion holds files here; the next writer settles it" };
    case "obstacle":
      return { kind: "obstacle", path, message: "files that stood in the way of a commit are kept here" };
    case "transaction": {
      if (name === audit.head.txid) {
        const message = `not all files of commit ${audit.head.version} are in place yet; the next writer moves them`;
        return { kind: "unpublished", path, message };
      }
      const isKey = isStoreKey(name) && !name.includes("/");
      const owner = isKey ? decodeOwner(await store.get(stagedOwnerKey(joinKey(name)))) : undefined;
      if (owner === undefined) {
        return { kind: "staging", path, message: "staged by an unknown writer" };
      }
      const { host, pid, started } = owner;
      const state = runtime.writerState(owner);
      const message = `staged by process ${pid} of ${host}, ${SAID[state]}`;
      return { kind: "staging", path, message, owner: { host, pid, started, state } };
    }
  }
}

const SAID = {
  alive: "which is running",
  dead: "which is gone",
  unknown: "which may still be running",
} as const;
