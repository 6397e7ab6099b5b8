// Groups of objects of a transaction that other threads of its process stage.

import type { StoreKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";
import { groupOf, zarrNode } from "./object-path.ts";
import type { StagedPut } from "./put-options.ts";

/** The state of a transaction that lending changes. */
interface Lender {
  readonly staging: {
    lend(group: string): Promise<StoreKey>;
    adopt(path: StoreKey): void;
    takeBack(group: string): Promise<void>;
  };
  readonly prev: Map<StoreKey, string | null>;
  readonly changes: Map<StoreKey, StagedPut | "deleted">;
  readonly forms: Map<string, "alone" | "in its folder">;
  /** Runs a change of a path as part of the transaction, in the order of the calls. */
  readonly change: <T>(path: StoreKey, run: () => Promise<T>) => Promise<T>;
}

/** Where a group is staged: the folder of the store, and the key in it below which its objects are written. */
export interface LentGroup {
  readonly folder: string;
  readonly key: StoreKey;
}

/**
 * Lets other threads write the files of new images into the staging folder of a transaction. Each file becomes an object of the
 * transaction by `adopt`, or all of a group are given up by `takeBack`. Until the commit, the files are like those that the
 * transaction staged: the same owner, the same flush, the same recovery after a crash.
 */
export class LentGroups {
  readonly #context: CommitContext;
  readonly #lender: Lender;

  constructor(context: CommitContext, lender: Lender) {
    this.#context = context;
    this.#lender = lender;
  }

  /** Lends the group of a new image. Undefined if the store is not a folder, or the image is not new. */
  async lend(group: string): Promise<LentGroup | undefined> {
    const { store, log } = this.#context;
    const { forms, staging, change } = this.#lender;
    const { folder } = store;
    const node = zarrNode(group);
    if (folder === undefined || log.head.object(node) !== undefined || forms.has(group)) {
      return undefined;
    }
    forms.set(group, "in its folder");
    return change(node, async () => ({ folder, key: await staging.lend(group) }));
  }

  /** Puts an object whose file another thread wrote, by the size and hash that it found. */
  async adopt(path: StoreKey, { sha256, sizeBytes }: Omit<StagedPut, "imageIds">): Promise<void> {
    const { prev, changes, staging, change } = this.#lender;
    await change(path, async () => {
      prev.set(path, this.#context.log.head.object(path)?.sha256 ?? null);
      staging.adopt(path);
      changes.set(path, { sha256, sizeBytes });
    });
  }

  /** Removes what another thread wrote for an image that was not added. For one that was added, it does nothing. */
  async takeBack(group: string): Promise<void> {
    const { changes, staging } = this.#lender;
    if (![...changes.keys()].some((path) => groupOf(path) === group)) {
      await staging.takeBack(group);
    }
  }
}
