// The interface through which a dataset tells the commit protocol what its files mean.

import type { StoreKey } from "../store/store-key.ts";

/** The bytes of an object as they may have been before another program added to its file. */
export interface EarlierNode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was added, for messages: `consolidated metadata, the attribute lab`. */
  readonly added: string;
  /** Whether attributes are among it, which can be adopted. */
  readonly addsAttributes: boolean;
  /** Whether consolidated metadata is among it, which hides whatever is added later. */
  readonly addsConsolidated: boolean;
}

/** Bytes that an object may have had, made from what else is known of it. Only one with the hash in the log counts. */
export type RecallNode = (path: StoreKey) => Promise<readonly Uint8Array<ArrayBuffer>[]>;

/** Some objects name others by their hashes. What they name stays in the history. */
export interface NeededHistory {
  /** Whether the object at a path names others. */
  readonly isNamedAt: (path: StoreKey) => boolean;
  /** The SHA-256 of each object that it names. Throws if the bytes do not tell: nothing is removed then. */
  readonly hashesIn: (bytes: Uint8Array<ArrayBuffer>) => readonly string[];
}

/** What a dataset knows about its files, so that the commit protocol does not have to. */
export interface ContentRules {
  /** Says why these bytes cannot be what the path's name promises; undefined if they can. */
  readonly fault: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>;
  /**
   * Whether `fault` is that this version does not read what a sound file holds, rather than that it is damaged. Default: never.
   */
  readonly isNotRead?: ((path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Promise<boolean>) | undefined;
  /** Removes what other programs may have added to a `zarr.json`; undefined if the rest is not `sizeBytes` long. */
  readonly withoutAdditions: (
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    sizeBytes: number,
  ) => EarlierNode | undefined;
  /** Makes a node again from what the dataset keeps elsewhere. Default: nothing is known. */
  readonly recall?: RecallNode | undefined;
  /** Whether these bytes are a whole Zarr node of the kind that belongs at the path, whatever it says. */
  readonly isWholeNode: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => boolean;
  /** Names the members in which two versions of a node differ, for messages: `shape, the attribute axes`. */
  readonly difference: (
    path: StoreKey,
    committed: Uint8Array<ArrayBuffer>,
    found: Uint8Array<ArrayBuffer>,
  ) => string;
  /** What is adopted of a node that another program wrote: never its consolidated metadata. */
  readonly adoptable: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
  /** Whether a Zarr node that differs from the committed one may be an edit, rather than damage. */
  readonly mayBeEdited: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => boolean;
  /**
   * Says why a file that no commit wrote cannot become an object at this path, whatever it holds; undefined if it can.
   */
  readonly refusal: (path: string, live: LivePaths) => string | undefined;
  /** Which objects name what must stay in the history. Default: none. */
  readonly neededHistory?: NeededHistory | undefined;
}

/** Which paths the log has. */
export interface LivePaths {
  readonly has: (path: StoreKey) => boolean;
  /** Whether an object that belongs to no image lies below a folder. */
  readonly hasBelow: (folder: string) => boolean;
}

/** The rules by which an edit of another program is judged. */
export type EditRules = Pick<
  ContentRules,
  "withoutAdditions" | "mayBeEdited" | "fault" | "recall" | "isWholeNode" | "difference" | "adoptable"
>;
