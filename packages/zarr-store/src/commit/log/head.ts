import type { StoreKey } from "../../store/store-key.ts";
import { groupOf } from "../object-path.ts";
import type { CommitRecord } from "./commit-record.ts";

/** What the log says of one object. */
export interface CommittedObject {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The transaction that staged these bytes: where they are until they are published. */
  readonly txid: string;
  readonly version: number;
}

/**
 * The dataset as the log has it up to a version: every object's hash. It grows by applying records in order; there is
 * one for each open dataset, and only {@link CommitLog} applies to it.
 *
 * Objects are grouped by record directory (`images/<id>`), so that one image is found without a look at the others.
 */
export class Head {
  #version = 0;
  #recordSha256 = "";
  #txid = "";
  readonly #groups = new Map<string, ReadonlyMap<StoreKey, CommittedObject>>();
  /** Those of {@link #groups} that may be changed; others are a checkpoint's. */
  readonly #ownGroups = new Map<string, Map<StoreKey, CommittedObject>>();
  /** Hashes that a path had before, by records applied here: bytes that some commit wrote. */
  readonly #pastHashes = new Map<StoreKey, Set<string>>();
  readonly #aborted = new Set<string>();
  /** Groups by their names without case. */
  readonly #groupsByFoldedName = new Map<string, string>();
  /** What {@link hashesOf} made, until the group changes. */
  readonly #hashes = new Map<string, ReadonlyMap<string, string>>();
  #sortedGroups: readonly string[] | undefined;

  get version(): number {
    return this.#version;
  }

  get recordSha256(): string {
    return this.#recordSha256;
  }

  /** The transaction of the head commit; "" before the first. */
  get txid(): string {
    return this.#txid;
  }

  object(path: StoreKey): CommittedObject | undefined {
    return this.#groups.get(groupOf(path))?.get(path);
  }

  isAborted(txid: string): boolean {
    return this.#aborted.has(txid);
  }

  /** True if a commit known here once put these bytes at the path. */
  wasCommitted(path: StoreKey, sha256: string): boolean {
    return this.object(path)?.sha256 === sha256 || this.#pastHashes.get(path)?.has(sha256) === true;
  }

  /** The groups that have objects: `""` for what belongs to no image, else `images/<id>`. */
  groups(): IterableIterator<string> {
    return this.#groups.keys();
  }

  objectsOf(group: string): ReadonlyMap<StoreKey, CommittedObject> {
    return this.#groups.get(group) ?? EMPTY;
  }

  /** {@link groups}, sorted by code unit. */
  sortedGroups(): readonly string[] {
    this.#sortedGroups ??= [...this.#groups.keys()].sort();
    return this.#sortedGroups;
  }

  /**
   * The SHA-256 of each object of a group by its path below it, sorted by code unit. It never changes: as long as the
   * group does not either, it is the same map, so that what was made of it need not be made again.
   */
  hashesOf(group: string): ReadonlyMap<string, string> {
    const known = this.#hashes.get(group);
    if (known !== undefined) {
      return known;
    }
    const skip = group === "" ? 0 : group.length + 1;
    let hashes = new Map<string, string>();
    let last = "";
    let isSorted = true;
    for (const [path, { sha256 }] of this.objectsOf(group)) {
      const name = path.slice(skip);
      isSorted &&= last < name;
      last = name;
      hashes.set(name, sha256);
    }
    if (!isSorted) {
      hashes = new Map([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    this.#hashes.set(group, hashes);
    return hashes;
  }

  /** The group that has this name, or one that differs from it in case only. */
  groupLike(group: string): string | undefined {
    return this.#groups.has(group) ? group : this.#groupsByFoldedName.get(withoutCase(group));
  }

  /** Every object, those of one group together. */
  *objects(): IterableIterator<readonly [StoreKey, CommittedObject]> {
    for (const group of this.#groups.values()) {
      yield* group;
    }
  }

  /** Starts again from a checkpoint; or goes on behind records that cannot be read, with the objects that it has. */
  restore(
    at: { readonly version: number; readonly recordSha256: string; readonly txid: string },
    objects: "forget objects" | "keep objects" = "forget objects",
  ): void {
    this.#version = at.version;
    this.#recordSha256 = at.recordSha256;
    this.#txid = at.txid;
    if (objects === "forget objects") {
      this.#groups.clear();
      this.#ownGroups.clear();
      this.#groupsByFoldedName.clear();
      this.#pastHashes.clear();
      this.#hashes.clear();
      this.#sortedGroups = undefined;
    }
  }

  /** The objects of a checkpoint, by group. They stay as they are: a group is copied when it changes. */
  restoreGroups(groups: ReadonlyMap<string, ReadonlyMap<StoreKey, CommittedObject>>): void {
    for (const [group, objects] of groups) {
      if (objects.size > 0) {
        this.#groups.set(group, objects);
        this.#groupsByFoldedName.set(withoutCase(group), group);
      }
    }
    this.#sortedGroups = undefined;
  }

  apply(record: CommitRecord): void {
    for (const op of record.ops) {
      if (op.prev !== null) {
        const past = this.#pastHashes.get(op.path) ?? new Set();
        this.#pastHashes.set(op.path, past.add(op.prev));
      }
      if (op.op === "put") {
        const { txid, version } = record;
        this.#set(op.path, { sha256: op.sha256, sizeBytes: op.sizeBytes, txid, version });
      } else {
        this.#delete(op.path);
      }
    }
    for (const txid of record.abort) {
      this.#aborted.add(txid);
    }
    this.#version = record.version;
    this.#recordSha256 = record.sha256;
    this.#txid = record.txid;
  }

  #set(path: StoreKey, object: CommittedObject): void {
    const group = groupOf(path);
    if (!this.#groups.has(group)) {
      this.#groupsByFoldedName.set(withoutCase(group), group);
      this.#sortedGroups = undefined;
    }
    this.#ownGroup(group).set(path, object);
    this.#hashes.delete(group);
  }

  #delete(path: StoreKey): void {
    const group = groupOf(path);
    if (!this.#groups.has(group)) {
      return;
    }
    const objects = this.#ownGroup(group);
    objects.delete(path);
    this.#hashes.delete(group);
    if (objects.size === 0) {
      this.#groups.delete(group);
      this.#ownGroups.delete(group);
      this.#sortedGroups = undefined;
      this.#groupsByFoldedName.delete(withoutCase(group));
    }
  }

  #ownGroup(group: string): Map<StoreKey, CommittedObject> {
    let objects = this.#ownGroups.get(group);
    if (objects === undefined) {
      objects = new Map(this.#groups.get(group));
      this.#groups.set(group, objects);
      this.#ownGroups.set(group, objects);
    }
    return objects;
  }
}

const EMPTY: ReadonlyMap<StoreKey, CommittedObject> = new Map();

/** What a file system that does not tell case apart takes for the same name; ids and artifact names are ASCII. */
export function withoutCase(name: string): string {
  return name.toLowerCase();
}
