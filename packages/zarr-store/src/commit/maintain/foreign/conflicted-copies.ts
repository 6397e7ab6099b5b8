// Judges files beside those of a dataset that are second copies of them, as sync clients leave them after a conflict.

import type { StoreEntry } from "../../../store/key-value-store.ts";
import { originalNames } from "../../../store/original-names.ts";
import { isStoreKey, parentKey, type StoreKey } from "../../../store/store-key.ts";
import { type CheckContext, lookUntilSettled } from "../check-context.ts";
import type { CheckNote, CheckProblem } from "../check-report.ts";

export interface JudgedCopy {
  readonly problem?: CheckProblem;
  readonly note?: CheckNote;
}

/** A larger file is not read to compare it. */
const MAX_READ_BYTES = 1 << 30;

/** Second copies of objects, by name. The log decides which names are those of objects. */
export class ConflictedCopies {
  readonly #context: CheckContext;
  /** The objects and the folders above them, and the hosts: made with the first file whose name may be a copy's. */
  #live: ReadonlySet<string> | undefined;
  #hosts: ReadonlySet<string> | undefined;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** Undefined for any other file; otherwise a problem if a part of its content may be only there, or else a note. */
  async judge(path: string, kind: StoreEntry["kind"]): Promise<JudgedCopy | undefined> {
    if (kind !== "file" || !isStoreKey(path)) {
      return undefined;
    }
    const original = this.#originalOf(path);
    if (original === undefined) {
      return undefined;
    }
    const { store, signal, audit, runtime } = this.#context;
    let note: CheckNote | undefined;
    const problem = await lookUntilSettled(this.#context, async () => {
      const stat = await store.stat(path);
      if (stat === undefined || audit.head.object(path) !== undefined) {
        note = undefined;
        return undefined;
      }
      const bytes = stat.sizeBytes > MAX_READ_BYTES ? undefined : await store.get(path, { signal });
      const found = bytes && (await runtime.sha256(bytes));
      if (found !== undefined && isStoreKey(original) && audit.head.wasCommitted(original, found)) {
        note = { kind: "copy", path, message: `a copy of ${original}, with bytes that a commit put there` };
        return undefined;
      }
      return this.#problem(path, original, found);
    });
    return { ...(problem && { problem }), ...(note && !problem && { note }) };
  }

  #problem(path: string, original: string, found: string | undefined): CheckProblem {
    const { head } = this.#context.audit;
    const expected = isStoreKey(original) ? head.object(original)?.sha256 : undefined;
    const message =
      `a second version of ${original}, as sync clients keep it after a conflict; no commit wrote it. Compare the two, then ` +
      "move this one elsewhere; if it is a file of its own, give it another name";
    return {
      ...{ kind: "conflicted", path, message, remedy: "move" },
      ...(expected !== undefined && { expected }),
      ...(found !== undefined && { found }),
    };
  }

  /** The path without the marks of a copy in any of its names; undefined if it has none, or is a copy of nothing. */
  #originalOf(path: StoreKey): string | undefined {
    const names = path.split("/");
    const hosts = this.#knownHosts();
    if (names.every((name) => originalNames(name, hosts).length === 0)) {
      return undefined;
    }
    const live = this.#livePaths();
    let original = "";
    for (const name of names) {
      const [plain = name] = live.has(`${original}${name}`)
        ? [name]
        : originalNames(name, hosts).filter((one) => live.has(`${original}${one}`));
      original += `${plain}/`;
    }
    const found = original.slice(0, -1);
    return found === path ? undefined : found;
  }

  #knownHosts(): ReadonlySet<string> {
    this.#hosts ??= new Set([...this.#context.audit.hosts, this.#context.runtime.writer.host.toLowerCase()]);
    return this.#hosts;
  }

  #livePaths(): ReadonlySet<string> {
    if (this.#live === undefined) {
      const live = new Set<string>();
      for (const [path] of this.#context.audit.head.objects()) {
        for (
          let key: StoreKey | undefined = path;
          key !== undefined && !live.has(key);
          key = parentKey(key)
        ) {
          live.add(key);
        }
      }
      this.#live = live;
    }
    return this.#live;
  }
}
