// The state of a dataset at one version: the hash of every committed object.

import type { StoreKey } from "../../store/store-key.ts";
import { groupOf } from "../object-path.ts";
import type { ClaimMethod, CommitRecord, RecordFormat } from "../records/commit-record.ts";

/** What the log says about one object. */
export interface CommittedObject {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The transaction that staged these bytes. They stay in its staging until they are published. */
  readonly txid: string;
  readonly version: number;
}

/** The objects of a group, or where they stand in a checkpoint. */
export type GroupObjects = ReadonlyMap<StoreKey, CommittedObject> | StoredGroup;

/** A group of a checkpoint, which is read when it is asked for. */
export interface StoredGroup {
  /** Decodes it at the first call. @throws {ZarrStoreError} `integrity` for a bad entry */
  readonly objects: () => ReadonlyMap<StoreKey, CommittedObject>;
  /** Reads its names alone; undefined if it is not as a writer writes it. */
  readonly listing: () => GroupListing | undefined;
}

/** What a list of images needs of a group. */
export interface GroupListing {
  /** Paths below the group, sorted by code unit. Groups with the same names may share the list. */
  readonly names: readonly string[];
  /** By the place of the name. */
  readonly sha256: (at: number) => string;
  readonly sizeBytes: (at: number) => number;
}

/** Tells a group that is decoded from one that is not. */
export function isStoredGroup(group: GroupObjects): group is StoredGroup {
  return "listing" in group;
}

/**
 * The hashes of all objects at one version of the log. Each open dataset has one head. Only {@link CommitLog} applies
 * records to it, in order.
 *
 * Objects are grouped by record directory (`images/<id>`), so that one image is found without visiting the others.
 */
export class Head {
  #version = 0;
  #recordSha256 = "";
  #txid = "";
  #recordFormat: RecordFormat = 1;
  #claim: ClaimMethod | undefined;
  #firstOfFormat2: number | undefined;
  readonly #groups = new Map<string, GroupObjects>();
  /** The groups in {@link #groups} that may be changed. The others belong to a checkpoint and are copied on change. */
  readonly #ownGroups = new Map<string, Map<StoreKey, CommittedObject>>();
  /** Earlier hashes of each path, from the records applied here: bytes that some commit wrote. */
  readonly #pastHashes = new Map<StoreKey, Set<string>>();
  readonly #aborted = new Set<string>();
  /** Groups by their lower-case names, once they were asked for. */
  #groupsByFoldedName: Map<string, string> | undefined;
  /** The results of {@link hashesOf}, kept until the group changes. */
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

  /** The format of the next record: 2 for a new dataset, and from the upgrade on. */
  get nextRecordFormat(): RecordFormat {
    return this.#version === 0 ? 2 : this.#recordFormat;
  }

  /** How versions are claimed; undefined before the first commit, and in a dataset of version 2. */
  get claim(): ClaimMethod | undefined {
    return this.#claim;
  }

  /** The version of the first record of format 2: the upgrade, or record 1. Older ones, and it, are never packed. */
  get firstOfFormat2(): number | undefined {
    return this.#firstOfFormat2;
  }

