// Finds files below `images/`, `tables/` and `attachments/` that the commit log does not know.

import { runBounded } from "../../runtime/run-bounded.ts";
import type { StoreEntry } from "../../store/key-value-store.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import { ATTACHMENTS, IMAGES, TABLES } from "../object-path.ts";
import { type CheckContext, isHeadUnpublished, lookUntilSettled } from "./check-context.ts";
import { nameOf } from "./check-object.ts";
import type { CheckNote, CheckProblem } from "./check-report.ts";
import { ConflictedCopies } from "./foreign/conflicted-copies.ts";

/** The folders in which every file must come from a commit. */
const OURS: readonly StoreKey[] = [IMAGES, TABLES, ATTACHMENTS];
const LISTINGS_AT_ONCE = 16;
/** A larger file is not read to find out what it is. */
const MAX_READ_BYTES = 1 << 30;

/**
 * Finds files below `images/`, `tables/` and `attachments/` that the log does not have: unknown ones, deleted ones that are back, and
 * second copies of files that it has. Files of operating systems and sync clients are only counted.
 */
export async function findUnknown(
  context: CheckContext,
  isSelected: (path: string) => boolean,
): Promise<{ readonly problems: readonly CheckProblem[]; readonly notes: readonly CheckNote[] }> {
  const { store, audit, signal } = context;
  const problems: CheckProblem[] = [];
  const notes: CheckNote[] = [];
  const copies = new ConflictedCopies(context);
  const visit = async (directory: StoreKey, entry: StoreEntry): Promise<StoreKey | undefined> => {
    const path = `${directory}/${entry.name}`;
    const isLive = isStoreKey(path) && audit.head.object(path) !== undefined;
    if (!isLive && context.systemFiles.meets(directory, entry.name)) {
      return undefined;
    }
    if (entry.kind === "directory" && isStoreKey(path)) {
      return path;
    }
    if (isLive || !isSelected(path)) {
      return undefined;
    }
    const copy = await copies.judge(path, entry.kind);
    const problem = copy === undefined ? await judgeUnknown(context, path, entry.kind) : copy.problem;
    problems.push(...(problem === undefined ? [] : [problem]));
    notes.push(...(copy?.note === undefined ? [] : [copy.note]));
    return undefined;
  };
  for (let directories = OURS; directories.length > 0; ) {
    const below: StoreKey[] = [];
    const list = async (directory: StoreKey): Promise<void> => {
      for (const entry of await store.list(directory)) {
        const child = await visit(directory, entry);
        if (child !== undefined) {
          below.push(child);
        }
      }
    };
    await runBounded(directories, list, { concurrency: LISTINGS_AT_ONCE, signal });
    directories = below;
  }
  return { problems, notes };
}

async function judgeUnknown(
  context: CheckContext,
  path: string,
  kind: StoreEntry["kind"],
): Promise<CheckProblem | undefined> {
  if (!isStoreKey(path) || kind !== "file") {
    const message =
      kind === "file" ? "no object can have this name" : `a ${nameOf(kind)} that no commit made`;
    return { kind: "unknown", path, message, remedy: "move" };
  }
  const { audit, store } = context;
  return lookUntilSettled(context, async () => {
    const stat = await store.stat(path);
    if (
      stat === undefined ||
      audit.head.object(path) !== undefined ||
      (await isBeingDeleted(context, path))
    ) {
      return undefined;
    }
    return judgeFile(context, path, stat.sizeBytes);
  });
}

async function judgeFile(
  { audit, store, runtime, rules, isUnreadable, ...options }: CheckContext,
  path: StoreKey,
  sizeBytes: number,
): Promise<CheckProblem | undefined> {
  const unknown = (message: string, remedy: "adopt" | "move"): CheckProblem => ({
    kind: "unknown",
    path,
    message,
    remedy,
  });
  if (sizeBytes > MAX_READ_BYTES) {
    return unknown(`no commit wrote this file, and it is too large to adopt (${sizeBytes} bytes)`, "move");
  }
  const deleted = audit.lastDeleted(path);
  const refusal = rules.refusal(path, {
    has: (key) => audit.head.object(key) !== undefined,
    hasBelow: (folder) => [...audit.head.objectsOf("").keys()].some((key) => key.startsWith(`${folder}/`)),
  });
  if (deleted === undefined && refusal !== undefined) {
    return unknown(refusal, "move");
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await store.get(path, options);
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    return unknown(`no commit wrote this file, and it cannot be read: ${error.message}`, "move");
  }
  if (bytes === undefined) {
    return undefined;
  }
  const found = await runtime.sha256(bytes);
  if (found === deleted) {
    return {
      kind: "stray",
      path,
      message: "a commit deleted this file, and it is back",
      remedy: "repair",
      found,
    };
  }
  const reason = refusal ?? (await rules.fault(path, bytes));
  return {
    ...unknown(reason ?? "no commit wrote this file", reason === undefined ? "adopt" : "move"),
    found,
  };
}

async function isBeingDeleted(context: CheckContext, path: StoreKey): Promise<boolean> {
  const { audit } = context;
  const isOfHead = audit.headRecord?.ops.some((op) => op.op === "delete" && op.path === path) === true;
  return isOfHead && isHeadUnpublished(context);
}
