// The interface through which a dataset tells the commit protocol what its files mean.

import type { StoreKey } from "../store/store-key.ts";

/** The bytes of an object as they may have been before another program added to its file. */
export interface EarlierNode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was added, for messages: `consolidated metadata, the attribute lab`. */
  readonly added: string;
}

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
