// Commits files that other programs wrote into a dataset's folder (`kym adopt`).

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";
import type { Commit } from "../commit.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitEngine } from "../commit-engine.ts";
import type { ContentRules } from "../content-rules.ts";
import { ONLY_LINE_ENDS } from "../foreign/other-line-ends.ts";
import { findOutsideEdit } from "../foreign/outside-edit.ts";
import type { CommitLog } from "../log/commit-log.ts";
import { isOwnFormat, isZarrNode } from "../object-path.ts";
import { putBackFile, putBackNode } from "../publish/put-back-node.ts";
import { isReservedPath } from "../records/control-keys.ts";
import { SeenFiles } from "../seen/seen-files.ts";
import type { Transaction } from "../write/transaction.ts";
import { checkStore } from "./check.ts";
import type { CheckProblem } from "./check-report.ts";

export interface AdoptOptions extends ReadOptions {
  /** Keys of files, or of folders with everything below them. Default: every file that changed or is new. */
  readonly paths?: readonly string[] | undefined;
  /** A short note about the commit, kept in the log. */
  readonly message?: string | undefined;
  /** Report what would be adopted, without doing it. Default false. */
  readonly dryRun?: boolean | undefined;
}

export interface AdoptedFile {
  readonly path: string;
  readonly change: "changed" | "new" | "deleted";
}

