// Compares the files of a store with its commit log, and reports every difference (`kym check`).

import { ZarrStoreError } from "../../errors.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { unlistedStore } from "../../store/unlisted-store.ts";
import { isUnreadable } from "../../store/unreadable.ts";
import type { ContentRules } from "../content-rules.ts";
import { ONLY_LINE_ENDS } from "../foreign/other-line-ends.ts";
import type { CommittedObject } from "../log/head.ts";
import { COMMITS, HISTORY, SEEN } from "../records/control-keys.ts";
import type { SeenFiles } from "../seen/seen-files.ts";
import type { CheckContext } from "./check-context.ts";
import { checkHistory } from "./check-history.ts";
import { checkObject } from "./check-object.ts";
import type { CheckLevel, CheckNote, CheckOptions, CheckProblem, CheckReport } from "./check-report.ts";
import { findUnknown } from "./find-unknown.ts";
import { findSecondHistories } from "./foreign/second-history.ts";
import { SystemFiles } from "./foreign/system-files.ts";
import { LogAudit } from "./log-audit.ts";
import { noteControlFiles } from "./note-control-files.ts";

/** How many objects are checked at a time. Each is held whole in memory while it is hashed. */
const OBJECTS_AT_ONCE = 8;

export interface CheckParts {
  readonly store: ReadableStore;
  readonly runtime: Runtime;
  readonly rules: ContentRules;
  /** Selects the paths to check. Default: all. */
  readonly isSelected?: (path: string) => boolean;
  /** Selects the objects whose bytes are read, whatever the level says. */
  readonly readsData?: (path: StoreKey) => boolean;
  /** Leaves out the bytes of files that were hashed at an earlier look. Default: every look is a new one. */
  readonly seen?: SeenFiles | undefined;
  /**
   * Whether an unreadable file is reported as a problem. Default false: it is an error, for callers that act on the
   * report.
   */
  readonly reportsUnreadable?: boolean;
}

/**
 * Compares a store with its commit log. The log is read from its first record, and nothing that was remembered is used,
 * but for `seen`. A check never writes, and other writers may work at the same time.
 *
 * In a store that cannot be listed, every object is read whatever the level, and files that no commit wrote are not
 * found.
 *
 * @throws {ZarrStoreError} `invalid_argument` for a level that does not exist, `aborted`, `io`
 */
export async function checkStore(parts: CheckParts, options: CheckOptions = {}): Promise<CheckReport> {
  const { runtime, rules, isSelected = (): boolean => true } = parts;
  const { level = "data", signal, onProgress } = options;
  const isListed = isListableStore(parts.store);
  const store = isListed ? parts.store : unlistedStore(parts.store);
  const readsObject = objectsToRead(level);
  const audit = new LogAudit(store, runtime);
  await audit.read();
  const { version } = audit.head;
  const systemFiles = new SystemFiles();
  const context: CheckContext = {
    store,
    runtime,
    rules,
    audit,
    systemFiles,
    signal,
    seen: parts.seen,
    isUnreadable: (error): error is ZarrStoreError => parts.reportsUnreadable === true && isUnreadable(error),
  };
  const problems: CheckProblem[] = [];
  const notes: CheckNote[] = isListed ? [...(await noteControlFiles(context))] : [UNLISTED];
  if (isListed && isSelected(COMMITS)) {
    const second = await findSecondHistories(context);
    problems.push(...second.problems);
    notes.push(...second.notes);
  }
  const objects = [...audit.head.objects()].filter(([path]) => isSelected(path));
  let done = 0;
  let bytes = 0;
  const check = async ([path, object]: readonly [StoreKey, CommittedObject]): Promise<void> => {
    const readsData = parts.readsData?.(path) ?? readsObject(object);
    const { problem, note, readBytes } = await checkObject(context, path, readsData);
    problems.push(...(problem ? [problem] : []));
    notes.push(...(note ? [note] : []));
    bytes += readBytes;
    done++;
    onProgress?.({ done, total: objects.length, path });
  };
  await runBounded(objects, check, { concurrency: OBJECTS_AT_ONCE, signal });
  if (isSelected(HISTORY)) {
    const history = await checkHistory(context, readsObject);
    problems.push(...history.problems);
    notes.push(...history.notes);
    bytes += history.readBytes;
  }
  const unknown = await findUnknown(context, isSelected);
  problems.push(...unknown.problems, ...audit.problems);
  for (const path of isSelected(COMMITS) ? audit.withCrlf : []) {
    problems.push({ kind: "rewritten", path, message: ONLY_LINE_ENDS, remedy: "repair" });
  }
  notes.push(...unknown.notes);
  await systemFiles.lookIn(store, ["", SEEN]);
  notes.push(...systemFiles.notes());
  return {
    version,
    level,
    problems: problems.sort(byPath),
    notes: notes.sort(byPath),
    checked: { objects: objects.length, bytes },
  };
}

const UNLISTED: CheckNote = {
  kind: "unlisted",
  path: "",
  message: "this store cannot be listed, so files that no commit wrote and staged files were not looked for",
};

/**
 * Selects the objects whose bytes are read at a level. A share is chosen by the objects' hashes, so it is always the
 * same, whatever else the dataset holds.
 */
function objectsToRead(level: CheckLevel): (object: Pick<CommittedObject, "sha256">) => boolean {
  if (level === "structure" || level === "data") {
    return () => level === "data";
  }
  const drawOf = ({ sha256 }: Pick<CommittedObject, "sha256">): number =>
    Number.parseInt(sha256.slice(0, 8), 16);
  if ("percent" in level) {
    const { percent } = level;
    assertLevel(percent > 0 && percent <= 100, "a percentage above 0 and at most 100", percent);
    return (object) => drawOf(object) < (percent / 100) * 2 ** 32;
  }
  const { part, of } = level;
  const isPart = Number.isSafeInteger(part) && Number.isSafeInteger(of) && part >= 1 && part <= of;
  assertLevel(isPart, "a part from 1 to the number of parts", `${part}/${of}`);
  return (object) => drawOf(object) % of === part - 1;
}

function assertLevel(isLevel: boolean, expected: string, found: unknown): void {
  if (!isLevel) {
    throw new ZarrStoreError(
      "invalid_argument",
      `the level of a check must be ${expected}, not ${String(found)}`,
      {
        expected,
        found,
      },
    );
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
