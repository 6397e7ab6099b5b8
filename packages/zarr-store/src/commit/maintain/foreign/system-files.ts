// Counts the files of operating systems and sync clients that a check meets.

import type { ReadOnlyStore } from "../../../store/read-only-store.ts";
import type { StoreKey } from "../../../store/store-key.ts";
import { type SystemFileOwner, systemFileOwner } from "../../../store/system-file.ts";
import { GIT_ATTRIBUTES } from "../../publish/git-attributes.ts";
import type { CheckNote } from "../check-report.ts";

/** The files of operating systems and sync clients in a dataset. A folder of theirs counts as one. */
export class SystemFiles {
  readonly #owners = new Set<SystemFileOwner>();
  readonly #paths: string[] = [];

  /** Counts an entry if it is one; returns whether it is. */
  meets(directory: string, name: string): boolean {
    const owner = systemFileOwner(name);
    const path = directory === "" ? name : `${directory}/${name}`;
    if (owner !== undefined && path !== GIT_ATTRIBUTES) {
      this.#owners.add(owner);
      this.#paths.push(path);
    }
    return owner !== undefined;
  }

  /** Counts those directly in some folders. */
  async lookIn(store: Pick<ReadOnlyStore, "list">, directories: readonly (StoreKey | "")[]): Promise<void> {
    for (const directory of directories) {
      for (const { name } of await store.list(directory)) {
        this.meets(directory, name);
      }
    }
  }

  /** One note for all of them. The file with which a dataset tells git to leave it alone does not count. */
  notes(): readonly CheckNote[] {
    const paths = this.#paths.toSorted();
    const [first] = paths;
    if (first === undefined) {
      return [];
    }
    const owners = [...this.#owners].toSorted();
    const whose =
      owners.length < 2 ? owners.join("") : `${owners.slice(0, -1).join(", ")} and ${owners.at(-1)}`;
    const files = paths.length === 1 ? `${first} is a file` : `${paths.length} files such as ${first} are`;
    return [
      { kind: "system", path: "", message: `${files} of ${whose}: no part of the dataset, and left alone` },
    ];
  }
}