/** What was adopted. Plain JSON; the lists are sorted by path. */
export interface AdoptReport {
  readonly dryRun: boolean;
  /** The version that holds the adopted files, or the head's version if there were none. */
  readonly version: number;
  readonly adopted: readonly AdoptedFile[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  /**
   * Zarr nodes of which nothing can be adopted, such as those that were consolidated only: the committed file is put back, and
   * the other program's is kept in `__staging`.
   */
  readonly putBack: readonly string[];
  /** Files that are missing. Their deletion is adopted only if each is named in `paths`. */
  readonly missing: readonly string[];
}

/** What is taken from a file. The bytes are those of the file if nothing was left out. */
export interface PreparedAdoption {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why something was left out; undefined if it does not concern the user's data. */
  readonly refused?: string | undefined;
}

export interface AdoptParts {
  readonly store: ReadableStore;
  readonly runtime: Runtime;
  readonly rules: ContentRules;
  readonly log: CommitLog;
  readonly engine: Pick<CommitEngine, "maintain">;
  /** What is adopted of a file that another program wrote, and what of it is not. Default: all of it. */
  readonly prepare?: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Promise<PreparedAdoption>;
  /** Stages the bytes of a file, and the changes that follow from them. */
  readonly stage: (
    transaction: Transaction,
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions,
  ) => Promise<void>;
  readonly transact: (
    fn: (transaction: Transaction) => Promise<void>,
    options: { readonly message: string; readonly signal?: AbortSignal | undefined },
  ) => Promise<Commit>;
}

type Adoption = Pick<AdoptReport, "adopted" | "refused" | "missing" | "putBack">;

/**
 * Adopts files that other programs wrote: they are copied to staging, hashed and committed like any write. If a file
 * changes again before the commit, the commit fails and nothing is lost.
 *
 * To find them, files that have certainly not changed since they were hashed are not read again; see
 * docs/on-disk-format.md#what-was-seen.
 *
 * @throws {ZarrStoreError} `not_found` for a named path that is neither a file nor an object, `modified_outside` for a
 * file that changed meanwhile, `conflict`, `read_only`, `aborted`, `io`
 */
export async function adoptFiles(parts: AdoptParts, options: AdoptOptions = {}): Promise<AdoptReport> {
  const { dryRun = false, message = "adopt what other programs wrote", signal } = options;
  await parts.log.refresh();
  const seen = await SeenFiles.open(parts.store, parts.runtime, { remembers: !dryRun });
  if (dryRun) {
    return { dryRun, version: parts.log.head.version, ...(await findAdoption(parts, options, seen)) };
  }
  const done: AdoptedFile[] = [];
  for (;;) {
    let adoption: Adoption = { adopted: [], refused: [], missing: [], putBack: [] };
    let turn: readonly AdoptedFile[] = [];
    const { version } = await parts.transact(
      async (transaction) => {
        adoption = await findAdoption(parts, options, seen);
        turn = firstTurn(adoption.adopted);
        for (const { path, change } of turn) {
          await stageOne(parts, transaction, path, change, options);
        }
      },
      { message, signal },
    );
    done.push(...turn);
    if (turn.length === adoption.adopted.length) {
      await seen?.save((path) => parts.log.head.object(path) !== undefined);
      await putBackAll(parts, adoption.putBack, signal);
      return { dryRun, version, ...adoption, adopted: done.sort(byPath) };
    }
  }
}

/**
 * Returns the files of the next commit. Zarr nodes have a commit of their own before all other files, because changes
 * that follow from the others are written into them.
 */
function firstTurn(adopted: readonly AdoptedFile[]): readonly AdoptedFile[] {
  const nodes = adopted.filter(({ path }) => isZarrNode(path));
  return nodes.length > 0 ? nodes : adopted;
}

async function putBackAll(
  { engine, store, prepare }: AdoptParts,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (paths.length === 0) {
    return;
  }
  const putBack = async (context: CommitContext, durability: "batched" | "none"): Promise<void> => {
    for (const path of paths.filter(isStoreKey)) {
      const bytes = isZarrNode(path) ? undefined : await store.get(path);
      const made = bytes && (await prepare?.(path, bytes))?.bytes;
      await (made === undefined
        ? putBackNode(context, path, durability)
        : putBackFile(context, path, made, { durability, what: "changed by another program" }));
    }
  };
  await engine.maintain(putBack, { signal });
}

function byPath(a: AdoptedFile, b: AdoptedFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

async function stageOne(
  { store, rules, runtime, log, prepare, stage }: AdoptParts,
  transaction: Transaction,
  path: string,
  change: AdoptedFile["change"],
  options: ReadOptions,
): Promise<void> {
  if (!isStoreKey(path)) {
    return;
  }
  if (change === "deleted") {
    await transaction.delete(path);
    return;
  }
  const bytes = await store.get(path, options);
  const fault = bytes && (await rules.fault(path, bytes));
  const object = log.head.object(path);
  const isEdit =
    bytes !== undefined &&
    (!isOwnFormat(path) ||
      (object !== undefined &&
        (await findOutsideEdit({ rules, runtime }, path, object, bytes))?.remedy === "adopt"));
  if (!isEdit || fault !== undefined) {
    throw new ZarrStoreError("modified_outside", `${path} changed during adoption: run it again`, {
      path,
      found: fault,
    });
  }
  const { bytes: adopted } = (await prepare?.(path, bytes)) ?? { bytes };
  if (adopted === bytes) {
    await stage(transaction, path, bytes, options);
  } else {
    await transaction.put(path, adopted, { replaces: await runtime.sha256(bytes) });
  }
}

async function findAdoption(
  parts: AdoptParts,
  { paths, signal }: AdoptOptions,
  seen: SeenFiles | undefined,
): Promise<Adoption> {
  const { store, runtime, rules } = parts;
  const names = paths?.map((path) => path.replace(/\/+$/, ""));
  const isNamed = (path: string): boolean =>
    !isReservedPath(path) && (names?.some((name) => path === name || path.startsWith(`${name}/`)) ?? true);
  const { problems } = await checkStore(
    {
      store,
      runtime,
      rules,
      seen,
      isSelected: isNamed,
      readsData: (path) => !isOwnFormat(path) || isZarrNode(path),
    },
    { level: "structure", signal },
  );
  const found = problems.filter(({ kind, path }) => kind !== "log" && isNamed(path));
  await assertNamesAreThere(parts, names ?? [], found);
  const adopted: AdoptedFile[] = [];
  const refused: { path: string; reason: string }[] = [];
  const missing: string[] = [];
  const putBack: string[] = [];
  for (const problem of found) {
    const { path } = problem;
    const change = changeOf(problem, names?.includes(path) === true);
    const partly = change === "changed" ? await prepared(parts, path) : undefined;
    if (partly?.refused !== undefined) {
      refused.push({ path, reason: partly.refused });
    }
    if (partly?.isCommitted === true) {
      putBack.push(path);
    } else if (change !== undefined) {
      adopted.push({ path, change });
    } else if (problem.kind === "missing" && problem.remedy === "restore") {
      missing.push(path);
    } else if (problem.message === ONLY_LINE_ENDS) {
      refused.push({ path, reason: `${ONLY_LINE_ENDS}; \`kym check --repair\` puts them back` });
    } else if (problem.kind === "rewritten" && problem.remedy === "repair") {
      putBack.push(path);
    } else {
      refused.push({ path, reason: problem.message });
    }
  }
  return { adopted, refused, missing, putBack };
}

/** What would be adopted of a file, and whether that is what is committed already. */
async function prepared(
  { store, runtime, log, prepare }: AdoptParts,
  path: string,
): Promise<{ readonly refused: string | undefined; readonly isCommitted: boolean } | undefined> {
  const bytes = isStoreKey(path) && prepare !== undefined ? await store.get(path) : undefined;
  if (bytes === undefined || !isStoreKey(path) || prepare === undefined) {
    return undefined;
  }
  const { bytes: taken, refused } = await prepare(path, bytes);
  const isCommitted = taken !== bytes && (await runtime.sha256(taken)) === log.head.object(path)?.sha256;
  return { refused, isCommitted };
}

function changeOf({ kind, path, remedy }: CheckProblem, isNamed: boolean): AdoptedFile["change"] | undefined {
  if (kind === "missing") {
    return isNamed && remedy === "restore" && !isOwnFormat(path) ? "deleted" : undefined;
  }
  if (remedy !== "adopt") {
    return undefined;
  }
  return kind === "unknown" ? "new" : "changed";
}

async function assertNamesAreThere(
  { store, log }: AdoptParts,
  names: readonly string[],
  found: readonly CheckProblem[],
): Promise<void> {
  const live = new Set<string>(names.length === 0 ? [] : [...log.head.objects()].map(([path]) => path));
  for (const name of names) {
    const isBelow = (path: string): boolean => path.startsWith(`${name}/`);
    const isThere =
      live.has(name) ||
      found.some(({ path }) => path === name || isBelow(path)) ||
      (isStoreKey(name) && (await store.get(name)) !== undefined) ||
      [...live].some(isBelow);
    if (!isThere) {
      throw new ZarrStoreError("not_found", `there is no file ${name} in ${store.location}`, { path: name });
    }
  }
}
