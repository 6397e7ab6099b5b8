// A change to an object as it is at the moment of the commit, so that the changes of two writers add up.

import type { StoreKey } from "../../store/store-key.ts";

/** The result of applying a mergeable change to an object at the moment of the commit. */
export interface MergeResult {
  /** The new bytes; undefined leaves the object unchanged. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly imageIds?: readonly string[];
  /** Groups (`images/<id>`) that another commit made superfluous: this transaction drops its changes to them. */
  readonly droppedGroups?: readonly string[];
}

/** The bytes of one of the objects that {@link MergeableChange.parts} finds. */
export interface ObjectPart {
  readonly path: StoreKey;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A change that is applied to the object as it is at the commit, so that the changes of two writers add up. */
export interface MergeableChange {
  readonly path: StoreKey;
  /**
   * Objects that hold, in parts, what the object at `path` would hold. The change is made to the object that `join` makes of
   * them, sorted by path. If it changes anything, the object takes the place of the parts, in the same commit.
   */
  readonly parts?: {
    readonly has: (path: string) => boolean;
    readonly join: (parts: readonly ObjectPart[]) => Promise<Uint8Array<ArrayBuffer>>;
  };
  /**
   * The bytes to change if those of the object, or of a part of it, are lost: the file is missing, damaged, or another program's.
   * A file that stands in its place is kept aside. Default: that is an error.
   */
  readonly ifLost?: (() => Promise<Uint8Array<ArrayBuffer> | undefined>) | undefined;
  readonly merge: (current: Uint8Array<ArrayBuffer> | undefined) => Promise<MergeResult>;
}
