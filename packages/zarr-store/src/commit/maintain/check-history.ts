// Checks that everything that the log says was kept is in the history, with the right bytes.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import { joinKey } from "../../store/store-key.ts";
import { ONLY_LINE_ENDS, otherLineEnds } from "../foreign/other-line-ends.ts";
import { historyStart } from "../history/history-start.ts";
import { findNeededHistory } from "../history/needed-history.ts";
import { HISTORY, HISTORY_START, historyKey, isHistoryName } from "../records/control-keys.ts";
import { type CheckContext, lookUntilSettled } from "./check-context.ts";
import type { CheckNote, CheckProblem } from "./check-report.ts";

const OBJECTS_AT_ONCE = 8;

export interface HistoryFindings {
  readonly problems: readonly CheckProblem[];
  readonly notes: readonly CheckNote[];
  /** How many bytes were read. */
  readonly readBytes: number;
}

/** Selects the objects whose bytes are read, by their hashes. */
type ReadsData = (object: { readonly sha256: string }) => boolean;

/**
 * Checks every object of the history that the log says was kept, and those that are there besides. What a collection may have
 * removed can be missing, and so can what a packed file left out. If the log is broken, nothing is known about the history, and nothing is checked.
 */
export async function checkHistory(context: CheckContext, readsData: ReadsData): Promise<HistoryFindings> {
  const { audit, store, signal } = context;
  if (!audit.isWhole) {
    return { problems: [], notes: [], readBytes: 0 };
  }
  const listed = (await store.list(HISTORY)).map(({ name }) => name);
  const start = await historyStart(store);
  const problems: CheckProblem[] = [];
  let readBytes = 0;
  const check = async (sha256: string): Promise<void> => {
    let found: Inspection | undefined;
    const problem = await lookUntilSettled(context, async () => {
      const kept = audit.history.kept.get(sha256);
      found = kept && (await inspect(context, sha256, kept.sizeBytes, readsData({ sha256 })));
      const wasLeft = found?.problem?.kind === "missing" && kept !== undefined && kept.version <= start;
      return wasLeft ? undefined : found?.problem;
    });
    readBytes += found?.readBytes ?? 0;
    problems.push(...(problem ? [problem] : []));
  };
  await runBounded([...audit.history.kept.keys()], check, { concurrency: OBJECTS_AT_ONCE, signal });
  const others = await checkOthers(context, listed.filter(isHistoryName), readsData);
  const foreign = listed
    .filter((name) => !isHistoryName(name) && joinKey(HISTORY, name) !== HISTORY_START)
    .filter((name) => !context.systemFiles.meets(HISTORY, name))
    .map(noteForeign);
  return {
    problems: [...problems, ...others.problems],
    notes: [...others.notes, ...foreign],
    readBytes: readBytes + others.readBytes,
  };
}

/** Checks the objects that the log does not call for: some are needed all the same, and some can go. */
async function checkOthers(
  context: CheckContext,
  listed: readonly string[],
  readsData: ReadsData,
): Promise<HistoryFindings> {
  const { audit, signal } = context;
  const isOther = (sha256: string): boolean => !audit.history.kept.has(sha256);
  // A writer may have claimed its version since.
  if (listed.some(isOther)) {
    await audit.readOn();
  }
  const others = listed.filter(isOther);
  const needed = others.length === 0 ? new Set<string>() : await findNeeded(context);
  const problems: CheckProblem[] = [];
  const notes: CheckNote[] = [];
  let readBytes = 0;
  const check = async (sha256: string): Promise<void> => {
    if (needed?.has(sha256) === true) {
      const found = await inspect(context, sha256, undefined, readsData({ sha256 }));
      readBytes += found.readBytes;
      problems.push(...(found.problem ? [found.problem] : []));
    } else if (needed !== undefined && !audit.history.isNamed(sha256)) {
      const message = "neither a commit nor an image names it; gc removes it";
      notes.push({ kind: "history", path: historyKey(sha256), message });
    }
  };
  await runBounded(others, check, { concurrency: OBJECTS_AT_ONCE, signal });
  return { problems, notes, readBytes };
}

/** What images name; undefined if one that is damaged, or was edited, may name more. */
async function findNeeded({
  audit,
  store,
  runtime,
  rules,
  signal,
}: CheckContext): Promise<ReadonlySet<string> | undefined> {
  try {
    return await findNeededHistory(
      rules.neededHistory,
      audit.head,
      async (path) => {
        const bytes = await store.get(path, { signal });
        if (bytes === undefined || (await runtime.sha256(bytes)) !== audit.head.object(path)?.sha256) {
          throw new ZarrStoreError("integrity", `${path} is not what was committed`, { path });
        }
        return bytes;
      },
      signal,
    );
  } catch (error) {
    if (isZarrStoreError(error, "aborted")) {
      throw error;
    }
    return undefined;
  }
}

interface Inspection {
  readonly readBytes: number;
  readonly problem?: CheckProblem;
}

async function inspect(
  { store, runtime, isUnreadable, signal }: CheckContext,
  sha256: string,
  sizeBytes: number | undefined,
  readsData: boolean,
): Promise<Inspection> {
  const path = historyKey(sha256);
  const problem = (kind: "missing" | "damaged", message: string, found?: string): CheckProblem => ({
    kind,
    path,
    message,
    remedy: "restore",
    expected: sha256,
    ...(found !== undefined && { found }),
  });
  const missing = "what a commit replaced or deleted was kept here, and is missing";
  if (!readsData) {
    const stat = await store.stat(path);
    if (stat?.kind !== "file") {
      return { readBytes: 0, problem: problem("missing", missing) };
    }
    if (sizeBytes === undefined || stat.sizeBytes === sizeBytes) {
      return { readBytes: 0 };
    }
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await store.get(path, { signal });
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_name") && !isUnreadable(error)) {
      throw error;
    }
    return { readBytes: 0, problem: problem("damaged", error.message) };
  }
  if (bytes === undefined) {
    return { readBytes: 0, problem: problem("missing", missing) };
  }
  const found = await runtime.sha256(bytes);
  for (const text of found === sha256 ? [] : otherLineEnds(bytes)) {
    if ((await runtime.sha256(text)) === sha256) {
      const message = ONLY_LINE_ENDS;
      const rewritten = {
        kind: "rewritten",
        path,
        message,
        remedy: "repair",
        expected: sha256,
        found,
      } as const;
      return { readBytes: bytes.length, problem: rewritten };
    }
  }
  const message = "what a commit replaced or deleted is damaged: its bytes are others";
  return {
    readBytes: bytes.length,
    ...(found !== sha256 && { problem: problem("damaged", message, found) }),
  };
}

function noteForeign(name: string): CheckNote {
  return { kind: "foreign", path: `${HISTORY}/${name}`, message: "not an object of the history" };
}