  /** The point that a checkpoint of this head would restore. */
  get point(): HeadPoint {
    const [claim, first] = [this.#claim, this.#firstOfFormat2];
    return {
      version: this.#version,
      recordSha256: this.#recordSha256,
      txid: this.#txid,
      format2: claim === undefined || first === undefined ? undefined : { claim, first },
    };
  }

  object(path: StoreKey): CommittedObject | undefined {
    return this.objectsOf(groupOf(path)).get(path);
  }

  isAborted(txid: string): boolean {
    return this.#aborted.has(txid);
  }

  /** Whether a commit known here ever put these bytes at the path. */
  wasCommitted(path: StoreKey, sha256: string): boolean {
    return this.object(path)?.sha256 === sha256 || this.#pastHashes.get(path)?.has(sha256) === true;
  }

  /** The groups that have objects: `images/<id>` for each image, `""` for objects outside all images. */
  groups(): IterableIterator<string> {
    return this.#groups.keys();
  }

  /** @throws {ZarrStoreError} `integrity` for a bad entry of the checkpoint */
  objectsOf(group: string): ReadonlyMap<StoreKey, CommittedObject> {
    const known = this.#groups.get(group) ?? EMPTY;
    return isStoredGroup(known) ? known.objects() : known;
  }

  /** The group of a checkpoint, if nothing has changed it since. */
  storedGroup(group: string): StoredGroup | undefined {
    const known = this.#groups.get(group) ?? EMPTY;
    return isStoredGroup(known) ? known : undefined;
  }

  /** The {@link groups}, sorted by code unit. */
  sortedGroups(): readonly string[] {
    this.#sortedGroups ??= [...this.#groups.keys()].sort();
    return this.#sortedGroups;
  }

  /**
   * Returns the SHA-256 of each object of a group, by its path below the group, sorted by code unit. The map is
   * immutable, and is the same one until the group changes, so callers can cache what they derive from it.
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

  /** Returns the group with this name, or one whose name differs only in case. */
  groupLike(group: string): string | undefined {
    if (this.#groups.has(group)) {
      return group;
    }
    this.#groupsByFoldedName ??= new Map([...this.#groups.keys()].map((name) => [withoutCase(name), name]));
    return this.#groupsByFoldedName.get(withoutCase(group));
  }

  /** Yields every object; the objects of a group are adjacent. */
  *objects(): IterableIterator<readonly [StoreKey, CommittedObject]> {
    for (const group of this.#groups.keys()) {
      yield* this.objectsOf(group);
    }
  }

  /** Starts again from a checkpoint; with `"keep objects"`, skips records that cannot be read and keeps the objects. */
  restore(at: HeadPoint, objects: "forget objects" | "keep objects" = "forget objects"): void {
    this.#version = at.version;
    this.#recordSha256 = at.recordSha256;
    this.#txid = at.txid;
    if (at.format2 !== undefined || objects === "forget objects") {
      this.#recordFormat = at.format2 === undefined ? 1 : 2;
      this.#claim = at.format2?.claim;
      this.#firstOfFormat2 = at.format2?.first;
    }
    if (objects === "forget objects") {
      this.#groups.clear();
      this.#ownGroups.clear();
      this.#groupsByFoldedName = undefined;
      this.#pastHashes.clear();
      this.#hashes.clear();
      this.#sortedGroups = undefined;
    }
  }

  /**
   * Sets the objects of a checkpoint, by group. The maps passed in are never modified: a group is copied when it
   * changes.
   */
  restoreGroups(groups: ReadonlyMap<string, GroupObjects>): void {
    for (const [group, objects] of groups) {
      if (isStoredGroup(objects) || objects.size > 0) {
        this.#groups.set(group, objects);
      }
    }
    this.#groupsByFoldedName = undefined;
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
    this.#recordFormat = record.format;
    this.#claim = record.claim ?? this.#claim;
    this.#firstOfFormat2 ??= record.format === 2 ? record.version : undefined;
    this.#recordSha256 = record.sha256;
    this.#txid = record.txid;
  }

  #set(path: StoreKey, object: CommittedObject): void {
    const group = groupOf(path);
    if (!this.#groups.has(group)) {
      this.#groupsByFoldedName?.set(withoutCase(group), group);
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
      this.#groupsByFoldedName?.delete(withoutCase(group));
    }
  }

  #ownGroup(group: string): Map<StoreKey, CommittedObject> {
    let objects = this.#ownGroups.get(group);
    if (objects === undefined) {
      objects = new Map(this.objectsOf(group));
      this.#groups.set(group, objects);
      this.#ownGroups.set(group, objects);
    }
    return objects;
  }
}

/** A point of the log from where the head can go on. */
export interface HeadPoint {
  readonly version: number;
  readonly recordSha256: string;
  readonly txid: string;
  /** For a dataset of version 3: how versions are claimed, and which record was the first of format 2. */
  readonly format2?: { readonly claim: ClaimMethod; readonly first: number } | undefined;
}

/** What the manifest keeps about images; a promise where it has to be unpacked first, which may reject. */
export interface ImageContents {
  get(imageId: string): unknown;
  /** Unpacks what is kept of all images; what cannot be unpacked is left out. Absent where {@link get} has it at once. */
  readonly unpackAll?: () => Promise<Pick<ReadonlyMap<string, unknown>, "get">>;
}

/** The head at one version, and what the manifest says about its images. */
export interface CheckpointContents extends HeadPoint {
  /** By group, as in {@link Head.groups}. */
  readonly groups: ReadonlyMap<string, GroupObjects>;
  /** What the manifest keeps about each image, by image id; the commit protocol does not interpret it. */
  readonly images: ImageContents;
  /** Why these bytes, although readable, are not what any writer wrote. Readers may still use the checkpoint. */
  readonly fault: string | undefined;
}

/** {@link CheckpointContents} of which every entry was decoded. */
export interface WholeContents extends CheckpointContents {
  readonly groups: ReadonlyMap<string, ReadonlyMap<StoreKey, CommittedObject>>;
  readonly images: ReadonlyMap<string, unknown>;
}

const EMPTY: ReadonlyMap<StoreKey, CommittedObject> = new Map();

/** Folds a name the way a case-insensitive file system does. Ids and artifact names are ASCII. */
export function withoutCase(name: string): string {
  return name.toLowerCase();
}
